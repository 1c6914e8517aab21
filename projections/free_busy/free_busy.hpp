// When resources are free and when not, as other calendars ask (RFC 5545, FREEBUSY): read from the
// rows of availability, on the same terms as slots, so it keeps none of its own. A query costs what
// its days hold.
#pragma once
#include "domain/scheduling/calendar_queries.hpp"
#include "projections/question.hpp"

namespace almanac::projections {

// Field error /resource_ids/n `not_found`: no such live resource.
Result<scheduling::FreeBusy> free_busy(const ViewRows& rows, const scheduling::AskFreeBusy& asked,
                                       const Question& question);

}  // namespace almanac::projections
