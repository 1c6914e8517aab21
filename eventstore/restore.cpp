#include "eventstore/restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "eventstore/backup_files.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/log_digest.hpp"
#include "eventstore/partition_check.hpp"
#include "eventstore/policy_entries.hpp"
#include "eventstore/restore_cut.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::to_string;
namespace fs = std::filesystem;

std::unexpected<kernel::Rejection> wrong_until(std::string detail) {
    return kernel::reject("restore_until", std::move(detail));
}

// What was made goes again, unless it is kept; a directory that was there stays, empty.
class Making {
  public:
    explicit Making(fs::path path) : path_(std::move(path)) {}
    ~Making() {
        if (kept_) return;
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(path_, ignored))
            if (!owners_key_ || entry.path().filename() != "master.key")
                (void)remove_tree(entry.path());
        if (made_) fs::remove(path_, ignored);
    }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
    Result<void> begin();
    bool has_key() const { return owners_key_; }
    void keep() { kept_ = true; }

  private:
    fs::path path_;
    bool made_ = false;
    bool owners_key_ = false;
    bool kept_ = true;
};

Result<void> Making::begin() {
    std::error_code error;
    made_ = !fs::exists(path_, error);
    if (auto made = make_directories(path_); !made) return made;
    for (const auto& entry : fs::directory_iterator(path_, error)) {
        if (entry.path().filename() == "master.key" && entry.is_regular_file(error)) {
            owners_key_ = true;
            continue;
        }
        return kernel::unavailable(
            "data_exists",
            fmt::format("{} is not empty; nothing was changed. A restore needs an empty or a new "
                        "place, in which at most master.key lies.",
                        path_.string()),
            0);
    }
    if (error) return std::unexpected(file_error("Reading", path_, error.value()));
    kept_ = false;
    return {};
}

class Restore {
  public:
    Restore(const kernel::Catalogue& catalogue, const RestoreOptions& options,
            const BackupFolder& folder, BackupManifest manifest)
        : catalogue_(catalogue),
          options_(options),
          folder_(folder),
          manifest_(std::move(manifest)),
          backup_(folder.path() / manifest_.name) {}
    Result<RestoreReport> run();

  private:
    Result<void> check_until() const;
    Result<MasterKey> load_key(bool there) const;
    Result<void> copy_files();
    Result<void> copy_file(const BackedUpFile& file, const fs::path& to, BackupProgress& at) const;
    Result<void> drop_views(unsigned number, RestoredPartition& restored, std::string why) const;
    Result<void> adopt_views(unsigned number, RestoredPartition& restored) const;
    Result<RestoredPartition> restore_partition(unsigned number);
    Result<LogDigest> limit_log(const fs::path& log, unsigned number,
                                RestoredPartition& restored) const;
    Result<void> fork_log(Partition& partition, RestoredPartition& restored) const;
    Result<void> restore_keys(const Partition& partition, const Fork& fork) const;
    LogLimit limit_of(unsigned number) const;
    fs::path partition_path(unsigned number) const {
        return options_.data / fmt::format("p{:04}", number);
    }

    const kernel::Catalogue& catalogue_;
    const RestoreOptions& options_;
    const BackupFolder& folder_;
    const BackupManifest manifest_;
    const fs::path backup_;
    std::optional<MasterKey> key_;
    std::map<fs::path, std::string> damaged_views_;  // p0000: what is wrong with them
};

LogLimit Restore::limit_of(unsigned number) const {
    LogLimit limit{std::nullopt, options_.until.time};
    const auto position = options_.until.positions.find(number);
    if (position != options_.until.positions.end()) limit.position = position->second;
    return limit;
}

