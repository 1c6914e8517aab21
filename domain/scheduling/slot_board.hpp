// What stands against which start: for every member of the cast and every start one bit each for
// "works through it", "its window has room for a booking more", "is free with both buffers" and
// "has it on its grid". Built once per question, so that judging a start is reading bits.
// Belongs to slots.cpp and its parts; refers to cast and snapshot. One thread.
#pragma once
#include <list>
#include <vector>

#include "domain/scheduling/slot_cast.hpp"
#include "domain/scheduling/slot_starts.hpp"
#include "domain/scheduling/slots.hpp"

namespace almanac::scheduling {

// People of several bookings together: same service, same start, same resources.
struct Session {
    std::int64_t start_us = 0;
    std::uint32_t location = 0;
    std::vector<std::uint32_t> places;  // sorted
    int seated = 0;
};

class SlotBoard {
  public:
    // The grid starts of [from, to).
    SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context,
              kernel::Instant from, kernel::Instant to);
    // This one start, wherever the grid is.
    SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context,
              kernel::Instant start);
    SlotBoard(const SlotBoard&) = delete;  // it points into itself
    SlotBoard& operator=(const SlotBoard&) = delete;

    const Starts& starts() const { return starts_; }
    bool works(std::size_t level, std::size_t place, std::size_t start) const {
        return works_.get(row(level, place), start);
    }
    bool roomy(std::size_t place, std::size_t start) const { return roomy_.get(place, start); }
    bool is_free(std::size_t level, std::size_t place, std::size_t start) const {
        return free_.get(row(level, place), start);
    }
    bool on_grid(std::size_t place, std::size_t start) const { return grid_.get(place, start); }
    bool grid_matters() const { return grid_matters_; }
    // Works, roomy, free, and seats the party.
    const StartRows& available() const { return available_; }
    const StartRows& working() const { return works_; }
    const StartRows& grid() const { return grid_; }
    std::size_t row(std::size_t level, std::size_t place) const {
        return level * cast_.members().size() + place;
    }

    bool too_soon(std::size_t start) const { return start < soonest_; }
    bool too_far(std::size_t location, std::size_t start) const {
        return start >= days_[location].beyond;
    }
    bool day_full(std::size_t location, std::size_t start) const {
        const auto& days = days_[location];
        return days.full[days.of_start[start]];
    }
    // The local day at the location, as a place in dates(location).
    std::size_t day(std::size_t location, std::size_t start) const {
        return days_[location].of_start[start];
    }
    kernel::LocalDate date(std::size_t location, std::size_t start) const {
        return days_[location].first + std::chrono::days{static_cast<int>(day(location, start))};
    }
    // Allocations that start that local day, by place.
    std::span<const int> load(std::size_t location, std::size_t day) const;

    bool has_sessions() const { return !sessions_.empty(); }
    std::span<const Session> sessions(std::size_t start) const;
    // Free but for the allocations of this very session.
    bool free_but_for(const Session& session, std::size_t level, std::size_t place) const;
    // Working time without blocks; nothing for a member whose location cannot serve.
    std::span<const Interval> open(std::size_t place) const {
        if (open_[place] == nullptr) return {};
        return *open_[place];
    }

  private:
    struct Days {
        kernel::LocalDate first;
        std::vector<std::int64_t> begin_us;  // of each date, and of the one after the last
        std::vector<std::uint16_t> of_start;
        std::vector<bool> full;  // max_per_day is reached
        std::vector<int> load;   // day × members
        std::size_t beyond = 0;  // the first start after the booking window
    };
    SlotBoard(const Snapshot& snapshot, const SlotCast& cast, const SlotContext& context);
    void collect_working_time(kernel::Instant from, kernel::Instant to);
    void collect_at(std::size_t location, kernel::Instant from, kernel::Instant to);
    void judge();
    void make_days(std::size_t location);
    void count_load(std::size_t place);
    void fill_room(std::size_t place);
    void fill_grid(std::size_t place);
    void fill_levels(std::size_t place);
    void fill_works(std::size_t level, std::size_t place);
    void collect_sessions();
    bool counts(const Allocation& allocation) const;
    static Interval occupied(const Allocation& allocation);

    const Snapshot& snapshot_;
    const SlotCast& cast_;
    const SlotContext& context_;
    std::int64_t step_us_;
    bool grid_matters_;
    std::list<WorkingTime> rosters_;          // members of equal working time share one
    std::list<IntervalSet> opens_;            // the same with blocks taken out
    std::vector<const WorkingTime*> roster_;  // by place
    std::vector<const IntervalSet*> open_;    // by place
    Starts starts_;
    std::size_t soonest_ = 0;
    std::vector<Days> days_;  // by location
    StartRows works_, roomy_, free_, grid_, available_;
    std::vector<Session> sessions_;  // by start, then places
};

}  // namespace almanac::scheduling
