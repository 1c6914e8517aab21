#include "eventstore/backup_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "domain/kernel/digest.hpp"
#include "domain/kernel/json.hpp"
#include "eventstore/backup_files.hpp"
#include "eventstore/data_directory.hpp"
#include "eventstore/durable_files.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
namespace fs = std::filesystem;
namespace json = kernel::json;

constexpr std::string_view first_line = "almanac backup folder\n";
constexpr std::size_t number_digits = 6;

std::string format_text(unsigned partitions) {
    auto text =
        fmt::format("{}format {}\npartitions {}\n", first_line, backup_format_version, partitions);
    return text + fmt::format("checksum {}\n", kernel::sha256_hex(text).substr(0, 16));
}

std::optional<unsigned> number_after(std::string_view text, std::string_view name) {
    const auto at = text.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    unsigned number = 0;
    const auto* begin = text.data() + at + name.size();
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
    if (error != std::errc{} || end == begin) return std::nullopt;
    return number;
}

std::unexpected<kernel::Rejection> newer(const fs::path& what) {
    return kernel::unavailable("newer_format",
                               fmt::format("{} was written by a newer version.", what.string()), 0);
}

std::unexpected<kernel::Rejection> missing(std::string detail) {
    return kernel::reject(kernel::RejectionKind::not_found, "backup_missing", std::move(detail));
}

Result<unsigned> partitions_of(const fs::path& path) {
    const auto text = read_file(path / "format");
    if (!text) return std::unexpected(text.error());
    if (!*text || !(*text)->starts_with(first_line))
        return missing(fmt::format("{} is no backup folder of Almanac.", path.string()));
    const auto version = number_after(**text, "\nformat ");
    if (version && *version > backup_format_version) return newer(path);
    const auto partitions = number_after(**text, "\npartitions ");
    if (!partitions || *partitions == 0 || *partitions > partitions_max ||
        **text != format_text(*partitions))
        return corrupt(fmt::format("The file `format` of {} is damaged.", path.string()));
    return *partitions;
}

// Nothing but what an interrupted making left.
bool is_unused(const fs::path& path) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path, error)) {
        const auto name = entry.path().filename().string();
        if (name != "lock" && name != "format.new") return false;
    }
    return !error;
}

std::uint64_t number_of(std::string_view name) {
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + std::min(name.size(), number_digits), number);
    return number;
}

json::Object to_json(const BackedUpPartition& partition, std::size_t number) {
    json::Value last_time = nullptr;
    if (partition.last_time) last_time = kernel::to_string(*partition.last_time);
    json::Value root = nullptr;
    if (!partition.root.empty()) root = partition.root;
    return {{"partition", number},
            {"log_id", kernel::to_string(partition.log_id)},
            {"position", partition.position},
            {"last_time", std::move(last_time)},
            {"keyring_generation", partition.keyring_generation},
            {"root", std::move(root)}};
}

