// The rules of "Slots" again, as slow and as plain as they can be said: minutes painted one by
// one, every assignment tried. Shares nothing with the code it judges but the snapshot's types.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling::slot_tests {

class Oracle {
  public:
    // Knows the minutes of [first, last) and two days more on each side.
    Oracle(const Snapshot& snapshot, kernel::Instant first, kernel::Instant last)
        : snapshot_(snapshot), from_(minute(first) - 3 * 1440), to_(minute(last) + 3 * 1440) {
        for (const auto& resource : snapshot.resources) {
            const auto* where = location(resource.location);
            if (where == nullptr) continue;
            paint(resource, *where);
        }
    }

    struct Question {
        kernel::Instant start;
        int party = 1;
        std::vector<kernel::Uuid> resource_ids;
        SlotContext context;
    };
    // What evaluate has to answer.
    std::expected<Slot, SlotRefusal> answer(const Question& q) const {
        auto ways = every_way(q);
        if (ways.empty()) return std::unexpected(SlotRefusal::no_resource);
        if (!q.context.ignore_notice &&
            q.start < q.context.now + std::chrono::minutes{snapshot_.service.min_notice_minutes}) {
            return std::unexpected(SlotRefusal::too_soon);
        }
        const std::pair<SlotRefusal, std::function<bool(Way&)>> hurdles[] = {
            {SlotRefusal::too_far_ahead, [&](const Way& w) { return near_enough(q, w); }},
            {SlotRefusal::outside_working_time, [&](const Way& w) { return at_work(q, w); }},
            {SlotRefusal::off_grid, [&](const Way& w) { return on_grid(q, w); }},
            {SlotRefusal::day_full, [&](const Way& w) { return day_has_room(q, w); }},
            {SlotRefusal::slot_taken, [&](Way& w) { return undisturbed(q, w); }},
            {SlotRefusal::capacity_exceeded, [&](const Way& w) { return w.remaining >= q.party; }}};
        for (const auto& [refusal, passes] : hurdles) {
            std::vector<Way> left;
            for (auto& way : ways) {
                if (passes(way)) left.push_back(way);
            }
            ways = std::move(left);
            if (ways.empty()) return std::unexpected(refusal);
        }
        const Way* best = nullptr;
        std::vector<std::int64_t> least;
        for (const auto& way : ways) {
            auto rank = ranking(q, way);
            if (best != nullptr && least <= rank) continue;
            best = &way;
            least = std::move(rank);
        }
        return as_slot(q, *best);
    }
    // Whether roles could be filled at this start by people at work, on the grid, with seats.
    bool staffed(const Question& q, bool near) const {
        return std::ranges::any_of(every_way(q), [&](const Way& w) {
            return at_work(q, w) && on_grid(q, w) && (!near || near_enough(q, w));
        });
    }
    bool seated(const Question& q) const {
        return std::ranges::any_of(every_way(q), [&](const Way& w) {
            return at_work(q, w) && on_grid(q, w) && near_enough(q, w) && seats(w) >= q.party;
        });
    }
    // Every start of any window of the lead role's candidates.
    std::set<kernel::Instant> grid_starts(kernel::Instant from, kernel::Instant to) const {
        std::set<kernel::Instant> starts;
        for (const auto& id : snapshot_.roles[lead()].candidates) {
            const auto found = windows_.find(id);
            if (found == windows_.end()) continue;
            for (const auto& w : found->second) {
                for (auto t = w.start; t < w.end; t += std::chrono::minutes{step()}) {
                    if (t >= from && t < to) starts.insert(t);
                }
            }
        }
        return starts;
    }

  private:
    struct Occurrence {
        kernel::Instant start, end;
        std::optional<int> max_bookings;
    };
    struct Way {
        std::vector<std::pair<std::size_t, const SlotResource*>> units;  // role, resource
        bool joins = false;
        int remaining = 0;
    };

    static std::int64_t minute(kernel::Instant t) {
        return std::chrono::floor<std::chrono::minutes>(t).time_since_epoch().count();
    }
    int step() const {
        const auto& s = snapshot_.service;
        return s.slot_step_minutes > 0 ? s.slot_step_minutes : s.duration_minutes;
    }
    std::size_t lead() const {
        for (std::size_t r = 0; r < snapshot_.roles.size(); ++r) {
            if (snapshot_.roles[r].required) return r;
        }
        return 0;
    }
    const SlotLocation* location(const kernel::Uuid& id) const {
        for (const auto& l : snapshot_.locations) {
            if (l.id == id) return &l;
        }
        return nullptr;
    }

