// What a disk may forget when the power goes: bytes and names that no sync has covered. Files are
// changed in place; what a loss needs to undo that is kept: lengths at the last sync, bytes that
// were written over, and hard links to removed files in `<root>.unsynced`.
// The strictest disk POSIX allows: a name lives once its directory is synced, bytes once their file
// is. Of one data directory; thread-safe.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace almanac::faults {

struct DiskFile {
    std::uint64_t bytes = 0;
    std::uint64_t bytes_synced = 0;
    bool sync_failed = false;  // the system has dropped its pages: no later sync saves them
    struct Overwritten {
        std::uint64_t at;
        std::string before;
    };
    std::vector<Overwritten> overwritten;
};

class Unsynced {
  public:
    using File = std::shared_ptr<DiskFile>;
    explicit Unsynced(std::filesystem::path root);
    ~Unsynced();
    Unsynced(const Unsynced&) = delete;
    Unsynced& operator=(const Unsynced&) = delete;
    bool covers(const std::filesystem::path& path) const;

    File file_at(const std::filesystem::path& path);  // null where it does not lie below the root
    // Called before a call that empties what is there: the old bytes are put aside.
    void make_way(const std::filesystem::path& path);
    File created(const std::filesystem::path& path);
    void created_directory(const std::filesystem::path& path);
    void linked(const std::filesystem::path& path, const File& file);
    // In the place of the call itself; answer 0 or the error.
    int rename(const std::filesystem::path& from, const std::filesystem::path& to);
    int remove(const std::filesystem::path& path);

    void appended(DiskFile& file, std::uint64_t bytes);
    void will_overwrite(DiskFile& file, std::uint64_t at, std::string before);
    void resized(DiskFile& file, std::uint64_t bytes);

    // Around a sync: only what was there when it began is durable when it ends well.
    struct FileSync {
        std::uint64_t bytes;
        std::size_t overwritten;
    };
    FileSync sync_begins(const DiskFile& file);
    void synced(DiskFile& file, const FileSync& sync);
    void sync_failed(DiskFile& file);
    std::uint64_t directory_sync_begins();
    void directory_synced(const std::filesystem::path& directory, std::uint64_t began);

    // The power goes: what was not synced is lost in part or whole, as `random` has it.
    void lose(std::mt19937_64& random);

  private:
    enum class Change : std::uint8_t { created, removed, renamed };
    struct Entry {
        std::uint64_t number;
        Change change;
        std::filesystem::path name;
        std::filesystem::path renamed_from;
        std::filesystem::path saved;  // the file that was there before; empty = none
        File file;                    // of `saved`
    };
    std::filesystem::path save(const std::filesystem::path& path);
    void note(Change change, const std::filesystem::path& name,
              const std::filesystem::path& renamed_from, const std::filesystem::path& saved);
    void move_names(const std::filesystem::path& from, const std::filesystem::path& to);
    void lose_bytes(const std::filesystem::path& path, DiskFile& file, std::mt19937_64& random);
    void lose_names(std::mt19937_64& random);
    void undo(const Entry& entry);

    std::filesystem::path root_;
    std::filesystem::path saved_;
    std::mutex mutex_;
    std::map<std::filesystem::path, File> files_;
    std::vector<Entry> entries_;  // in the order of the changes
    std::uint64_t changes_ = 0;
};

std::filesystem::path plain_path(const std::filesystem::path& path);  // absolute, without dots

}  // namespace almanac::faults
