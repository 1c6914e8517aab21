// Random small worlds: up to five resources at one or two places, in zones and on dates where the
// clocks change, with split shifts, breaks over midnight, overrides, blocks, holds, capacity, roles
// and limits. ALMANAC_SLOT_WORLDS sets how many worlds a test looks at, ALMANAC_SLOT_SEED repeats a
// run; every failure names its world's seed.
#pragma once
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>

#include "tests/scheduling/slots_world.hpp"

namespace almanac::scheduling::slot_tests {
using kernel::Instant;
using std::chrono::days;
using std::chrono::minutes;

inline unsigned long from_environment(const char* name, unsigned long otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr ? otherwise : std::strtoul(value, nullptr, 10);
}

class RandomWorld {
  public:
    int number(int least, int most) {
        return least + static_cast<int>(random_() % static_cast<unsigned>(most - least + 1));
    }
    bool chance(int one_in) { return number(1, one_in) == 1; }
    template <class List>
    const auto& pick(const List& list) {
        return list[static_cast<std::size_t>(number(0, static_cast<int>(std::size(list)) - 1))];
    }

    explicit RandomWorld(unsigned long seed) : random_(seed) {
        const auto& [name, day] = pick(places);
        zone_ = zone(name);
        base_ = zone_.day(date(day) + days{number(-2, 1)}).first;
        make_service();
        make_locations();
        const int resources = number(1, 5);
        for (int r = 0; r < resources; ++r) make_resource(r);
        make_roles();
        const int allocations = number(0, 8);
        for (int a = 0; a < allocations; ++a) allocate();
        for (int d = -1; d < 4 && chance(4); ++d) {
            snapshot.day_counts.push_back({zone_.local_date(base_) + days{d}, number(0, 3)});
        }
        now = base_ + minutes{number(-3000, 1500)};
        if (chance(3)) now += kernel::Micros{number(-1, 1)};
    }

    Instant any_time() { return base_ + minutes{number(-600, 4000)}; }
    std::mt19937_64& random() { return random_; }

    // One more booking somewhere; half of them of this service on its grid.
    Allocation allocate() {
        Allocation a;
        a.owner = id("o" + std::to_string(++owners_));
        const bool own = chance(2);
        a.service = own ? snapshot.service.id : id("other");
        a.start = base_ + minutes{number(-8, 40) * (own ? 60 : 35)};
        const auto& first = pick(snapshot.resources);
        a.resources = {first.id};
        const auto& second = pick(snapshot.resources);
        if (chance(3) && second.id != first.id) a.resources.push_back(second.id);
        if (own && chance(2)) join_another(a);
        a.end = a.start + minutes{own ? snapshot.service.duration_minutes : number(0, 12) * 10};
        a.buffer_before_minutes = chance(3) ? number(0, 3) * 5 : 0;
        a.buffer_after_minutes = chance(3) ? number(0, 3) * 5 : 0;
        a.party = number(1, 2);
        book(a);
        return a;
    }
    void book(const Allocation& a) {
        for (auto& resource : snapshot.resources) {
            if (std::ranges::count(a.resources, resource.id) > 0) resource.allocations.push_back(a);
        }
    }
    SlotQuery query() {
        SlotQuery q;
        q.from = base_ + minutes{number(-300, 600)};
        q.to = q.from + minutes{number(0, 3000)};
        q.now = now;
        q.party_size = chance(4) ? 2 : 1;
        q.resource_ids = some_resources();
        if (chance(6)) q.location = pick(snapshot.locations).id;
        q.viewer = chance(2) ? zone_ : zone("Asia/Kolkata");
        return q;
    }
    std::vector<kernel::Uuid> some_resources() {
        std::vector<kernel::Uuid> ids;
        for (const auto& resource : snapshot.resources) {
            if (chance(10)) ids.push_back(resource.id);
        }
        return ids;
    }
    SlotContext context() {
        SlotContext c;
        c.now = now;
        c.ignore_notice = chance(4);
        c.ignore_window = chance(4);
        c.ignore_working_time = chance(5);
        c.ignore_grid = chance(3);
        c.ignore_day_limit = chance(4);
        if (chance(3) && owners_ > 0) {
            c.except = Except{id("o" + std::to_string(number(1, owners_))), std::nullopt};
            if (chance(2)) c.except->service_day = zone_.local_date(base_) + days{number(0, 1)};
        }
        if (chance(6)) c.location = pick(snapshot.locations).id;
        return c;
    }
    void shuffle() {
        for (auto& resource : snapshot.resources) {
            resource.allocations = shuffled(resource.allocations);
            std::ranges::shuffle(resource.schedules, random_);
            std::ranges::shuffle(resource.overrides, random_);
            std::ranges::shuffle(resource.blocks, random_);
            for (auto& s : resource.schedules) std::ranges::shuffle(s.windows, random_);
        }
        for (auto& role : snapshot.roles) std::ranges::shuffle(role.candidates, random_);
        std::ranges::shuffle(snapshot.resources, random_);
        std::ranges::shuffle(snapshot.locations, random_);
        std::ranges::shuffle(snapshot.day_counts, random_);
    }

