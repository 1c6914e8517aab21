// The local date on which something is recorded, by its event's time in the zone that the tenant
// has then, and up to which day a report counts. Days never run backwards: where a changed zone
// would take one back, what follows still belongs to the last one. Keeps the rows "tenant" and
// "last day" of its projection; belongs to it, on the runtime's thread.
#pragma once
#include "projections/bounded_cache.hpp"
#include "projections/question.hpp"
#include "projections/tally/tallies.hpp"

namespace almanac::projections::tally {

class RecordedDay {
  public:
    // Of every event, whether it counts or not.
    void follow(TenantViews& views, const AppliedEvent& event);
    // Of one that counts.
    kernel::LocalDate of(TenantViews& views, const AppliedEvent& event);
    void forget() { known_.clear(); }

  private:
    struct Known {
        kernel::Zone zone = kernel::Zone::utc();
        kernel::LocalDate last = kernel::LocalDate::min();
    };
    BoundedCache<Known> known_{256UL << 10};  // by tenant
};

struct AsOf {
    kernel::LocalDate recorded;  // what was recorded by the end of this day
    kernel::LocalDate over;      // what lasts up to this day or an earlier one is over
};
// Without a date: as it stands now, when today's last points can still be used. Field error of
// /as_of where that day has not come.
Result<AsOf> as_of(const ViewRows& rows, std::optional<kernel::LocalDate> asked,
                   const Question& question);

}  // namespace almanac::projections::tally
