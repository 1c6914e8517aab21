#include "projections/free_busy/free_busy.hpp"

#include <algorithm>

#include "projections/availability/availability.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;

IntervalSet occupied(const Allocations& allocations, bool holds) {
    std::vector<Interval> all;
    for (const auto& a : allocations) {
        if (a.expires_at.has_value() != holds) continue;
        all.push_back({a.start - std::chrono::minutes{a.buffer_before_minutes},
                       a.end + std::chrono::minutes{a.buffer_after_minutes}});
    }
    return merge(std::move(all));
}

// What is occupied is so whether somebody works or not; what is held, unless it is occupied.
std::vector<BusyTime> busy_times(const std::optional<ResourceSnapshot>& at, const Interval& asked) {
    const IntervalSet all{asked};
    IntervalSet taken, held, open;
    if (at) {
        taken = intersect(occupied(at->resource.allocations, false), all);
        held = subtract(intersect(occupied(at->resource.allocations, true), all), taken);
        open = at->open(asked.start, asked.end);
    }
    const auto away = subtract(subtract(subtract(all, open), taken), held);
    std::vector<BusyTime> times;
    const auto add = [&](const IntervalSet& set, BusyType type) {
        for (const auto& each : set) times.push_back({each.start, each.end, type});
    };
    add(taken, BusyType::busy);
    add(held, BusyType::busy_tentative);
    add(away, BusyType::busy_unavailable);
    std::ranges::sort(times, {}, &BusyTime::start);
    return times;
}
}  // namespace

Result<FreeBusy> free_busy(const ViewRows&, const AskFreeBusy& asked, const Question& question) {
    FreeBusy answer;
    auto errors = faults_of(asked);
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    question.with_source([&](SnapshotSource& source) {
        for (std::size_t i = 0; i < asked.resource_ids.size(); ++i) {
            const auto& id = asked.resource_ids[i];
            const auto* entry = source.resources().find(id);
            if (entry == nullptr) {
                errors.push_back({kernel::json::pointer("/resource_ids", i), "not_found",
                                  "There is no such resource."});
                continue;
            }
            const auto at = build_resource_snapshot(source, *entry, asked.from, asked.to);
            answer.data.push_back({id, busy_times(at, {asked.from, asked.to})});
        }
    });
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    return answer;
}

}  // namespace almanac::projections
