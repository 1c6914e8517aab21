#include "projections/records/past_read.hpp"

#include "projections/records/row.hpp"

namespace almanac::projections {
namespace {
// Whether the event's whole command had happened by then.
bool is_within(const eventstore::Record& record, std::uint64_t position,
               const RecordQueries::Moment& moment) {
    if (const auto* time = std::get_if<kernel::Instant>(&moment)) return record.time <= *time;
    const auto last_of_command = position + record.count - record.index - 1;
    return last_of_command <= std::get<std::uint64_t>(moment);
}
}  // namespace

Result<kernel::Held> fold_as_of(const kernel::Catalogue& catalogue, const eventstore::Log& log,
                                const TenantId& tenant, const kernel::FoldType& fold,
                                const std::string& tag, const RecordQueries::Moment& moment) {
    std::vector<std::uint64_t> positions;
    const auto read = log.tagged(tenant, tag, 0, [&](std::uint64_t position) {
        positions.push_back(position);
        return true;
    });
    if (!read) return std::unexpected(read.error());
    kernel::Held held;
    held.state = fold.make();
    try {
        for (const auto position : positions) {
            const auto record = log.record(position);
            if (!record) return std::unexpected(record.error());
            if (!is_within(*record, position, moment)) break;
            const auto event = eventstore::read_event(catalogue, *record);
            if (!event) return std::unexpected(event.error());
            eventstore::apply_event(held, fold, *event, *record, position, tag);
        }
    } catch (const std::exception& problem) {
        return kernel::corrupt(problem.what());
    }
    return held;
}

const kernel::Held& PastRead::load(const kernel::FoldType& type, const std::string& tag) {
    const auto known = folds_.find(tag);
    if (known != folds_.end()) return known->second;
    auto held = fold_as_of(catalogue_, log_, tenant_, type, tag, moment_);
    if (!held) throw ViewFailure(std::move(held.error()));
    return folds_.emplace(tag, std::move(*held)).first->second;
}

}  // namespace almanac::projections
