#include "tests/faults/unsynced.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <stdexcept>
#include <utility>

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t sector_bytes = 512;

std::uint64_t size_of(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    return error ? 0 : size;
}

// Opens for what a test does to a file behind the program's back.
class Patch {
  public:
    explicit Patch(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {
        if (descriptor_ < 0) throw std::runtime_error("Cannot open " + path.string());
    }
    ~Patch() { ::close(descriptor_); }
    Patch(const Patch&) = delete;
    Patch& operator=(const Patch&) = delete;
    void write(std::uint64_t at, std::string_view bytes) const {
        if (::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at)) !=
            static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("Cannot patch a file.");
    }
    void truncate(std::uint64_t bytes) const {
        if (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0)
            throw std::runtime_error("Cannot cut a file.");
    }

  private:
    int descriptor_;
};

// What lies below `from` lies below `to`; everything else stays.
void move_below(fs::path& path, const fs::path& from, const fs::path& to) {
    const auto below = path.lexically_relative(from);
    if (!below.empty() && below != "." && *below.begin() != "..") path = to / below;
}
}  // namespace

fs::path plain_path(const fs::path& path) {
    auto plain = fs::absolute(path).lexically_normal();
    return plain.has_filename() ? plain : plain.parent_path();
}

Unsynced::Unsynced(fs::path root) : root_(plain_path(root)), saved_(root_) {
    saved_ += ".unsynced";
    fs::remove_all(saved_);
    fs::create_directories(saved_);
}
Unsynced::~Unsynced() {
    std::error_code ignored;
    fs::remove_all(saved_, ignored);
}

bool Unsynced::covers(const fs::path& path) const {
    const auto below = plain_path(path).lexically_relative(root_);
    return !below.empty() && *below.begin() != "..";
}

Unsynced::File Unsynced::file_at(const fs::path& path) {
    if (!covers(path)) return nullptr;
    const auto name = plain_path(path);
    const std::scoped_lock lock(mutex_);
    auto& file = files_[name];
    if (!file) {
        file = std::make_shared<DiskFile>();
        file->bytes = file->bytes_synced = size_of(name);
    }
    return file;
}

fs::path Unsynced::save(const fs::path& path) {
    auto saved = saved_ / std::to_string(++changes_);
    fs::create_hard_link(path, saved);
    return saved;
}

void Unsynced::note(Change change, const fs::path& name, const fs::path& renamed_from,
                    const fs::path& saved) {
    File file;
    if (!saved.empty())
        if (const auto known = files_.find(name); known != files_.end()) file = known->second;
    entries_.push_back({++changes_, change, name, renamed_from, saved, std::move(file)});
}

void Unsynced::make_way(const fs::path& path) {
    const auto name = plain_path(path);
    if (covers(name) && fs::is_regular_file(name)) remove(name);
}

Unsynced::File Unsynced::created(const fs::path& path) {
    if (!covers(path)) return nullptr;
    const auto name = plain_path(path);
    const std::scoped_lock lock(mutex_);
    note(Change::created, name, {}, {});
    return files_[name] = std::make_shared<DiskFile>();
}

void Unsynced::created_directory(const fs::path& path) {
    if (!covers(path)) return;
    const std::scoped_lock lock(mutex_);
    note(Change::created, plain_path(path), {}, {});
}

void Unsynced::linked(const fs::path& path, const File& file) {
    if (!covers(path)) return;
    const auto name = plain_path(path);
    const std::scoped_lock lock(mutex_);
    note(Change::created, name, {}, {});
    if (file) files_[name] = file;
}

int Unsynced::rename(const fs::path& from, const fs::path& to) {
    if (!covers(from) || !covers(to)) return ::rename(from.c_str(), to.c_str()) ? errno : 0;
    const auto source = plain_path(from);
    const auto target = plain_path(to);
    const std::scoped_lock lock(mutex_);
    const auto saved = fs::is_regular_file(target) ? save(target) : fs::path();
    if (::rename(source.c_str(), target.c_str()) != 0) {
        const int error = errno;
        if (!saved.empty()) fs::remove(saved);
        return error;
    }
    note(Change::renamed, target, source, saved);
    files_.erase(target);
    if (auto moved = files_.extract(source)) {
        moved.key() = target;
        files_.insert(std::move(moved));
    }
    if (fs::is_directory(target)) move_names(source, target);
    return 0;
}

void Unsynced::move_names(const fs::path& from, const fs::path& to) {
    for (auto& entry : entries_) {
        move_below(entry.name, from, to);
        move_below(entry.renamed_from, from, to);
    }
    for (auto& [path, file] : std::exchange(files_, {})) {
        auto name = path;
        move_below(name, from, to);
        files_[name] = file;
    }
}

int Unsynced::remove(const fs::path& path) {
    if (!covers(path)) return ::unlink(path.c_str()) ? errno : 0;
    const auto name = plain_path(path);
    const std::scoped_lock lock(mutex_);
    const auto saved = fs::is_regular_file(name) ? save(name) : fs::path();
    if (::unlink(name.c_str()) != 0) {
        const int error = errno;
        if (!saved.empty()) fs::remove(saved);
        return error;
    }
    note(Change::removed, name, {}, saved);
    files_.erase(name);
    return 0;
}

