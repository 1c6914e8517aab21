#include "domain/scheduling/slot_board.hpp"

#include <algorithm>

namespace almanac::scheduling {
namespace {
using kernel::Instant;
using kernel::micros;
using std::chrono::days;
constexpr std::int64_t minute_us = 60'000'000;

std::int64_t step_of(const ServiceTerms& service) {
    const auto step =
        service.slot_step_minutes > 0 ? service.slot_step_minutes : service.duration_minutes;
    return step * minute_us;
}

bool same_working_time(const SlotResource& a, const SlotResource& b) {
    const auto alike = [](const Schedule& x, const Schedule& y) {
        return x.effective_from == y.effective_from && x.effective_until == y.effective_until &&
               x.windows == y.windows && x.breaks == y.breaks;
    };
    return a.needs_schedule == b.needs_schedule && a.overrides == b.overrides &&
           std::ranges::equal(a.schedules, b.schedules, alike);
}

void add_blocks(std::span<const Block> blocks, std::vector<Interval>& to) {
    for (const auto& block : blocks) to.push_back({block.start, block.end});
}
}  // namespace

SlotBoard::SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context)
    : snapshot_(snapshot),
      cast_(cast),
      context_(context),
      step_us_(step_of(snapshot.service)),
      grid_matters_(!context.ignore_grid && !context.ignore_working_time),
      roster_(cast.members().size(), nullptr),
      open_(cast.members().size(), nullptr) {}

SlotBoard::SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context,
                     Instant from, Instant to)
    : SlotBoard(snapshot, cast, context) {
    collect_working_time(from, to);
    GridCollector grid(micros(from), micros(to), step_us_);
    const WorkingTime* last = nullptr;
    for (std::size_t place = 0; place < roster_.size(); ++place) {
        if (!cast_.leads(place) || roster_[place] == last) continue;
        last = roster_[place];
        if (last != nullptr) grid.add(last->windows);
    }
    starts_ = Starts(grid.starts(), step_us_);
    judge();
}

SlotBoard::SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context,
                     Instant start)
    : SlotBoard(snapshot, cast, context) {
    collect_working_time(start, start + kernel::Micros{1});
    starts_ = Starts({micros(start)}, step_us_);
    judge();
}

void SlotBoard::collect_working_time(Instant from, Instant to) {
    const auto end = to + kernel::Micros{cast_.longest_us()};
    for (std::size_t l = 0; l < cast_.locations().size(); ++l) collect_at(l, from, end);
}

void SlotBoard::collect_at(std::size_t location, Instant from, Instant to) {
    const auto& source = *cast_.locations()[location].source;
    LocalClock clock(source.zone, from, to);
    std::vector<Interval> closed;
    add_blocks(snapshot_.blocks, closed);
    add_blocks(source.blocks, closed);
    const auto closed_for_all = merge(closed);
    struct Shared {
        const SlotResource* like;
        const WorkingTime* roster;
        const IntervalSet* open;
    };
    std::vector<Shared> known;
    for (std::size_t place = 0; place < roster_.size(); ++place) {
        if (cast_.members()[place].location != location) continue;
        const auto& resource = *cast_.members()[place].resource;
        const auto recent = known.size() > 8 ? known.end() - 8 : known.begin();
        auto same = std::find_if(recent, known.end(), [&](const Shared& shared) {
            return same_working_time(*shared.like, resource);
        });
        if (same == known.end()) {
            const bool always = resource.schedules.empty() && !resource.needs_schedule;
            rosters_.push_back(always ? always_working(resource.overrides, clock, from, to)
                                      : working_intervals(resource.schedules, resource.overrides,
                                                          clock, from, to));
            const auto* open = &rosters_.back().open;
            if (!closed_for_all.empty())
                open = &opens_.emplace_back(subtract(*open, closed_for_all));
            known.push_back({&resource, &rosters_.back(), open});
            same = known.end() - 1;
        }
        roster_[place] = same->roster;
        open_[place] = same->open;
        if (resource.blocks.empty()) continue;
        std::vector<Interval> own;
        add_blocks(resource.blocks, own);
        open_[place] = &opens_.emplace_back(subtract(*same->open, merge(std::move(own))));
    }
}

void SlotBoard::judge() {
    const auto members = cast_.members().size();
    const auto levels = cast_.levels().size();
    works_ = StartRows(levels * members, starts_.size());
    free_ = StartRows(levels * members, starts_.size());
    available_ = StartRows(levels * members, starts_.size());
    roomy_ = StartRows(members, starts_.size());
    grid_ = StartRows(members, starts_.size());
    if (starts_.size() == 0) return;
    if (!context_.ignore_notice) {
        soonest_ = starts_.at_or_after(micros(context_.now) +
                                       snapshot_.service.min_notice_minutes * minute_us);
    }
    for (std::size_t l = 0; l < cast_.locations().size(); ++l) make_days(l);
    for (std::size_t place = 0; place < members; ++place) {
        if (cast_.members()[place].location == CastMember::nowhere) continue;
        count_load(place);
        fill_room(place);
        fill_grid(place);
        fill_levels(place);
    }
    if (snapshot_.service.capacity > 1) collect_sessions();
}

