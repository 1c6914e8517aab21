#include "domain/scheduling/calendar_queries.hpp"

namespace almanac::scheduling {

std::vector<FieldError> faults_of(const AskFreeBusy& asked) {
    std::vector<FieldError> faults;
    if (asked.resource_ids.empty())
        faults.push_back({"/resource_ids", "required", "This field is required."});
    if (asked.to <= asked.from) {
        faults.push_back({"/to", "before_from", "It ends before it begins."});
    } else if (asked.to - asked.from > std::chrono::days{query_days_max}) {
        auto text = fmt::format("Expected at most {} days after from.", query_days_max);
        faults.push_back({"/to", "range", std::move(text)});
    }
    return faults;
}

}  // namespace almanac::scheduling