Result<void> Restore::check_until() const {
    const auto& until = options_.until;
    if (!until.is_set()) return {};
    if (until.time) {
        auto end = manifest_.taken_at;
        for (const auto& partition : manifest_.partitions)
            end = std::max(end, partition.last_time.value_or(end));
        if (*until.time > end)
            return wrong_until(fmt::format("Backup {} was taken at {}; it knows nothing of {}.",
                                           manifest_.name, to_string(manifest_.taken_at),
                                           to_string(*until.time)));
        return {};
    }
    for (unsigned number = 0; number < manifest_.partitions.size(); ++number) {
        const auto last = manifest_.partitions[number].position;
        const auto found = until.positions.find(number);
        if (found == until.positions.end())
            return wrong_until(fmt::format(
                "The directory has {} partitions, whose positions say nothing of each other: give "
                "--until for each of them ({}-N is missing), or a time.",
                manifest_.partitions.size(), number));
        if (found->second == 0)
            return wrong_until(
                fmt::format("{}-0 is before the first event, which is {}-1.", number, number));
        if (found->second > last)
            return wrong_until(fmt::format("Backup {} ends at {}-{}; it has no {}-{}.",
                                           manifest_.name, number, last, number, found->second));
    }
    if (until.positions.size() > manifest_.partitions.size())
        return wrong_until(
            fmt::format("There are partitions 0 to {} only.", manifest_.partitions.size() - 1));
    return {};
}

Result<MasterKey> Restore::load_key(bool there) const {
    if (options_.master_key) return MasterKey::load(*options_.master_key);
    if (there) return MasterKey::load(options_.data / "master.key");
    return kernel::unavailable(
        "master_key_missing",
        fmt::format("The master key is in no backup. Give --master-key FILE, or put it into {} as "
                    "master.key (mode 0600).",
                    options_.data.string()),
        0);
}

Result<void> Restore::copy_file(const BackedUpFile& file, const fs::path& to,
                                BackupProgress& at) const {
    if (auto made = make_directories(to.parent_path()); !made) return made;
    const auto digest = copy_file_synced(backup_ / file.path, to, [&](std::uint64_t bytes) {
        at.done_bytes += bytes;
        if (options_.progress) options_.progress(at);
    });
    if (!digest && digest.error().code == "disk_full") return std::unexpected(digest.error());
    if (!digest || *digest != file.sha256)
        return corrupt(fmt::format("{} is damaged ({})", (backup_ / file.path).string(),
                                   digest ? "not as it was written" : digest.error().detail));
    return {};
}

// Views are derived: damaged ones are built anew.
Result<void> Restore::copy_files() {
    BackupProgress at{BackupPhase::copy, 0, 0};
    for (const auto& file : manifest_.files) at.total_bytes += file.bytes;
    const auto room = at.total_bytes + options_.ballast_bytes * manifest_.partitions.size();
    if (auto enough = check_room(options_.data, room); !enough) return enough;
    for (const auto& file : manifest_.files) {
        // log/p0000/x -> p0000/log/x
        const fs::path path = file.path;
        if (std::distance(path.begin(), path.end()) != 3) continue;
        const auto kind = *path.begin();
        const auto partition = *std::next(path.begin());
        const bool is_view = kind == "views";
        if (is_view ? !options_.adopt_views || damaged_views_.contains(partition) : kind != "log")
            continue;
        auto copied = copy_file(file, options_.data / partition / kind / path.filename(), at);
        if (copied) continue;
        auto why = std::move(copied.error());
        if (why.code == "corrupt" && is_view) {
            damaged_views_.emplace(partition, std::move(why.detail));
            continue;
        }
        if (why.code == "corrupt")
            why.detail += ". Use another backup; `almanac restore --help` says how.";
        return std::unexpected(std::move(why));
    }
    return {};
}

Result<void> Restore::drop_views(unsigned number, RestoredPartition& restored,
                                 std::string why) const {
    const auto views = partition_path(number) / "views";
    restored.views_built_because = std::move(why);
    if (auto gone = remove_tree(views); !gone) return gone;
    return make_directories(views);
}

