// The generator's own calendar of what is free: quarters of an hour per person and date as bits, so
// that nearly every booking it asks for is accepted. Opening hours Monday to Friday with an hour's
// break, Saturday mornings. Pure; one thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "domain/kernel/json.hpp"
#include "domain/kernel/time.hpp"
#include "replay/dice.hpp"

namespace almanac::replay {

using kernel::Instant;
using kernel::LocalDate;

// A person's time on one date: quarters since opening.
struct QuarterRange {
    LocalDate date;
    std::size_t person = 0;
    int first = 0;
    int service = 0;  // quarters of the service itself
    int buffer = 0;   // kept free after it, may lie outside working time
};

class WorkCalendar {
  public:
    // Opens at `opens_minutes` after midnight, a multiple of 15, local time of `zone`.
    WorkCalendar(kernel::Zone zone, int opens_minutes, std::size_t people);

    // The body of POST schedules.
    kernel::json::Object schedule() const;
    Instant start_of(const QuarterRange& range) const;
    Instant end_of(const QuarterRange& range) const;  // of the service
    LocalDate date_of(Instant instant) const { return zone_.local_date(instant); }
    std::size_t people() const { return people_; }

    // A free range on that date that does not start before `earliest`, thrown by `dice`.
    std::optional<QuarterRange> find(LocalDate date, std::size_t person, int service, int buffer,
                                     Instant earliest, Dice& dice) const;
    void take(const QuarterRange& range);
    void release(const QuarterRange& range);
    void forget_before(LocalDate date);

  private:
    kernel::Zone zone_;
    int opens_minutes_;
    std::size_t people_;
    std::map<LocalDate, std::vector<std::uint64_t>> busy_;  // by person
};

}  // namespace almanac::replay
