// What stands in the way of bookings in one month of one owner (a resource, a location or the whole
// business), decoded from its rows (rows.hpp): made once, then shared by all queries until the
// month changes. Immutable, so thread-safe. Limits: those of a month's rows.
#pragma once
#include <memory>
#include <vector>

#include "domain/scheduling/override.hpp"
#include "domain/scheduling/snapshot.hpp"
#include "projections/availability/rows.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections::availability {

struct MonthRows {
    kernel::Instant begin;
    std::vector<scheduling::Allocation> allocations;  // by the time from which they occupy
    kernel::Micros longest{0};                        // that one of them occupies
    std::vector<scheduling::Block> blocks;            // one-off ones
    std::shared_ptr<const scheduling::OverrideMonth> overrides;  // of the local month; null: none

    // `first`: of the months asked; a row that began in an earlier one of them is left to that.
    void copy_allocations(kernel::Instant from, kernel::Instant to, kernel::Instant now, bool first,
                          std::vector<scheduling::Allocation>& found) const;
    void copy_blocks(kernel::Instant from, kernel::Instant to, bool first,
                     std::vector<scheduling::Block>& found) const;
    std::size_t bytes() const;
};
// Its allocations and blocks; the overrides are added by who knows the folds.
MonthRows load_month(const ViewRows& rows, const kernel::Uuid& owner, Day month);

// The last changes of the months of many owners, read in one walk or one by one.
class MonthPositions {
  public:
    explicit MonthPositions(const ViewRows& rows) : rows_(rows) {}
    void read_all(Day month);
    // 0: there is nothing in this month.
    std::uint64_t of(Day month, const kernel::Uuid& owner);

  private:
    struct Month {
        Day month = 0;
        std::vector<std::pair<kernel::Uuid, std::uint64_t>> positions;  // by owner
    };
    const ViewRows& rows_;
    std::vector<Month> months_;
    std::string value_;  // reused
};

}  // namespace almanac::projections::availability