    void dab(std::vector<bool>& canvas, kernel::Instant start, kernel::Instant end, bool colour) {
        for (auto m = minute(start); m < minute(end); ++m) {
            if (m >= from_ && m < to_) canvas[static_cast<std::size_t>(m - from_)] = colour;
        }
    }
    static std::pair<kernel::Instant, kernel::Instant> span(const kernel::Zone& zone,
                                                            kernel::LocalDate date, auto from,
                                                            auto to) {
        const auto end_date = to.minutes > from.minutes ? date : date + std::chrono::days{1};
        return {zone.to_instant(date, from), zone.to_instant(end_date, to)};
    }
    void paint(const SlotResource& resource, const SlotLocation& where) {
        std::vector<bool> canvas(static_cast<std::size_t>(to_ - from_), false);
        auto& windows = windows_[resource.id];
        const auto first = where.zone.local_date(kernel::Instant{std::chrono::minutes{from_}});
        const auto last = where.zone.local_date(kernel::Instant{std::chrono::minutes{to_}});
        const auto overridden = [&](kernel::LocalDate date) {
            return std::ranges::count(resource.overrides, date, &Override::date) > 0;
        };
        const auto open = [&](auto from_to, std::optional<int> max, std::vector<bool>& on) {
            if (from_to.second <= from_to.first) return;
            windows.push_back({from_to.first, from_to.second, max});
            dab(on, from_to.first, from_to.second, true);
        };
        auto schedules = resource.schedules;
        if (schedules.empty() && !resource.needs_schedule)
            schedules.push_back(daily("00:00", "00:00"));
        for (const auto& schedule : schedules) {
            std::vector<bool> own(canvas.size(), false);
            for (auto date = first; date <= last; date += std::chrono::days{1}) {
                const bool in_force = date >= schedule.effective_from.value_or(date) &&
                                      date <= schedule.effective_until.value_or(date);
                if (!in_force || !where.zone.date_exists(date) || overridden(date)) continue;
                for (const auto& w : schedule.windows) {
                    if (w.day != kernel::weekday(date)) continue;
                    open(span(where.zone, date, w.from, w.to), w.max_bookings, own);
                }
            }
            for (auto date = first; date <= last; date += std::chrono::days{1}) {
                for (const auto& b : schedule.breaks) {
                    if (b.day != kernel::weekday(date) || !where.zone.date_exists(date)) continue;
                    const auto [start, end] = span(where.zone, date, b.from, b.to);
                    dab(own, start, end, false);
                }
            }
            for (std::size_t i = 0; i < own.size(); ++i) canvas[i] = canvas[i] || own[i];
        }
        for (const auto& override : resource.overrides) {
            if (override.closed || !where.zone.date_exists(override.date)) continue;
            for (const auto& w : override.windows) {
                open(span(where.zone, override.date, w.from, w.to), w.max_bookings, canvas);
            }
        }
        for (const auto* blocks : {&resource.blocks, &where.blocks, &snapshot_.blocks}) {
            for (const auto& block : *blocks) dab(canvas, block.start, block.end, false);
        }
        at_work_[resource.id] = std::move(canvas);
    }

    std::vector<Way> every_way(const Question& q) const {
        std::vector<Way> ways;
        Way way;
        fill(q, 0, 0, way, ways);
        return ways;
    }
    void fill(const Question& q, std::size_t role, int unit, Way& way,
              std::vector<Way>& ways) const {
        if (role == snapshot_.roles.size()) {
            const bool all_used = std::ranges::all_of(q.resource_ids, [&](const kernel::Uuid& id) {
                return std::ranges::any_of(way.units, [&](auto& u) { return u.second->id == id; });
            });
            if (all_used) ways.push_back(way);
            return;
        }
        const auto& r = snapshot_.roles[role];
        if (unit == r.quantity) return fill(q, role + 1, 0, way, ways);
        if (unit == 0 && !r.required && role != lead()) fill(q, role + 1, 0, way, ways);
        for (const auto& resource : snapshot_.resources) {
            if (std::ranges::count(r.candidates, resource.id) == 0 || !can_ever(q, resource))
                continue;
            const bool fits = std::ranges::all_of(way.units, [&](auto& u) {
                return u.second->id != resource.id && u.second->location == resource.location;
            });
            if (!fits) continue;
            way.units.emplace_back(role, &resource);
            fill(q, role, unit + 1, way, ways);
            way.units.pop_back();
        }
    }
    bool can_ever(const Question& q, const SlotResource& r) const {
        bool there = !r.needs_schedule || !r.schedules.empty();
        for (const auto& o : r.overrides) there = there || (!o.closed && !o.windows.empty());
        return r.active && there && location(r.location) != nullptr &&
               q.context.location.value_or(r.location) == r.location;
    }

    std::chrono::minutes duration(const Way& way) const {
        int longest = 0;
        for (const auto& [_, r] : way.units)
            longest = std::max(longest, r->duration_minutes.value_or(0));
        return std::chrono::minutes{longest > 0 ? longest : snapshot_.service.duration_minutes};
    }
    const kernel::Zone& zone_of(const Way& way) const {
        return location(way.units[0].second->location)->zone;
    }
    int seats(const Way& way) const {
        int seats = snapshot_.service.capacity;
        for (const auto& [_, r] : way.units) seats = std::min(seats, r->capacity.value_or(seats));
        return seats;
    }

