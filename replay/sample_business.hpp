// The sample businesses as data: their records as bodies of commands, in JSON
// (replay/samples_*.cpp), so that one more is a text and a line. Ids of other things stand in them
// as slugs
// (`category_ids`, `location_id`, `candidates`, `preference`) and are put in by the loader.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/json.hpp"

namespace almanac::replay {

struct SampleResource {
    kernel::json::Object body;      // with its slug
    kernel::json::Object schedule;  // empty: none
};
// Days count back from the day of loading. What is not there is empty: no programme.
struct SampleLoyaltyYear {
    kernel::json::Object program;  // in force since then
    int since_days_ago = 0;
    std::vector<kernel::json::Object> members;  // client, days_ago, frozen?
    // In order of time: client, service, days_ago, and what became of it: `refund`, or at the end
    // those paid with `points` or `referred_by` a member.
    std::vector<kernel::json::Object> visits;
};
struct SampleBusiness {
    std::string slug;
    std::string time_zone;
    std::string about;            // what there is to see, a sentence
    kernel::json::Object tenant;  // as are all below, with slugs; clients with their e-mails
    std::vector<kernel::json::Object> categories;
    std::vector<kernel::json::Object> locations;  // beside the default one
    std::vector<SampleResource> resources;
    std::vector<kernel::json::Object> services;
    std::vector<kernel::json::Object> blocks;     // sample_closures.hpp
    std::vector<kernel::json::Object> overrides;  // the same
    std::vector<kernel::json::Object> clients;
    SampleLoyaltyYear loyalty;
    std::vector<std::string> client_notes;  // what people say when they book
    std::vector<std::string> cancel_reasons;
    std::uint64_t seed = 0;
    int days = 14;      // of bookings, from tomorrow
    int past_days = 0;  // of visits, up to yesterday
    int bookings_a_day_min = 3;
    int bookings_a_day_max = 5;
};

// Slugs, in the order in which they are shown.
const std::vector<std::string>& sample_names();
// Nothing: there is no sample of that name.
std::optional<SampleBusiness> sample_business(std::string_view name);

// `days` with from, to and break -> the windows and breaks of a schedule.
kernel::json::Object schedule_of(const kernel::json::Array& hours);

namespace samples {
extern const std::string_view bella_hair_salon;
extern const std::string_view tide_wellness;
extern const std::string_view pg_closets;
extern const std::string_view intellectif;
}  // namespace samples

}  // namespace almanac::replay
