// The weeks before a sample business was loaded: visits as staff enter them from a paper diary,
// most completed and paid, some where nobody came. At the times of a week to come that nothing is
// booked in, moved to the same weekdays of the past. One thread.
#pragma once
#include <functional>
#include <map>
#include <set>

#include "replay/command_target.hpp"
#include "replay/dice.hpp"
#include "replay/sample_business.hpp"

namespace almanac::replay {

// What stands in an appointment's metadata so that the sample knows it again.
kernel::json::Object sample_metadata(const SampleBusiness& business, std::int64_t number,
                                     kernel::LocalDate first_date);

// Numbers from here on are of the past.
inline constexpr std::int64_t sample_history_numbers = 1'000'000;

class SampleHistory {
  public:
    // Runs a command of the tenant with an Idempotency-Key of the sample's.
    using Run = std::function<Result<CommandDone>(CommandCall call, const std::string& key)>;
    struct Things {
        std::string tenant;
        std::map<std::string, std::string> ids;  // by slug
        std::vector<std::string> clients;
    };
    SampleHistory(const SampleBusiness& business, BusinessLookup& lookup, Things things, Run run,
                  kernel::LocalDate first_date);
    // All but the known numbers; how many were made, by what became of them.
    Result<std::map<std::string, int>> enter(const std::set<std::int64_t>& known);

    struct Visit {
        kernel::LocalDate date;
        std::int64_t number = 0;
        const kernel::json::Object& service;
        std::string client;  // its id
    };
    struct Booked {
        std::string id;
        Instant end{};
    };
    // At a time of that weekday; nothing: none was free.
    Result<std::optional<Booked>> book(const Visit& visit, Dice& dice);

  private:
    Result<void> enter_one(kernel::LocalDate date, std::int64_t number, Dice dice);
    Result<void> settle(const kernel::json::Object& service, const std::string& id, Instant end,
                        Dice& dice);
    Result<CommandDone> act(const char* command, const std::string& id,
                            kernel::json::Object body = {});
    std::optional<Instant> time_on(kernel::LocalDate date, Instant offered) const;

    const SampleBusiness& business_;
    BusinessLookup& lookup_;
    const Things things_;
    const Run run_;
    const kernel::LocalDate first_date_;
    const kernel::Zone zone_;
    std::map<std::string, int> made_;
};

}  // namespace almanac::replay
