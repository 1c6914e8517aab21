// When a sample business is closed or works otherwise: holidays by a rule, vacations, repairs, a
// long Saturday. Of `resource`, of `location` (slugs), or of everything. Either with a local_start
// and local_end of its own, or `in_days` behind the first day of bookings (moved on to the next
// `weekday`, where it names one): whole `days`, or one day's `from` and `to`. What is there
// already, by kind, owner and rule, stays as it is, whatever its date. One thread.
#pragma once
#include <functional>
#include <map>

#include "replay/command_target.hpp"
#include "replay/sample_business.hpp"

namespace almanac::replay {

class SampleClosures {
  public:
    // Runs a command of the tenant with an Idempotency-Key of the sample's.
    using Run = std::function<Result<CommandDone>(CommandCall call, const std::string& key)>;
    struct Things {
        std::string tenant;
        std::map<std::string, std::string> ids;  // by slug
    };
    struct Counts {
        std::map<std::string, int> made;
        std::map<std::string, int> found;
    };
    SampleClosures(BusinessLookup& lookup, Things things, Run run, kernel::LocalDate first_date);
    Result<Counts> enter(const SampleBusiness& business);

  private:
    Result<void> enter_block(const kernel::json::Object& block);
    Result<void> enter_override(const kernel::json::Object& given);
    // Made, and counted, where it is not there.
    Result<void> make(const Result<bool>& known, const char* kind, CommandCall call,
                      const std::string& key);
    kernel::LocalDate date_of(const kernel::json::Object& given) const;
    void put_times(const kernel::json::Object& given, kernel::json::Object& body) const;

    BusinessLookup& lookup_;
    const Things things_;
    const Run run_;
    const kernel::LocalDate first_date_;
    Counts counts_;
};

}  // namespace almanac::replay
