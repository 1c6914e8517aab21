#include "domain/scheduling/slots.hpp"

#include <algorithm>

#include "domain/scheduling/slot_finder.hpp"

namespace almanac::scheduling {
namespace {
using kernel::Instant;
using kernel::micros;
using std::chrono::days;

// Why no start of [from, to) is offered; see EmptyDay.
class DayReasons {
  public:
    DayReasons(const SlotCast& cast, const SlotBoard& board, SlotFinder& finder)
        : cast_(cast), board_(board), finder_(finder) {}

    EmptyDay of(const Interval& day) {
        const auto first = board_.starts().at_or_after(micros(day.start));
        const auto last = board_.starts().at_or_after(micros(day.end));
        auto furthest = Stage::none;  // how far any start of the day comes
        bool seats = false;
        for (auto start = first; start < last && !seats; ++start) {
            for (std::size_t l = 0; l < cast_.locations().size() && !seats; ++l) {
                const auto stage = stage_of(l, start);
                if (stage < furthest || (stage == furthest && stage != Stage::bookable)) continue;
                if (!finder_.staffed(l, start, false)) continue;
                furthest = stage;
                seats = stage == Stage::bookable && finder_.staffed(l, start, true);
            }
        }
        switch (furthest) {
            case Stage::none:
                return everybody_has_time(day) ? EmptyDay::no_resource : EmptyDay::closed;
            case Stage::too_far:
                return EmptyDay::window;
            case Stage::too_soon:
                return EmptyDay::notice;
            case Stage::bookable:
                break;
        }
        return seats ? EmptyDay::full : EmptyDay::no_resource;
    }

  private:
    enum class Stage { none, too_far, too_soon, bookable };
    Stage stage_of(std::size_t location, std::size_t start) const {
        if (board_.too_far(location, start)) return Stage::too_far;
        return board_.too_soon(start) ? Stage::too_soon : Stage::bookable;
    }

    // Whether each role by itself would find its people at work that day for long enough.
    bool everybody_has_time(const Interval& day) const {
        return std::ranges::all_of(cast_.roles(), [&](const MatchRole& role) {
            const auto with_time = std::ranges::count_if(
                role.candidates,
                [&](const auto& candidate) { return has_time(candidate.place, day); });
            return !role.required || with_time >= role.quantity;
        });
    }
    bool has_time(std::size_t place, const Interval& day) const {
        const auto own = cast_.members()[place].own_duration_us;
        const kernel::Micros need{own != 0 ? own : cast_.service_duration_us()};
        return std::ranges::any_of(board_.open(place), [&](const Interval& open) {
            const auto start = std::max(open.start, day.start);
            return start < day.end && start + need <= open.end;
        });
    }

    const SlotCast& cast_;
    const SlotBoard& board_;
    SlotFinder& finder_;
};

std::vector<std::pair<SlotDay, Interval>> days_of(const SlotQuery& query) {
    std::vector<std::pair<SlotDay, Interval>> list;
    const auto last = query.viewer.local_date(query.to - kernel::Micros{1});
    for (auto date = query.viewer.local_date(query.from); date <= last; date += days{1}) {
        const auto [start, end] = query.viewer.day(date);
        if (start == end) continue;  // a date that does not exist
        list.push_back({SlotDay{date, 0, std::nullopt},
                        {std::max(start, query.from), std::min(end, query.to)}});
    }
    return list;
}
}  // namespace

std::expected<Slot, SlotRefusal> evaluate(const Snapshot& snapshot, Instant start, int party,
                                          std::span<const kernel::Uuid> resource_ids,
                                          const SlotContext& context) {
    const SlotCast cast(snapshot, party, resource_ids, context.location);
    if (cast.locations().empty()) return std::unexpected(SlotRefusal::no_resource);
    const SlotBoard board(snapshot, cast, context, start);
    SlotFinder finder(snapshot, cast, board, party);
    if (auto slot = finder.find(0)) return std::move(*slot);
    return std::unexpected(finder.refusal(0));
}

SlotList slots(const Snapshot& snapshot, const SlotQuery& query) {
    SlotList list;
    if (query.to <= query.from) return list;
    auto days = days_of(query);
    SlotContext context;
    context.now = query.now;
    const SlotCast cast(snapshot, query.party_size, query.resource_ids, query.location);
    if (cast.locations().empty()) {
        for (auto& [day, _] : days) day.reason = EmptyDay::no_resource;
    } else {
        const SlotBoard board(snapshot, cast, context, query.from, query.to);
        SlotFinder finder(snapshot, cast, board, query.party_size);
        DayReasons reasons(cast, board, finder);
        auto day = days.begin();
        list.slots.reserve(board.starts().size());
        for (std::size_t start = 0; start < board.starts().size(); ++start) {
            auto slot = finder.find(start);
            if (!slot) continue;
            while (day + 1 != days.end() && day->second.end <= slot->start) ++day;
            ++day->first.slots;
            list.slots.push_back(std::move(*slot));
        }
        for (auto& [shown, span] : days) {
            if (shown.slots == 0) shown.reason = reasons.of(span);
        }
    }
    for (const auto& [day, _] : days) list.days.push_back(day);
    return list;
}

std::string_view name(SlotRefusal refusal) {
    switch (refusal) {
        case SlotRefusal::no_resource:
            return "no_resource";
        case SlotRefusal::too_soon:
            return "too_soon";
        case SlotRefusal::too_far_ahead:
            return "too_far_ahead";
        case SlotRefusal::outside_working_time:
            return "outside_working_time";
        case SlotRefusal::off_grid:
            return "off_grid";
        case SlotRefusal::day_full:
            return "day_full";
        case SlotRefusal::slot_taken:
            return "slot_taken";
        case SlotRefusal::capacity_exceeded:
            return "capacity_exceeded";
    }
    return "";
}

kernel::Rejection rejection(SlotRefusal refusal) {
    const auto with = [&](kernel::RejectionKind kind, const char* detail) {
        return kernel::Rejection{kind, "scheduling." + std::string(name(refusal)), detail};
    };
    using enum kernel::RejectionKind;
    switch (refusal) {
        case SlotRefusal::no_resource:
            return with(rejected, "No active resources can serve this.");
        case SlotRefusal::too_soon:
            return with(rejected, "The start is sooner than the service's notice allows.");
        case SlotRefusal::too_far_ahead:
            return with(rejected, "The start lies beyond the service's booking window.");
        case SlotRefusal::outside_working_time:
            return with(rejected, "The resources it needs do not work at that time.");
        case SlotRefusal::off_grid:
            return with(rejected, "The service does not start at that time.");
        case SlotRefusal::day_full:
            return with(conflict, "No more bookings are taken for that day.");
        case SlotRefusal::slot_taken:
            return with(conflict, "The time is taken.");
        case SlotRefusal::capacity_exceeded:
            return with(conflict, "There are not enough seats left for the party.");
    }
    return {};
}

std::string_view name(EmptyDay reason) {
    switch (reason) {
        case EmptyDay::closed:
            return "closed";
        case EmptyDay::window:
            return "window";
        case EmptyDay::notice:
            return "notice";
        case EmptyDay::full:
            return "full";
        case EmptyDay::no_resource:
            return "no_resource";
    }
    return "";
}

}  // namespace almanac::scheduling
