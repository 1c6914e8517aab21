// A directory that goes with its test, a master key and tenants, and eyes on raw files.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "eventstore/keyring.hpp"
#include "eventstore/master_key.hpp"

namespace almanac::eventstore {

inline std::string read_bytes(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary).write(bytes.data(), std::ssize(bytes));
}

// Every file below a directory with all its bytes and its time of change.
inline std::map<std::string, std::string> everything_in(const std::filesystem::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
        auto& content = files[file.path().string()];
        content = std::to_string(file.last_write_time().time_since_epoch().count()) + " ";
        if (file.is_regular_file()) content += read_bytes(file.path());
    }
    return files;
}

inline bool any_file_holds(const std::filesystem::path& directory, std::string_view bytes) {
    for (const auto& [name, content] : everything_in(directory)) {
        if (content.find(bytes) != std::string::npos) return true;
    }
    return false;
}

inline kernel::TenantId tenant_number(std::uint8_t n) {
    return kernel::TenantId{
        kernel::Uuid{{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, n}}};
}

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "almanac-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

class KeyringTest : public testing::Test {
  protected:
    static constexpr std::array<std::uint8_t, 32> master_bytes{1, 2, 3, 4, 5};
    const TemporaryDirectory home;
    const std::filesystem::path directory = home / "keyring";
    const MasterKey master = MasterKey::from_bytes(master_bytes);
    const kernel::Uuid log_id{{9, 9, 9}};
    const kernel::TenantId salon = tenant_number(1);
    const kernel::TenantId clinic = tenant_number(2);

    std::unique_ptr<Keyring> create() { return made(Keyring::create(directory, master, log_id)); }
    std::unique_ptr<Keyring> reopen(bool read_only = false) {
        return made(Keyring::open(directory, master, log_id, read_only));
    }
    static std::unique_ptr<Keyring> made(kernel::Result<std::unique_ptr<Keyring>> keyring) {
        if (!keyring) throw std::runtime_error(keyring.error().detail);
        return std::move(*keyring);
    }
    // The base64url text within what `seal` answers.
    static std::string sealed_text(const std::string& json) {
        constexpr std::string_view before = R"({"sealed":")";
        EXPECT_TRUE(json.starts_with(before)) << json;
        const auto end = json.find('"', before.size());
        return json.substr(before.size(), end - before.size());
    }
    static std::string seal(Keyring& keyring, const kernel::TenantId& tenant,
                            std::string_view subject, std::string_view field,
                            std::string_view text) {
        auto sealed = keyring.seal(tenant, subject, field, text);
        if (!sealed) throw std::runtime_error(sealed.error().detail);
        return sealed_text(*sealed);
    }
};

}  // namespace almanac::eventstore
