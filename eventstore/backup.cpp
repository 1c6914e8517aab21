#include "eventstore/backup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "eventstore/backup_files.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/log_digest.hpp"
#include "eventstore/results.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
namespace fs = std::filesystem;

constexpr std::string_view program = "almanac 0.1.0";

// Goes when it goes out of sight, unless it was kept.
class Scratch {
  public:
    explicit Scratch(fs::path path) : path_(std::move(path)) {}
    ~Scratch() {
        if (!kept_) (void)remove_tree(path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const { return path_; }
    void keep() { kept_ = true; }

  private:
    fs::path path_;
    bool kept_ = false;
};

// Lines that were in either, each once; those of the folder come first.
Result<void> merge_erasures(const fs::path& kept_file, const fs::path& partition_file_) {
    std::string merged;
    std::set<std::string, std::less<>> seen;
    for (const auto& file : {kept_file, partition_file_}) {
        const auto text = read_whole_file(file);
        if (!text) return std::unexpected(text.error());
        std::string_view rest = *text ? std::string_view(**text) : std::string_view();
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            const auto line = rest.substr(0, end);
            rest.remove_prefix(std::min(rest.size(), end + 1));
            if (!line.empty() && seen.emplace(line).second) merged.append(line).push_back('\n');
        }
    }
    return replace_file(kept_file, merged);
}

class Backup {
  public:
    Backup(std::span<const BackupSource> sources, const BackupOptions& options,
           const BackupFolder& folder)
        : sources_(sources), options_(options), folder_(folder) {}
    Result<BackupReport> take();

  private:
    struct Staged {
        fs::path file;     // in the data directory's file system
        std::string path;  // in the backup
        std::uint64_t bytes = 0;
    };
    Result<void> check_lineage() const;
    Result<void> find_base();
    Result<void> stage(const BackupSource& source);
    Result<void> describe(const BackupSource& source, const fs::path& log);
    Result<void> stage_files(const fs::path& root, const std::string& below);
    Result<void> stage_file(const fs::path& file, std::string path);
    const BackedUpFile* in_base(const Staged& file) const;
    Result<bool> link_from_base(const BackedUpFile& same, const fs::path& to);
    Result<void> copy_all(const fs::path& making);
    Result<void> put(const Staged& file, const fs::path& to);
    Result<void> merge_keyrings();
    void tell(BackupPhase phase) const {
        if (options_.progress) options_.progress({phase, done_bytes_, total_bytes_});
    }

