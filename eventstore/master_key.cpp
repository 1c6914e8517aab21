#include "eventstore/master_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

#include "eventstore/sealing.hpp"

namespace almanac::eventstore {
namespace {
using kernel::reject;
using kernel::RejectionKind;
using kernel::Result;

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

  private:
    int number_;
};

std::string cause() {
    return std::strerror(errno);
}

std::unexpected<kernel::Rejection> refuse(std::string code, std::string detail) {
    return reject(RejectionKind::unavailable, std::move(code), std::move(detail));
}

// 32 bytes that are locked in memory, never dumped, wiped when the last copy goes.
std::shared_ptr<std::uint8_t> locked_bytes() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    auto* bytes = static_cast<std::uint8_t*>(sodium_malloc(MasterKey::bytes_count));
    if (bytes == nullptr) throw std::bad_alloc();
    return {bytes, [](std::uint8_t* p) { sodium_free(p); }};
}

bool write_all(int file, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

// A complete, synced file appears under its name at once or not at all, and never over another.
Result<void> publish(const std::filesystem::path& file, std::span<const std::uint8_t> bytes) {
    const auto failed = [&](const char* step) {
        return refuse("master_key_write_failed",
                      fmt::format("Cannot {} {}: {}.", step, file.string(), cause()));
    };
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return failed("open the directory of");
    const auto draft = file.string() + fmt::format(".{:08x}", randombytes_random());
    const Descriptor out(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) return failed("create a file beside");
    const bool written =
        ::fchmod(out.get(), 0600) == 0 && write_all(out.get(), bytes) && ::fsync(out.get()) == 0;
    const bool linked = written && ::link(draft.c_str(), file.c_str()) == 0;
    const int error = errno;
    ::unlink(draft.c_str());
    errno = error;
    if (!written) return failed("write");
    if (!linked && error == EEXIST) {
        return refuse("master_key_exists",
                      fmt::format("{} exists; a master key is never overwritten.", file.string()));
    }
    if (!linked) return failed("put in place");
    if (::fsync(directory.get()) != 0) return failed("sync the directory of");
    return {};
}
}  // namespace

Result<MasterKey> MasterKey::create(const std::filesystem::path& file) {
    auto bytes = locked_bytes();
    randombytes_buf(bytes.get(), bytes_count);
    if (auto done = publish(file, {bytes.get(), bytes_count}); !done) {
        return std::unexpected(std::move(done.error()));
    }
    sodium_mprotect_readonly(bytes.get());
    return MasterKey(std::move(bytes));
}

Result<MasterKey> MasterKey::load(const std::filesystem::path& file) {
    const Descriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!in && errno == ENOENT) {
        return refuse(
            "master_key_missing",
            fmt::format("There is no master key at {}. Put it back from where it is kept; "
                        "without it no personal data can be read.",
                        file.string()));
    }
    struct stat about{};
    if (!in || ::fstat(in.get(), &about) != 0) {
        return refuse("master_key_unreadable",
                      fmt::format("Cannot open {}: {}.", file.string(), cause()));
    }
    if (!S_ISREG(about.st_mode)) {
        return refuse("master_key_unreadable", fmt::format("{} is no file.", file.string()));
    }
    if ((about.st_mode & 07177) != 0) {
        return refuse("master_key_mode",
                      fmt::format("{} has mode {:04o}: others may read the key. Set it to 0600.",
                                  file.string(), about.st_mode & 07777));
    }
    if (about.st_size != static_cast<off_t>(bytes_count)) {
        return refuse("master_key_length",
                      fmt::format("{} has {} bytes; a master key has exactly {}.", file.string(),
                                  about.st_size, bytes_count));
    }
    auto bytes = locked_bytes();
    if (::read(in.get(), bytes.get(), bytes_count) != static_cast<ssize_t>(bytes_count)) {
        return refuse("master_key_unreadable",
                      fmt::format("Cannot read {}: {}.", file.string(), cause()));
    }
    sodium_mprotect_readonly(bytes.get());
    return MasterKey(std::move(bytes));
}

MasterKey MasterKey::from_bytes(std::span<const std::uint8_t, bytes_count> bytes) {
    auto copy = locked_bytes();
    std::ranges::copy(bytes, copy.get());
    sodium_mprotect_readonly(copy.get());
    return MasterKey(std::move(copy));
}

std::span<const std::uint8_t, MasterKey::bytes_count> MasterKey::bytes() const {
    return std::span<const std::uint8_t, bytes_count>(bytes_.get(), bytes_count);
}

}  // namespace almanac::eventstore