    Snapshot snapshot;
    Instant now;

  private:
    static constexpr std::pair<const char*, const char*> places[] = {
        {"UTC", "2026-06-05"},
        {"Europe/Madrid", "2026-03-29"},
        {"Europe/Madrid", "2026-10-25"},
        {"America/New_York", "2026-03-08"},
        {"Australia/Lord_Howe", "2026-04-05"},  // a step of half an hour
        {"Africa/Cairo", "2026-04-24"},         // midnight does not exist
        {"Asia/Beirut", "2026-10-25"},          // midnight comes twice
        {"Pacific/Apia", "2011-12-30"}};        // a date that does not exist

    void make_service() {
        auto& s = snapshot.service;
        s.id = id("service");
        static constexpr int durations[] = {20, 30, 45, 60, 90, 200};
        static constexpr int steps[] = {0, 15, 30, 50, 60};
        s.duration_minutes = pick(durations);
        s.slot_step_minutes = pick(steps);
        s.buffer_before_minutes = chance(3) ? 10 : 0;
        s.buffer_after_minutes = chance(3) ? 15 : 0;
        s.capacity = chance(2) ? 1 : number(2, 4);
        s.min_notice_minutes = chance(3) ? number(0, 2000) : 0;
        s.booking_window_days = chance(3) ? number(0, 3) : 365;
        if (chance(4)) s.max_per_day = number(1, 3);
    }
    void make_locations() {
        snapshot.locations.push_back({id("here"), zone_, {}});
        if (chance(4)) {
            snapshot.locations.push_back({id("there"), chance(2) ? zone_ : zone("Asia/Tokyo"), {}});
        }
        if (chance(8)) snapshot.blocks.push_back(block());
        if (chance(8)) snapshot.locations[0].blocks.push_back(block());
    }
    Block block() {
        const auto start = any_time();
        return {id("block"), start, start + minutes{number(0, 500)}};
    }
    kernel::LocalTime time() { return {number(0, 47) * 30}; }
    Schedule schedule() {
        Schedule s;
        const auto from = time();
        const auto to = kernel::LocalTime{number(1, 48) * 30};
        for (int day = 0; day < 7; ++day) {
            if (chance(6)) continue;
            const auto weekday = static_cast<kernel::Weekday>(day);
            const auto max = chance(6) ? std::optional{number(1, 2)} : std::nullopt;
            s.windows.push_back({weekday, from, to == from ? kernel::LocalTime{1440} : to, max});
            if (from < to && to.minutes <= 1320 && chance(4)) {  // and again in the evening
                s.windows.push_back({weekday, {to.minutes + 30}, {1440}, std::nullopt});
            }
            if (chance(3)) s.breaks.push_back({weekday, time(), {number(1, 48) * 30}});
        }
        if (chance(6)) s.effective_from = zone_.local_date(base_) + days{number(-1, 2)};
        if (chance(6)) s.effective_until = zone_.local_date(base_) + days{number(-1, 2)};
        return s;
    }
    void make_resource(int number_of_it) {
        SlotResource r;
        r.id = id("r" + std::to_string(number_of_it));
        std::ranges::shuffle(r.id.bytes, random_);
        r.location = pick(snapshot.locations).id;
        r.needs_schedule = !chance(3);
        r.active = !chance(12);
        if (chance(4)) r.capacity = number(1, 3);
        if (chance(8)) r.duration_minutes = number(1, 4) * 25;
        const int schedules = r.needs_schedule && !chance(10) ? number(1, 2) : number(0, 1);
        for (int s = 0; s < schedules; ++s) r.schedules.push_back(schedule());
        for (int d = -1; d < 3; ++d) {
            if (!chance(8)) continue;
            Override o{zone_.local_date(base_) + days{d}, chance(2), {}};
            if (!o.closed) {
                o.windows.push_back(
                    {time(), time(), chance(4) ? std::optional{number(1, 2)} : std::nullopt});
            }
            if (!o.closed && o.windows[0].from == o.windows[0].to) o.windows[0].to.minutes = 1440;
            r.overrides.push_back(o);
        }
        if (chance(5)) r.blocks.push_back(block());
        snapshot.resources.push_back(std::move(r));
    }
    void make_roles() {
        const int roles = chance(2) ? 1 : number(2, 3);
        const int surely_required = number(0, roles - 1);
        for (int i = 0; i < roles; ++i) {
            SlotRole role{"role" + std::to_string(i), {}, chance(5) ? 2 : 1, true, {}};
            role.required = i == surely_required || !chance(3);
            for (const auto& r : snapshot.resources) {
                if (!chance(4)) role.candidates.push_back(r.id);
                if (chance(4)) role.preference.push_back(r.id);
            }
            snapshot.roles.push_back(std::move(role));
        }
    }
    Allocations shuffled(const Allocations& allocations) {
        std::vector<Allocation> all(allocations.begin(), allocations.end());
        std::ranges::shuffle(all, random_);
        Allocations mixed;
        for (auto& a : all) {
            std::ranges::shuffle(a.resources, random_);
            mixed.push_back(std::move(a));
        }
        return mixed;
    }
    void join_another(Allocation& a) {
        const auto& other = pick(snapshot.resources).allocations;
        if (other.empty() || pick(other).service != a.service) return;
        const auto& session = other.front();
        if (session.service != a.service) return;
        a.start = session.start;
        a.resources = session.resources;
    }

