// A backup folder keeps many backups of one data directory and one keyring for all of them (log.md,
// "Keyring and claims"). The master key is in none of it.
//
//     format                     text, as of a data directory: what the folder is, of how many
//                                partitions, with a checksum
//     lock                       held by whoever writes here
//     keyring/p0000              the keyring of all backups of the partition (keyring_file.hpp)
//     erasures/p0000             every line of every `erasures` there was
//     000001-20261201T120000Z/   a backup: log/p0000, views/p0000, format (of the data directory)
//         manifest.json          what it is, with the digest of every file and of itself; last
//     .making                    one that is being made, or was when the machine stopped
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/log.hpp"

namespace almanac::eventstore {

inline constexpr std::uint32_t backup_format_version = 1;

struct BackedUpFile {
    std::string path;  // within the backup
    std::uint64_t bytes = 0;
    std::string sha256;
    bool operator==(const BackedUpFile&) const = default;
};

struct BackedUpPartition {
    kernel::Uuid log_id;
    std::uint64_t position = 0;  // of the log's last event
    std::optional<kernel::Instant> last_time;
    std::uint64_t keyring_generation = 0;  // that the log relies on
    std::string root;  // RFC 6962, over the leaves of all records; empty: was not verified
    bool operator==(const BackedUpPartition&) const = default;
};

struct BackupManifest {
    std::string name;
    std::string program;
    kernel::Instant taken_at{};  // a wall clock's; of the last partition's log
    std::vector<BackedUpPartition> partitions;
    std::vector<BackedUpFile> files;
    bool operator==(const BackupManifest&) const = default;
};
std::string encode(const BackupManifest& manifest);
// `corrupt`, `newer_format`.
Result<BackupManifest> decode_manifest(std::string_view text);
// Of one backup's directory; `backup_missing` where there is none.
Result<BackupManifest> read_backup_manifest(const std::filesystem::path& backup);

class BackupFolder {
  public:
    // For writing: made where it is absent or empty, held until the end. `backup_foreign` where it
    // holds something else or has another number of partitions, `backup_running`, `newer_format`.
    static Result<BackupFolder> open_or_make(const std::filesystem::path& path,
                                             unsigned partitions);
    // For reading; `backup_missing` where it is none.
    static Result<BackupFolder> open(const std::filesystem::path& path);
    ~BackupFolder();
    BackupFolder(BackupFolder&&) noexcept;
    BackupFolder& operator=(BackupFolder&&) = delete;

    const std::filesystem::path& path() const { return path_; }
    unsigned partitions() const { return partitions_; }
    std::filesystem::path keyring_file(unsigned partition) const;
    std::filesystem::path erasures_file(unsigned partition) const;
    std::filesystem::path making() const { return path_ / ".making"; }
    // Oldest first.
    Result<std::vector<std::string>> names() const;
    // The newest one, or the one of this name. `backup_missing`.
    Result<std::string> find(const std::string& name) const;
    Result<std::string> next_name(kernel::Instant now) const;

  private:
    BackupFolder(std::filesystem::path path, unsigned partitions, int lock);
    std::filesystem::path path_;
    unsigned partitions_ = 1;
    int lock_ = -1;
};

std::string partition_file(std::string_view directory, unsigned partition);  // log/p0000

}  // namespace almanac::eventstore