json::Object inner_json(const BackupManifest& manifest) {
    json::Array partitions;
    for (const auto& each : manifest.partitions)
        partitions.emplace_back(to_json(each, partitions.size()));
    json::Array files;
    for (const auto& file : manifest.files)
        files.emplace_back(
            json::Object{{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    return {
        {"format", backup_format_version},     {"name", manifest.name},
        {"program", manifest.program},         {"taken_at", kernel::to_string(manifest.taken_at)},
        {"partitions", std::move(partitions)}, {"files", std::move(files)}};
}

std::string text_at(const json::Object& object, std::string_view name) {
    const auto& value = object.at(name);
    return value.is_null() ? std::string() : std::string(value.as_string());
}
std::uint64_t number_at(const json::Object& object, std::string_view name) {
    return object.at(name).to_number<std::uint64_t>();
}

template <class T>
T known(std::optional<T> value) {
    if (!value) throw std::runtime_error("a value is not of its form");
    return *std::move(value);
}

BackupManifest manifest_of(const json::Object& inner) {
    BackupManifest manifest;
    manifest.name = text_at(inner, "name");
    manifest.program = text_at(inner, "program");
    manifest.taken_at = known(kernel::parse_instant(text_at(inner, "taken_at")));
    for (const auto& value : inner.at("partitions").as_array()) {
        const auto& object = value.as_object();
        BackedUpPartition partition;
        partition.log_id = known(kernel::parse_uuid(text_at(object, "log_id")));
        partition.position = number_at(object, "position");
        if (!object.at("last_time").is_null())
            partition.last_time = known(kernel::parse_instant(text_at(object, "last_time")));
        partition.keyring_generation = number_at(object, "keyring_generation");
        partition.root = text_at(object, "root");
        manifest.partitions.push_back(std::move(partition));
    }
    for (const auto& value : inner.at("files").as_array()) {
        const auto& object = value.as_object();
        manifest.files.push_back(
            {text_at(object, "path"), number_at(object, "bytes"), text_at(object, "sha256")});
        const fs::path path = manifest.files.back().path;
        if (path.empty() || path.is_absolute() || path.lexically_normal() != path ||
            *path.begin() == "..")
            throw std::runtime_error("a path leads out of the backup");
    }
    return manifest;
}
}  // namespace

std::string partition_file(std::string_view directory, unsigned partition) {
    return fmt::format("{}/p{:04}", directory, partition);
}

std::string encode(const BackupManifest& manifest) {
    const auto inner = inner_json(manifest);
    const auto digest = kernel::sha256_hex(json::dump(json::Value(inner)));
    return json::dump(json::Value(json::Object{{"backup", inner}, {"sha256", digest}})) + "\n";
}

Result<BackupManifest> decode_manifest(std::string_view text) {
    const auto damaged = [](std::string_view why) {
        return corrupt(fmt::format("The backup's manifest is damaged: {}.", why));
    };
    try {
        const auto outer = json::parse(text);
        if (!outer) return damaged("it is no JSON");
        const auto& inner = outer->as_object().at("backup");
        if (text_at(outer->as_object(), "sha256") != kernel::sha256_hex(json::dump(inner)))
            return damaged("its digest differs");
        const auto format = number_at(inner.as_object(), "format");
        if (format > backup_format_version) return newer("The backup");
        if (format != backup_format_version) return damaged("its format is unknown");
        return manifest_of(inner.as_object());
    } catch (const std::exception& error) {
        return damaged(error.what());
    }
}

Result<BackupManifest> read_backup_manifest(const fs::path& backup) {
    const auto text = read_whole_file(backup / "manifest.json");
    if (!text) return std::unexpected(text.error());
    if (!*text)
        return missing(fmt::format("{} is no backup: it has no manifest.json.", backup.string()));
    return decode_manifest(**text);
}

Result<BackupFolder> BackupFolder::open_or_make(const fs::path& path, unsigned partitions) {
    if (auto made = make_directories(path); !made) return std::unexpected(std::move(made.error()));
    std::error_code ignored;
    const bool there = fs::exists(path / "format", ignored);
    if (!there && !is_unused(path))
        return kernel::conflict(
            "backup_foreign",
            fmt::format("{} is not empty and no backup folder of Almanac; nothing was changed. A "
                        "backup needs an empty or a new place, or the folder of earlier ones.",
                        path.string()));
    if (there) {
        const auto has = partitions_of(path);
        if (!has && has.error().code == "backup_missing")
            return kernel::conflict("backup_foreign", has.error().detail);
        if (!has) return std::unexpected(has.error());
        if (*has != partitions)
            return kernel::conflict(
                "backup_foreign",
                fmt::format("{} keeps backups of a directory of {} partitions, this one has {}.",
                            path.string(), *has, partitions));
    }
    const auto lock_path = path / "lock";
    const int lock = ::open(lock_path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0) return std::unexpected(file_error("Opening", lock_path, errno));
    BackupFolder folder(path, partitions, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return kernel::conflict("backup_running",
                                fmt::format("Another backup into {} runs.", path.string()));
    for (const auto* part : {"keyring", "erasures"})
        if (auto made = make_directories(path / part); !made)
            return std::unexpected(std::move(made.error()));
    if (!there)
        if (auto made = replace_file(path / "format", format_text(partitions)); !made)
            return std::unexpected(std::move(made.error()));
    return folder;
}

Result<BackupFolder> BackupFolder::open(const fs::path& path) {
    const auto partitions = partitions_of(path);
    if (!partitions) return std::unexpected(partitions.error());
    // Shared with other readers; a folder that cannot be written is read all the same.
    const int lock = ::open((path / "lock").c_str(), O_RDONLY | O_CLOEXEC);
    BackupFolder folder(path, *partitions, lock);
    if (lock >= 0 && ::flock(lock, LOCK_SH | LOCK_NB) != 0)
        return kernel::conflict("backup_running",
                                fmt::format("A backup into {} runs.", path.string()));
    return folder;
}

BackupFolder::BackupFolder(fs::path path, unsigned partitions, int lock)
    : path_(std::move(path)), partitions_(partitions), lock_(lock) {}
BackupFolder::~BackupFolder() {
    if (lock_ >= 0) ::close(lock_);
}
BackupFolder::BackupFolder(BackupFolder&& other) noexcept
    : path_(std::move(other.path_)),
      partitions_(other.partitions_),
      lock_(std::exchange(other.lock_, -1)) {}

fs::path BackupFolder::keyring_file(unsigned partition) const {
    return path_ / partition_file("keyring", partition);
}
fs::path BackupFolder::erasures_file(unsigned partition) const {
    return path_ / partition_file("erasures", partition);
}

Result<std::vector<std::string>> BackupFolder::names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path_, error)) {
        const auto name = entry.path().filename().string();
        if (number_of(name) != 0 && entry.is_directory(error)) names.push_back(name);
    }
    if (error) return std::unexpected(file_error("Reading", path_, error.value()));
    std::ranges::sort(names);
    return names;
}

Result<std::string> BackupFolder::find(const std::string& name) const {
    auto all = names();
    if (!all) return std::unexpected(std::move(all.error()));
    if (name.empty() && !all->empty()) return all->back();
    if (std::ranges::find(*all, name) != all->end()) return name;
    const auto why = all->empty() ? std::string("there is none yet")
                                  : fmt::format("there are {}", fmt::join(*all, ", "));
    return missing(fmt::format("{} has no backup{}: {}.", path_.string(),
                               name.empty() ? std::string() : " " + name, why));
}

Result<std::string> BackupFolder::next_name(kernel::Instant now) const {
    const auto all = names();
    if (!all) return std::unexpected(all.error());
    const auto number = (all->empty() ? 0 : number_of(all->back())) + 1;
    auto time = kernel::to_string(now).substr(0, 19);  // 2026-12-01T12:00:00
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return fmt::format("{:06}-{}Z", number, time);
}

}  // namespace almanac::eventstore