    std::mt19937_64 random_;
    kernel::Zone zone_ = kernel::Zone::utc();
    Instant base_;
    int owners_ = 0;
};

inline std::string show(const std::expected<Slot, SlotRefusal>& answer) {
    if (!answer) return std::string(name(answer.error()));
    auto line = kernel::to_string(answer->start) + " to " + kernel::to_string(answer->end) +
                " seats " + std::to_string(answer->remaining) + " at " + text(answer->location) +
                " on " + kernel::to_string(answer->date);
    for (const auto& r : answer->resources) line += " " + r.role + "=" + kernel::to_string(r.id);
    return line;
}

// Calls `check` with many worlds and the seed of each.
inline void in_many_worlds(unsigned long worlds, const std::function<void(RandomWorld&)>& check) {
    auto seed = from_environment("ALMANAC_SLOT_SEED", std::random_device{}());
    worlds = from_environment("ALMANAC_SLOT_WORLDS", worlds);
    std::printf("seed %lu, %lu worlds\n", seed, worlds);
    for (unsigned long i = 0; i < worlds && !testing::Test::HasFatalFailure(); ++i, ++seed) {
        SCOPED_TRACE(testing::Message() << "ALMANAC_SLOT_SEED=" << seed);
        RandomWorld world(seed);
        check(world);
    }
}

}  // namespace almanac::scheduling::slot_tests
