// A log that lost its end: what the mark knew, what is there, and giving up the difference.
#include <algorithm>
#include <utility>

#include "eventstore/durable_files.hpp"
#include "eventstore/partition_check.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;

// What goes on as a log of its own has to be whole: every position, every record as it was hashed.
Result<std::optional<kernel::Instant>> last_time_of_whole(const Log& log) {
    std::optional<kernel::Instant> last_time;
    std::optional<kernel::Rejection> failed;
    const auto read = log.scan(1, log.last_position(), [&](std::uint64_t, std::string_view bytes) {
        const auto record = RecordView::parse(bytes);
        if (!record)
            failed = record.error();
        else if (!record->leaf_matches())
            failed = corrupt("A record does not match its hash.").error();
        else
            last_time = record->time();
        return !failed;
    });
    if (failed) return std::unexpected(std::move(*failed));
    if (!read) return std::unexpected(read.error());
    return last_time;
}

Result<void> replace_mark(const Partition& partition, const Mark& mark) {
    return replace_file(partition.path / "mark",
                        encode_mark_slot(mark, 0) + encode_mark_slot(mark, 1));
}
}  // namespace

std::optional<std::uint64_t> Loss::missing_events() const {
    if (!mark || mark->log_id != log_id) return std::nullopt;
    return mark->position - std::min(mark->position, position);
}

Result<Loss> DataDirectory::look_at_loss(unsigned number, const OpenOptions& options) const {
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    Loss loss;
    if (const auto opens = inspect(partition, options); opens)
        return kernel::reject("nothing_to_accept", "The partition opens as it is.");
    else
        loss.refusal = opens.error();
    const auto mark = MarkFile::read(partition.path / "mark");
    if (!mark && mark.error().code == "newer_format") return std::unexpected(mark.error());
    if (mark) loss.mark = mark->mark;
    const auto inspected = open_read_only(partition, loss.mark, options);
    if (!inspected) return std::unexpected(inspected.error());
    const auto& log = *inspected->log;
    if (auto agrees = compare_keyring(partition, log, loss.mark, inspected->fork, options); !agrees)
        return std::unexpected(std::move(agrees.error()));
    auto last_time = last_time_of_whole(log);
    if (!last_time) return std::unexpected(std::move(last_time.error()));
    loss.log_id = log.log_id();
    loss.position = log.last_position();
    loss.last_time = *last_time;
    loss.unfinished_fork = inspected->fork;
    return loss;
}

Result<Fork> DataDirectory::accept_loss(unsigned number, const OpenOptions& options) const {
    const auto loss = look_at_loss(number, options);
    if (!loss) return std::unexpected(loss.error());
    Partition partition;
    partition.number = number;
    partition.path = partition_path(number);
    auto log = open_writable(partition, options);
    if (!log) return std::unexpected(std::move(log.error()));
    if ((*log)->last_position() != loss->position)
        return corrupt("The log opened for real is not the one that was read before.");
    const Fork fork{(*log)->log_id(), random_log_id(), (*log)->last_position()};
    LogBatch batch(**log);
    batch.put(Space::meta, meta_log_id, fork.to_log_id.view());
    batch.put(Space::meta, meta_fork, encode_fork(fork));
    if (auto done = (*log)->commit(batch); !done) return std::unexpected(std::move(done.error()));
    auto now = mark_of(**log);
    if (!now) return std::unexpected(std::move(now.error()));
    now->log_id = fork.to_log_id;
    if (loss->mark)
        now->keyring_generation = std::max(now->keyring_generation, loss->mark->keyring_generation);
    if (auto done = replace_mark(partition, *now); !done)
        return std::unexpected(std::move(done.error()));
    return fork;
}

}  // namespace almanac::eventstore