Result<void> Restore::adopt_views(unsigned number, RestoredPartition& restored) const {
    const auto damaged = damaged_views_.find(partition_path(number).filename());
    if (damaged != damaged_views_.end()) return drop_views(number, restored, damaged->second);
    const auto views = partition_path(number) / "views";
    const auto copied = files_below(views);
    if (!copied) return std::unexpected(copied.error());
    if (copied->empty()) return drop_views(number, restored, "the backup has none");
    auto why = options_.adopt_views(views, manifest_.partitions.at(number).log_id, restored.fork);
    if (!why) return std::unexpected(std::move(why.error()));
    return why->empty() ? Result<void>() : drop_views(number, restored, std::move(*why));
}

Result<LogDigest> Restore::limit_log(const fs::path& path, unsigned number,
                                     RestoredPartition& restored) const {
    auto log = Log::open(path, LogMode::read_write);
    if (!log) return std::unexpected(std::move(log.error()));
    const auto& said = manifest_.partitions.at(number);
    if ((*log)->log_id() != said.log_id || (*log)->last_position() != said.position)
        return corrupt(
            fmt::format("The log of partition {} is not the one of the manifest.", number));
    auto digest = digest_log(**log, limit_of(number), [this](std::uint64_t events) {
        if (options_.progress) options_.progress({BackupPhase::log, events, 0});
    });
    if (!digest) return digest;
    const bool whole = digest->position == said.position;
    if (whole && !said.root.empty() && digest->root != said.root)
        return corrupt(
            fmt::format("The log of partition {} is not the one of the manifest.", number));
    // Another partition may have begun later; `$system` is there from the first event on.
    if (digest->position == 0 && options_.until.is_set() && (number == 0 || !options_.until.time))
        return wrong_until(fmt::format(
            "Nothing is left of partition {}: its first command ends after that{}.", number,
            digest->first_time ? ", at " + to_string(*digest->first_time) : std::string()));
    restored.left_out = said.position - digest->position;
    if (whole) {
        const auto counted = (*log)->entries(Space::policies, timer_prefix, {},
                                             [&](auto, auto) { return ++restored.timers > 0; });
        if (!counted) return std::unexpected(counted.error());
        return digest;
    }
    const auto timers = cut_log(**log, catalogue_, digest->position);
    if (!timers) return std::unexpected(timers.error());
    restored.timers = *timers;
    return digest;
}

Result<void> Restore::fork_log(Partition& partition, RestoredPartition& restored) const {
    auto log = Log::open(partition.path / "log", LogMode::read_write);
    if (!log) return std::unexpected(std::move(log.error()));
    auto& fork = restored.fork;
    fork = {(*log)->log_id(), random_log_id(), (*log)->last_position()};
    // One that was not told to everybody yet: they know the log before it.
    const auto untold = (*log)->meta(meta_fork);
    if (!untold) return std::unexpected(untold.error());
    if (const auto earlier = *untold ? decode_fork(**untold) : std::nullopt)
        fork.from_log_id = earlier->from_log_id;
    LogBatch batch(**log);
    batch.put(Space::meta, meta_log_id, fork.to_log_id.view());
    batch.put(Space::meta, meta_fork, encode_fork(fork));
    if (auto done = (*log)->commit(batch); !done) return done;
    auto mark = mark_of(**log);
    if (!mark) return std::unexpected(std::move(mark.error()));
    mark->log_id = fork.to_log_id;
    auto made = MarkFile::create(partition.path / "mark", *mark);
    if (!made) return std::unexpected(std::move(made.error()));
    partition.log = std::move(*log);
    return {};
}