    bool near_enough(const Question& q, const Way& way) const {
        const auto latest = zone_of(way).local_date(q.context.now) +
                            std::chrono::days{snapshot_.service.booking_window_days};
        return q.context.ignore_window || zone_of(way).local_date(q.start) <= latest;
    }
    bool at_work(const Question& q, const Way& way) const {
        if (q.context.ignore_working_time) return true;
        return std::ranges::all_of(way.units, [&](const auto& unit) {
            const auto& canvas = at_work_.at(unit.second->id);
            for (auto t = q.start; t < q.start + duration(way); t += std::chrono::minutes{1}) {
                if (!canvas[static_cast<std::size_t>(minute(t) - from_)]) return false;
            }
            const auto last = minute(q.start + duration(way) - kernel::Micros{1});
            return bool{canvas[static_cast<std::size_t>(last - from_)]};
        });
    }
    bool on_grid(const Question& q, const Way& way) const {
        if (q.context.ignore_grid || q.context.ignore_working_time) return true;
        return std::ranges::any_of(way.units, [&](const auto& unit) {
            if (unit.first != lead()) return false;
            return std::ranges::any_of(windows_.at(unit.second->id), [&](const Occurrence& w) {
                return w.start <= q.start && q.start < w.end &&
                       (q.start - w.start) % std::chrono::minutes{step()} == kernel::Micros{0};
            });
        });
    }
    static bool counts(const Question& q, const Allocation& a) {
        return !q.context.except || q.context.except->owner != a.owner;
    }
    bool day_has_room(const Question& q, const Way& way) const {
        if (q.context.ignore_day_limit) return true;
        const auto date = zone_of(way).local_date(q.start);
        int live = 0;
        for (const auto& count : snapshot_.day_counts) live += count.date == date ? count.live : 0;
        if (q.context.except && q.context.except->service_day == date) --live;
        if (live >= snapshot_.service.max_per_day.value_or(live + 1)) return false;
        return std::ranges::all_of(way.units, [&](const auto& unit) {
            return std::ranges::all_of(windows_.at(unit.second->id), [&](const Occurrence& w) {
                if (!w.max_bookings || q.start < w.start || q.start >= w.end) return true;
                int inside = 0;
                for (const auto& a : unit.second->allocations) {
                    inside += counts(q, a) && a.start >= w.start && a.start < w.end;
                }
                return inside < *w.max_bookings;
            });
        });
    }
    // Free of everything, or free but for one session of the same people with a seat left.
    bool undisturbed(const Question& q, Way& way) const {
        std::set<kernel::Uuid> people;
        for (const auto& [_, r] : way.units) people.insert(r->id);
        std::map<kernel::Uuid, int> seated;
        const auto& s = snapshot_.service;
        const auto start = q.start - std::chrono::minutes{s.buffer_before_minutes};
        const auto end = q.start + duration(way) + std::chrono::minutes{s.buffer_after_minutes};
        for (const auto& [_, r] : way.units) {
            for (const auto& a : r->allocations) {
                const auto from = a.start - std::chrono::minutes{a.buffer_before_minutes};
                const auto to = a.end + std::chrono::minutes{a.buffer_after_minutes};
                const bool same = a.service == s.id && a.start == q.start &&
                                  std::set(a.resources.begin(), a.resources.end()) == people;
                if (!counts(q, a) || to <= from) continue;
                if (same) seated[a.owner] = a.party;
                if (!same && from < end && start < to) return false;
            }
        }
        way.joins = !seated.empty();
        way.remaining = seats(way);
        for (const auto& [_, party] : seated) way.remaining -= party;
        return way.remaining >= 1;
    }

    std::vector<std::int64_t> ranking(const Question& q, const Way& way) const {
        std::vector<std::int64_t> rank{way.joins ? 0 : 1};
        for (std::size_t r = 0; r < snapshot_.roles.size(); ++r) {
            rank.push_back(
                std::ranges::any_of(way.units, [&](auto& u) { return u.first == r; }) ? 0 : 1);
        }
        for (const auto& [role, resource] : way.units) {
            const auto& wish = snapshot_.roles[role].preference;
            rank.push_back(std::ranges::find(wish, resource->id) - wish.begin());
        }
        const auto date = zone_of(way).local_date(q.start);
        for (const auto& [_, resource] : way.units) {
            rank.push_back(std::ranges::count_if(resource->allocations, [&](const Allocation& a) {
                return counts(q, a) && zone_of(way).local_date(a.start) == date;
            }));
        }
        for (const auto& [_, resource] : way.units) {
            std::int64_t smaller = 0;
            for (const auto& r : snapshot_.resources) smaller += r.id < resource->id;
            rank.push_back(smaller);
        }
        return rank;
    }
    Slot as_slot(const Question& q, const Way& way) const {
        Slot slot{q.start,
                  q.start + duration(way),
                  way.remaining,
                  way.units[0].second->location,
                  zone_of(way).local_date(q.start),
                  {}};
        for (const auto& [role, r] : way.units) {
            slot.resources.push_back({snapshot_.roles[role].role, r->id});
        }
        return slot;
    }

    const Snapshot& snapshot_;
    std::int64_t from_;
    std::int64_t to_;
    std::map<kernel::Uuid, std::vector<bool>> at_work_;        // by minute
    std::map<kernel::Uuid, std::vector<Occurrence>> windows_;  // as they happen
};

}  // namespace almanac::scheduling::slot_tests