void Unsynced::appended(DiskFile& file, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    file.bytes += bytes;
}
void Unsynced::will_overwrite(DiskFile& file, std::uint64_t at, std::string before) {
    const std::scoped_lock lock(mutex_);
    if (!before.empty()) file.overwritten.push_back({at, std::move(before)});
}
void Unsynced::resized(DiskFile& file, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    file.bytes = bytes;
    file.bytes_synced = std::min(file.bytes_synced, bytes);
}

Unsynced::FileSync Unsynced::sync_begins(const DiskFile& file) {
    const std::scoped_lock lock(mutex_);
    return {file.bytes, file.overwritten.size()};
}
void Unsynced::synced(DiskFile& file, const FileSync& sync) {
    const std::scoped_lock lock(mutex_);
    if (file.sync_failed) return;
    file.bytes_synced = std::max(file.bytes_synced, std::min(sync.bytes, file.bytes));
    const auto covered = std::min(sync.overwritten, file.overwritten.size());
    file.overwritten.erase(file.overwritten.begin(),
                           file.overwritten.begin() + static_cast<std::ptrdiff_t>(covered));
}
void Unsynced::sync_failed(DiskFile& file) {
    const std::scoped_lock lock(mutex_);
    file.sync_failed = true;
}

std::uint64_t Unsynced::directory_sync_begins() {
    const std::scoped_lock lock(mutex_);
    return changes_;
}
void Unsynced::directory_synced(const fs::path& directory, std::uint64_t began) {
    const auto name = plain_path(directory);
    const std::scoped_lock lock(mutex_);
    std::erase_if(entries_, [&](const Entry& entry) {
        if (entry.number > began || entry.name.parent_path() != name) return false;
        std::error_code ignored;
        if (!entry.saved.empty()) fs::remove(entry.saved, ignored);
        return true;
    });
}

void Unsynced::lose(std::mt19937_64& random) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [path, file] : files_) lose_bytes(path, *file, random);
    for (const auto& entry : entries_)
        if (entry.file) lose_bytes(entry.saved, *entry.file, random);
    lose_names(random);
    files_.clear();
    entries_.clear();
    fs::remove_all(saved_);
    fs::create_directories(saved_);
}

// Appended bytes: none of them, a part of them, or pages of them here and there; bytes written
// over: each sector is the old one or the new one.
void Unsynced::lose_bytes(const fs::path& path, DiskFile& file, std::mt19937_64& random) {
    if (!fs::is_regular_file(path)) return;
    const auto end = size_of(path);
    const auto kept = std::min(file.bytes_synced, end);
    if (kept < end) {
        const Patch patch(path);
        switch (random() % 3) {
            case 0:
                patch.truncate(kept);
                break;
            case 1:
                patch.truncate(kept + random() % (end - kept));
                break;
            default:
                for (auto at = kept; at < end;) {
                    const auto next = std::min(end, (at / page_bytes + 1) * page_bytes);
                    if (random() % 2 == 0) patch.write(at, std::string(next - at, '\0'));
                    at = next;
                }
        }
    }
    for (auto old = file.overwritten.rbegin(); old != file.overwritten.rend(); ++old) {
        const Patch patch(path);
        for (std::uint64_t at = 0; at < old->before.size(); at += sector_bytes)
            if (random() % 2 == 0)
                patch.write(old->at + at, std::string_view(old->before).substr(at, sector_bytes));
    }
    file.overwritten.clear();
    file.bytes = file.bytes_synced = size_of(path);
}

// All changes of names, none, or any of them: only changes of one name keep their order.
void Unsynced::lose_names(std::mt19937_64& random) {
    const auto lost_of_four = 2 * (random() % 3);
    std::set<fs::path> lost_names;
    std::vector<Entry*> lost;
    for (auto& entry : entries_) {
        if (random() % 4 >= lost_of_four && !lost_names.contains(entry.name) &&
            !lost_names.contains(entry.renamed_from))
            continue;
        lost_names.insert(entry.name);
        if (!entry.renamed_from.empty()) lost_names.insert(entry.renamed_from);
        lost.push_back(&entry);
    }
    for (auto entry = lost.rbegin(); entry != lost.rend(); ++entry) {
        undo(**entry);
        if ((*entry)->change != Change::renamed) continue;
        for (auto earlier = std::next(entry); earlier != lost.rend(); ++earlier) {
            move_below((*earlier)->name, (*entry)->name, (*entry)->renamed_from);
            move_below((*earlier)->renamed_from, (*entry)->name, (*entry)->renamed_from);
        }
    }
}

void Unsynced::undo(const Entry& entry) {
    switch (entry.change) {
        case Change::created:
            fs::remove_all(entry.name);
            return;
        case Change::removed:
            break;
        case Change::renamed:
            // Directories go without a note of it; what was in one has come back before.
            if (!fs::exists(entry.name)) break;
            fs::create_directories(entry.renamed_from.parent_path());
            fs::rename(entry.name, entry.renamed_from);
            break;
    }
    if (entry.saved.empty()) return;
    fs::create_directories(entry.name.parent_path());
    fs::rename(entry.saved, entry.name);
}

}  // namespace almanac::faults