Result<void> Restore::restore_keys(const Partition& partition, const Fork& fork) const {
    const auto path = partition.keyring_path();
    auto done = restore_keyring(folder_.keyring_file(partition.number), path, fork.from_log_id);
    if (!done) return done;
    const auto keyring = Keyring::open(path, *key_, fork.from_log_id, true);
    if (!keyring) return std::unexpected(keyring.error());
    const auto needed = manifest_.partitions.at(partition.number).keyring_generation;
    if ((*keyring)->generation() < needed)
        return corrupt(fmt::format("The folder's keyring is of generation {}, the backup needs {}.",
                                   (*keyring)->generation(), needed));
    if (auto whole = (*keyring)->verify(); !whole) return whole;
    const auto erasures = read_whole_file(folder_.erasures_file(partition.number));
    if (!erasures) return std::unexpected(erasures.error());
    return replace_file(partition.erasures_path(), erasures->value_or(""));
}

Result<RestoredPartition> Restore::restore_partition(unsigned number) {
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    RestoredPartition restored;
    if (auto made = make_directories(partition.views_path()); !made)
        return std::unexpected(std::move(made.error()));
    const auto digest = limit_log(partition.path / "log", number, restored);
    if (!digest) return std::unexpected(digest.error());
    auto done = fork_log(partition, restored);
    if (done && restored.fork.position != digest->position)
        done = corrupt("The log that was cut does not end where it should.");
    if (done && restored.left_out > 0) {
        const auto cut = digest_log(*partition.log);
        if (!cut || cut->root != digest->root)
            done = corrupt("The log that was cut is not the beginning of the backup's.");
    }
    partition.log.reset();
    if (done) done = restore_keys(partition, restored.fork);
    if (done) done = adopt_views(number, restored);
    if (done) done = reserve_file(partition.ballast_path(), options_.ballast_bytes);
    if (done) done = sync_directories(partition.path);
    if (!done) return std::unexpected(std::move(done.error()));
    restored.last_time = digest->last_time;
    restored.root = digest->root;
    return restored;
}

Result<RestoreReport> Restore::run() {
    if (auto right = check_until(); !right) return std::unexpected(std::move(right.error()));
    Making making(options_.data);
    if (auto begun = making.begin(); !begun) return std::unexpected(std::move(begun.error()));
    auto key = load_key(making.has_key());
    if (!key) return std::unexpected(std::move(key.error()));
    key_ = std::move(*key);
    if (auto copied = copy_files(); !copied) return std::unexpected(std::move(copied.error()));
    RestoreReport report{manifest_.name, manifest_.taken_at, {}};
    for (unsigned number = 0; number < manifest_.partitions.size(); ++number) {
        auto restored = restore_partition(number);
        if (!restored) return std::unexpected(std::move(restored.error()));
        report.partitions.push_back(std::move(*restored));
    }
    if (options_.master_key && !making.has_key()) {
        const auto to = options_.data / "master.key";
        // Nobody else may read it, at no moment.
        const auto copied = copy_file_synced(*options_.master_key, to, {}, 0600);
        if (!copied) return std::unexpected(copied.error());
    }
    const auto format = read_file(backup_ / "format");
    if (!format) return std::unexpected(format.error());
    if (!*format) return corrupt("The backup has no file `format`.");
    if (auto done = replace_file(options_.data / "format", **format); !done)
        return std::unexpected(std::move(done.error()));
    if (const auto opens = DataDirectory::open(options_.data); !opens)
        return std::unexpected(opens.error());
    making.keep();
    return report;
}
}  // namespace

Result<RestoreReport> restore_backup(const kernel::Catalogue& catalogue,
                                     const RestoreOptions& options) {
    const auto folder = BackupFolder::open(options.folder);
    if (!folder) return std::unexpected(folder.error());
    const auto name = folder->find(options.backup);
    if (!name) return std::unexpected(name.error());
    auto manifest = read_backup_manifest(folder->path() / *name);
    if (!manifest) return std::unexpected(std::move(manifest.error()));
    if (manifest->name != *name || manifest->partitions.size() != folder->partitions())
        return corrupt(fmt::format("{} is not the backup that its manifest describes.",
                                   (folder->path() / *name).string()));
    return Restore(catalogue, options, *folder, std::move(*manifest)).run();
}

}  // namespace almanac::eventstore
