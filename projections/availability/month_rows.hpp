// What stands in the way of bookings, decoded from its rows (rows.hpp): made once, then shared by
// all queries until something of the same month changes. Bookings by week, because there may be
// many; what closes by month. Immutable, so thread-safe. Limits: those of the rows.
#pragma once
#include <memory>
#include <vector>

#include "domain/scheduling/override.hpp"
#include "domain/scheduling/snapshot.hpp"
#include "projections/availability/latest_changes.hpp"
#include "projections/availability/rows.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections::availability {

// Seven UTC days, counted from 1970-01-01: a resource's allocations.
struct WeekBookings {
    static constexpr Day days = 7;
    kernel::Instant begin;
    std::vector<scheduling::Allocation> allocations;  // by the time from which they occupy
    kernel::Micros longest{0};                        // that one of them occupies

    // `first`: of the weeks asked; what began in an earlier one of them is left to that.
    // `found` refers to these.
    void refer(kernel::Instant from, kernel::Instant to, kernel::Instant now, bool first,
               scheduling::Allocations& found) const;
    std::size_t bytes() const;
};
Day week_of(Day day);  // its first day
WeekBookings load_week(const ViewRows& rows, const kernel::Uuid& resource, Day week);

// A month of a resource, a location or the whole business.
struct MonthClosings {
    kernel::Instant begin;
    std::vector<scheduling::Block> blocks;                       // one-off ones
    std::shared_ptr<const scheduling::OverrideMonth> overrides;  // of the local month; null: none

    void copy_blocks(kernel::Instant from, kernel::Instant to, bool first,
                     std::vector<scheduling::Block>& found) const;
    std::size_t bytes() const;
};
// Its blocks; the overrides are added by who knows the folds.
MonthClosings load_closings(const ViewRows& rows, const kernel::Uuid& owner, Day month);

// The last changes of the months of many owners: known in memory, read in one walk or one by one.
class MonthPositions {
  public:
    MonthPositions(const ViewRows& rows, LatestChanges& latest) : rows_(rows), latest_(latest) {}
    // Of everybody, unless there are more than `owners_max`: then each is read when it is asked
    // for.
    void read_all(Day month, std::size_t owners_max);
    // 0: there is nothing in this month.
    std::uint64_t of(Day month, const kernel::Uuid& owner);
    // Of the months that these days touch, the latest.
    std::uint64_t of_days(Day first, Day last, const kernel::Uuid& owner);

  private:
    struct Month {
        Day month = 0;
        LatestChanges::Month owners;
    };
    std::uint64_t read(Day month, const kernel::Uuid& owner);

    const ViewRows& rows_;
    LatestChanges& latest_;
    std::vector<Month> months_;
    std::string value_;  // reused
};

}  // namespace almanac::projections::availability