void SlotBoard::make_days(std::size_t location) {
    const auto& zone = cast_.locations()[location].source->zone;
    Days made;
    made.first = zone.local_date(kernel::instant_from_micros(starts_[0]));
    const auto last = zone.local_date(kernel::instant_from_micros(starts_[starts_.size() - 1]));
    for (auto date = made.first; date <= last + days{1}; date += days{1}) {
        made.begin_us.push_back(micros(zone.day(date).first));
    }
    const auto count = made.begin_us.size() - 1;
    made.of_start.reserve(starts_.size());
    std::size_t day = 0;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
        while (day + 1 < count && made.begin_us[day + 1] <= starts_[i]) ++day;
        made.of_start.push_back(static_cast<std::uint16_t>(day));
    }
    made.load.assign(count * cast_.members().size(), 0);
    made.full.assign(count, false);
    const auto& limit = snapshot_.service.max_per_day;
    for (std::size_t d = 0; limit && !context_.ignore_day_limit && d < count; ++d) {
        const auto date = made.first + std::chrono::days{static_cast<int>(d)};
        int live = 0;
        for (const auto& known : snapshot_.day_counts) live += known.date == date ? known.live : 0;
        if (context_.except && context_.except->service_day == date) --live;
        made.full[d] = live >= *limit;
    }
    const auto latest = zone.local_date(context_.now) + days{snapshot_.service.booking_window_days};
    made.beyond = context_.ignore_window
                      ? starts_.size()
                      : starts_.at_or_after(micros(zone.day(latest + days{1}).first));
    days_.push_back(std::move(made));
}

void SlotBoard::count_load(std::size_t place) {
    const auto& member = cast_.members()[place];
    auto& known = days_[member.location];
    for (const auto& allocation : member.resource->allocations) {
        const auto start = micros(allocation.start);
        if (!counts(allocation) || start < known.begin_us.front() ||
            start >= known.begin_us.back()) {
            continue;
        }
        const auto after = std::ranges::upper_bound(known.begin_us, start);
        const auto day = static_cast<std::size_t>(after - known.begin_us.begin()) - 1;
        ++known.load[day * cast_.members().size() + place];
    }
}

void SlotBoard::fill_room(std::size_t place) {
    roomy_.fill(place, 0, starts_.size(), true);
    for (const auto& window : roster_[place]->windows) {
        if (!window.max_bookings || context_.ignore_day_limit) continue;
        const auto inside = std::ranges::count_if(
            cast_.members()[place].resource->allocations, [&](const Allocation& a) {
                return counts(a) && window.start <= a.start && a.start < window.end;
            });
        if (inside < *window.max_bookings) continue;
        roomy_.fill(place, starts_.at_or_after(micros(window.start)),
                    starts_.at_or_after(micros(window.end)), false);
    }
}

void SlotBoard::fill_grid(std::size_t place) {
    if (!grid_matters_ || !cast_.leads(place)) return;
    if (place > 0 && roster_[place - 1] == roster_[place] && cast_.leads(place - 1)) {
        return grid_.copy(place - 1, place);
    }
    for (const auto& window : roster_[place]->windows) {
        const auto first = starts_.at_or_after(micros(window.start));
        const auto last = starts_.at_or_after(micros(window.end));
        if (first == last) continue;
        const auto off = (starts_[first] - micros(window.start)) % step_us_;
        if (starts_.one_grid()) {
            if (off == 0) grid_.fill(place, first, last, true);
            continue;
        }
        const auto grid_first = starts_[first] + (off == 0 ? 0 : step_us_ - off);
        for (auto t = grid_first; t < micros(window.end); t += step_us_) {
            const auto i = starts_.at_or_after(t);
            if (i == starts_.size()) break;
            if (starts_[i] == t) grid_.set(place, i);
        }
    }
}