    std::span<const BackupSource> sources_;
    const BackupOptions& options_;
    const BackupFolder& folder_;
    BackupReport report_;
    fs::path base_;
    std::map<std::string, BackedUpFile, std::less<>> base_files_;
    std::vector<Staged> staged_;
    std::vector<BackedUpFile> copied_;  // of the manifest's files
    std::uint64_t done_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

// Before anything long begins.
Result<void> Backup::check_lineage() const {
    for (const auto& source : sources_) {
        const auto file = folder_.keyring_file(source.number);
        if (std::error_code ignored; !fs::exists(file, ignored)) continue;
        const auto state = look_at_keyring_file(file);
        if (!state) return std::unexpected(state.error());
        if (state->log_id != source.log->log_id() && !options_.into_fork)
            return other_log(state->log_id, source.log->log_id());
    }
    return {};
}

Result<void> Backup::find_base() {
    base_ = options_.base.value_or(fs::path());
    if (!options_.base) {
        const auto names = folder_.names();
        if (!names) return std::unexpected(names.error());
        if (!names->empty()) base_ = folder_.path() / names->back();
    }
    if (base_.empty()) return {};
    auto manifest = read_backup_manifest(base_);
    if (!manifest) {
        // What the operator named has to be right; a damaged one of the folder is not built on.
        if (options_.base) return std::unexpected(std::move(manifest.error()));
        base_.clear();
        return {};
    }
    for (auto& file : manifest->files) base_files_.emplace(file.path, std::move(file));
    return {};
}

Result<void> Backup::stage_file(const fs::path& file, std::string path) {
    std::error_code error;
    const auto bytes = fs::file_size(file, error);
    if (error) return std::unexpected(file_error("Reading", file, error.value()));
    staged_.push_back({file, std::move(path), bytes});
    return {};
}

Result<void> Backup::stage_files(const fs::path& root, const std::string& below) {
    const auto files = files_below(root);
    if (!files) return std::unexpected(files.error());
    for (const auto& file : *files)
        if (auto staged = stage_file(root / file, below + "/" + file); !staged) return staged;
    return {};
}

// What the copy holds, read from the copy: the log itself goes on.
Result<void> Backup::describe(const BackupSource& source, const fs::path& log_path) {
    const auto log = Log::open(log_path, LogMode::read_only);
    if (!log) return std::unexpected(log.error());
    auto& said = report_.manifest.partitions.at(source.number);
    said.log_id = (*log)->log_id();
    said.position = (*log)->last_position();
    const auto generation = (*log)->meta(meta_keyring_generation);
    if (!generation) return std::unexpected(generation.error());
    if (*generation && (*generation)->size() == 8) said.keyring_generation = read_u64(**generation);
    if (said.position == 0) return {};
    const auto last = (*log)->record(said.position);
    if (!last) return std::unexpected(last.error());
    said.last_time = last->time;
    return {};
}

Result<void> Backup::stage(const BackupSource& source) {
    const auto scratch = backup_scratch(source.path);
    if (auto clean = remove_tree(scratch); !clean) return clean;
    if (auto made = make_directories(scratch); !made) return made;
    // A copy writes out what log and views have in memory. Where that found the disk full, the log
    // would take no events any more: better no backup.
    if (auto room = check_room(source.path, 0); !room) return room;
    if (source.views) {
        if (auto copied = source.views(scratch / "views"); !copied) return copied;
        std::error_code none;
        const bool any = fs::exists(scratch / "views", none);
        auto staged = any ? stage_files(scratch / "views", partition_file("views", source.number))
                          : Result<void>();
        if (!staged) return staged;
        if (auto room = check_room(source.path, 0); !room) return room;
    }
    if (auto copied = source.log->checkpoint(scratch / "log"); !copied) return copied;
    if (auto said = describe(source, scratch / "log"); !said) return said;
    return stage_files(scratch / "log", partition_file("log", source.number));
}

const BackedUpFile* Backup::in_base(const Staged& file) const {
    const auto found = base_files_.find(file.path);
    return found != base_files_.end() && found->second.bytes == file.bytes ? &found->second
                                                                           : nullptr;
}

// False where the base's file cannot be linked, or is not any more what the manifest says of it:
// else one bad sector would be in every backup after it.
Result<bool> Backup::link_from_base(const BackedUpFile& same, const fs::path& to) {
    const auto file = base_ / same.path;
    if (!link_file(file, to)) return false;
    if (!options_.verify) return true;
    const auto digest = digest_of_file(to, [this](std::uint64_t) { tell(BackupPhase::copy); });
    if (digest && *digest == same.sha256) return true;
    report_.damaged_files.push_back(file.string());
    if (disk_remove(to) != 0) return std::unexpected(file_error("Removing", to, errno));
    return false;
}

Result<void> Backup::put(const Staged& file, const fs::path& to) {
    if (auto made = make_directories(to.parent_path()); !made) return made;
    OnBytes read = [this](std::uint64_t bytes) {
        done_bytes_ += bytes;
        tell(BackupPhase::copy);
    };
    bool linked = false;
    Result<std::string> digest;
    if (const auto* same = in_base(file)) {
        digest = digest_of_file(file.file, read);
        if (!digest) return std::unexpected(std::move(digest.error()));
        if (*digest == same->sha256) {
            const auto done = link_from_base(*same, to);
            if (!done) return std::unexpected(done.error());
            linked = *done;
        }
        read = [this](std::uint64_t) { tell(BackupPhase::copy); };  // it is counted already
    }
    if (!linked) digest = copy_file_synced(file.file, to, read);
    if (!digest) return std::unexpected(std::move(digest.error()));
    std::error_code error;
    const auto bytes = fs::file_size(to, error);  // a write-ahead file may have been cut meanwhile
    if (error) return std::unexpected(file_error("Reading", to, error.value()));
    report_.bytes += bytes;
    report_.linked_bytes += linked ? bytes : 0;
    report_.linked_files += linked ? 1 : 0;
    report_.manifest.files.push_back({file.path, bytes, std::move(*digest)});
    if (!linked) copied_.push_back(report_.manifest.files.back());
    return {};
}

Result<void> Backup::copy_all(const fs::path& making) {
    std::uint64_t needed = 0;
    for (const auto& file : staged_) {
        total_bytes_ += file.bytes;
        if (!in_base(file)) needed += file.bytes;
    }
    if (auto room = check_room(folder_.path(), needed); !room) return room;
    for (const auto& file : staged_)
        if (auto done = put(file, making / file.path); !done) return done;
    return {};
}

Result<void> Backup::merge_keyrings() {
    tell(BackupPhase::keyring);
    const auto today = utc_day(options_.now);
    for (const auto& source : sources_) {
        const auto& said = report_.manifest.partitions.at(source.number);
        KeyringMerge merge;
        merge.file = folder_.keyring_file(source.number);
        merge.log_id = said.log_id;
        merge.generation_min = said.keyring_generation;
        merge.oldest_day = today - std::min(today, result_days + 1);
        merge.into_fork = options_.into_fork;
        if (auto merged = merge_keyring(merge, source.keyring); !merged)
            return std::unexpected(std::move(merged.error()));
        // After the keyring: whoever is erased in it has a line there.
        auto lines = merge_erasures(folder_.erasures_file(source.number), source.path / "erasures");
        if (!lines) return lines;
    }
    return {};
}

Result<BackupReport> Backup::take() {
    auto name = folder_.next_name(options_.now);
    if (!name) return std::unexpected(std::move(name.error()));
    report_.manifest.name = *name;
    report_.manifest.program = program;
    report_.manifest.partitions.resize(sources_.size());
    if (auto own = check_lineage(); !own) return std::unexpected(std::move(own.error()));
    if (auto found = find_base(); !found) return std::unexpected(std::move(found.error()));
    if (auto clean = remove_tree(folder_.making()); !clean)
        return std::unexpected(std::move(clean.error()));
    Scratch making(folder_.making());
    std::vector<std::unique_ptr<Scratch>> scratches;
    tell(BackupPhase::log);
    for (auto source = sources_.rbegin(); source != sources_.rend(); ++source) {
        scratches.push_back(std::make_unique<Scratch>(backup_scratch(source->path)));
        if (auto staged = stage(*source); !staged)
            return std::unexpected(std::move(staged.error()));
    }
    report_.manifest.taken_at = options_.now;
    auto format = stage_file(sources_.front().path.parent_path() / "format", "format");
    if (!format) return std::unexpected(std::move(format.error()));
    auto done = copy_all(making.path());
    scratches.clear();
    if (done) done = merge_keyrings();
    if (!done) return std::unexpected(std::move(done.error()));
    if (options_.verify) {
        auto roots = verify_backup(making.path(), report_.manifest, copied_, options_.progress);
        if (!roots) return std::unexpected(std::move(roots.error()));
        for (std::size_t i = 0; i < roots->size(); ++i)
            report_.manifest.partitions.at(i).root = std::move(roots->at(i));
        report_.verified = true;
    }
    done = replace_file(making.path() / "manifest.json", encode(report_.manifest));
    if (done) done = sync_directories(making.path());
    if (!done) return std::unexpected(std::move(done.error()));
    report_.path = folder_.path() / *name;
    if (disk_rename(making.path(), report_.path) != 0)
        return std::unexpected(file_error("Renaming", making.path(), errno));
    making.keep();
    if (auto synced = sync_directory(folder_.path()); !synced)
        return std::unexpected(std::move(synced.error()));
    report_.base = base_.string();
    return std::move(report_);
}
}  // namespace

std::string_view to_string(BackupPhase phase) {
    switch (phase) {
        case BackupPhase::log:
            return "log";
        case BackupPhase::copy:
            return "copy";
        case BackupPhase::keyring:
            return "keyring";
        case BackupPhase::verify:
            return "verify";
    }
    return "";
}

Result<std::vector<std::string>> verify_backup(
    const fs::path& backup, const BackupManifest& manifest, std::span<const BackedUpFile> files,
    const std::function<void(const BackupProgress&)>& progress) {
    BackupProgress at{BackupPhase::verify, 0, 0};
    for (const auto& file : files) at.total_bytes += file.bytes;
    for (const auto& file : files) {
        const auto digest = digest_of_file(backup / file.path, [&](std::uint64_t bytes) {
            at.done_bytes += bytes;
            if (progress) progress(at);
        });
        if (!digest) return std::unexpected(digest.error());
        if (*digest != file.sha256)
            return corrupt(fmt::format("The backup's file {} is not as it was written.",
                                       (backup / file.path).string()));
    }
    std::vector<std::string> roots;
    for (std::size_t i = 0; i < manifest.partitions.size(); ++i) {
        const auto path = backup / partition_file("log", static_cast<unsigned>(i));
        const auto log = Log::open(path, LogMode::read_only);
        if (!log) return std::unexpected(log.error());
        auto digest = digest_log(**log, {}, [&](std::uint64_t) {
            if (progress) progress(at);
        });
        if (!digest) return std::unexpected(std::move(digest.error()));
        const auto& said = manifest.partitions[i];
        if (digest->position != said.position || (*log)->log_id() != said.log_id ||
            (!said.root.empty() && digest->root != said.root))
            return corrupt(
                fmt::format("The log of partition {} in {} is not the one that the "
                            "manifest describes.",
                            i, backup.string()));
        roots.push_back(std::move(digest->root));
    }
    return roots;
}

Result<BackupReport> take_backup(std::span<const BackupSource> sources,
                                 const BackupOptions& options) {
    const auto data = fs::weakly_canonical(sources.front().path.parent_path());
    const auto target = fs::weakly_canonical(options.folder);
    const auto [end, inside] = std::ranges::mismatch(data, target);
    if (end == data.end())
        return kernel::conflict(
            "backup_foreign",
            fmt::format("{} lies in the data directory; a backup needs a place of its own.",
                        options.folder.string()));
    auto folder = BackupFolder::open_or_make(options.folder, static_cast<unsigned>(sources.size()));
    if (!folder) return std::unexpected(std::move(folder.error()));
    return Backup(sources, options, *folder).take();
}

}  // namespace almanac::eventstore