void SlotBoard::fill_levels(std::size_t place) {
    const auto& member = cast_.members()[place];
    const auto& service = snapshot_.service;
    for (std::size_t l = 0; l < cast_.levels().size(); ++l) {
        const auto& level = cast_.levels()[l];
        if (!level.allowed.has(place)) continue;
        const auto r = row(l, place);
        fill_works(l, place);
        free_.fill(r, 0, starts_.size(), true);
        const auto before = service.buffer_before_minutes * minute_us;
        const auto after = level.duration_us + service.buffer_after_minutes * minute_us;
        for (const auto& allocation : member.resource->allocations) {
            const auto taken = occupied(allocation);
            if (!counts(allocation) || taken.empty()) continue;
            free_.fill(r, starts_.at_or_after(micros(taken.start) - after + 1),
                       starts_.at_or_after(micros(taken.end) + before), false);
        }
        if (!member.seats_party) continue;
        const auto all = available_.row(r);
        for (std::size_t w = 0; w < all.size(); ++w) {
            all[w] = works_.row(r)[w] & free_.row(r)[w] & roomy_.row(place)[w];
        }
    }
}

void SlotBoard::fill_works(std::size_t level, std::size_t place) {
    const auto r = row(level, place);
    if (context_.ignore_working_time) return works_.fill(r, 0, starts_.size(), true);
    if (place > 0 && open_[place - 1] == open_[place] &&
        cast_.levels()[level].allowed.has(place - 1)) {
        return works_.copy(r - 1, r);
    }
    const auto duration = cast_.levels()[level].duration_us;
    for (const auto& open : *open_[place]) {
        works_.fill(r, starts_.at_or_after(micros(open.start)),
                    starts_.at_or_after(micros(open.end) - duration + 1), true);
    }
}

bool SlotBoard::counts(const Allocation& allocation) const {
    return !context_.except || allocation.owner != context_.except->owner;
}

Interval SlotBoard::occupied(const Allocation& allocation) {
    return {allocation.start - std::chrono::minutes{allocation.buffer_before_minutes},
            allocation.end + std::chrono::minutes{allocation.buffer_after_minutes}};
}

std::span<const int> SlotBoard::load(std::size_t location, std::size_t day) const {
    const auto members = cast_.members().size();
    return std::span(days_[location].load).subspan(day * members, members);
}

// Every allocation is listed by each of its resources; each owner counts once.
void SlotBoard::collect_sessions() {
    std::vector<std::pair<Session, kernel::Uuid>> parties;
    for (const auto& member : cast_.members()) {
        if (member.location == CastMember::nowhere) continue;
        for (const auto& allocation : member.resource->allocations) {
            if (!counts(allocation) || allocation.service != snapshot_.service.id ||
                occupied(allocation).empty()) {
                continue;
            }
            Session session{micros(allocation.start), member.location, {}, allocation.party};
            const auto i = starts_.at_or_after(session.start_us);
            if (i == starts_.size() || starts_[i] != session.start_us) continue;
            for (const auto& id : allocation.resources) {
                const auto place = cast_.place(id);
                const bool here = place && cast_.members()[*place].location == member.location;
                session.places.push_back(here ? *place : CastMember::nowhere);
            }
            std::ranges::sort(session.places);
            if (session.places.empty() || session.places.back() == CastMember::nowhere) continue;
            parties.emplace_back(std::move(session), allocation.owner);
        }
    }
    const auto key = [](const auto& p) {
        return std::tie(p.first.start_us, p.first.places, p.second);
    };
    std::ranges::sort(parties, {}, key);
    for (std::size_t i = 0; i < parties.size(); ++i) {
        if (i > 0 && key(parties[i]) == key(parties[i - 1])) continue;
        auto& [session, owner] = parties[i];
        const bool known = !sessions_.empty() && sessions_.back().start_us == session.start_us &&
                           sessions_.back().places == session.places;
        if (known) {
            sessions_.back().seated += session.seated;
        } else {
            sessions_.push_back(session);
        }
    }
}

std::span<const Session> SlotBoard::sessions(std::size_t start) const {
    const auto [first, last] =
        std::ranges::equal_range(sessions_, starts_[start], {}, &Session::start_us);
    return {first, last};
}

bool SlotBoard::free_but_for(const Session& session, std::size_t level, std::size_t place) const {
    const auto& service = snapshot_.service;
    const auto start = kernel::instant_from_micros(session.start_us);
    const Interval wanted{start - std::chrono::minutes{service.buffer_before_minutes},
                          start + kernel::Micros{cast_.levels()[level].duration_us} +
                              std::chrono::minutes{service.buffer_after_minutes}};
    return std::ranges::none_of(
        cast_.members()[place].resource->allocations, [&](const Allocation& allocation) {
            if (!counts(allocation) || !occupied(allocation).overlaps(wanted)) return false;
            if (occupied(allocation).empty()) return false;
            if (allocation.service != service.id || allocation.start != start) return true;
            auto places = std::vector<std::uint32_t>();
            for (const auto& id : allocation.resources) {
                places.push_back(cast_.place(id).value_or(CastMember::nowhere));
            }
            std::ranges::sort(places);
            return places != session.places;
        });
}

}  // namespace almanac::scheduling
