// What seed 004's reports add up of bookings: how many, how many completed, what they brought and
// how good the leads were (a number `lead_score` in the booking's metadata, 0 to 100). Pure values.
#pragma once
#include "projections/tally/appointment_fact.hpp"
#include "projections/tally/counts.hpp"

namespace almanac::projections::tally {

struct BookingSums {
    std::int64_t total = 0;
    std::int64_t completed = 0;
    std::vector<Revenue> revenue;
    std::int64_t lead_scores = 0;  // their sum
    std::int64_t leads = 0;        // how many have one
    bool operator==(const BookingSums&) const = default;
    std::optional<std::int64_t> average_lead_score() const;
};
BOOST_DESCRIBE_STRUCT(BookingSums, (), (total, completed, revenue, lead_scores, leads))

// Whether the fact changes sums of bookings at all.
bool concerns_bookings(const AppointmentFact& fact);
void add(BookingSums& sums, const AppointmentFact& fact);

}  // namespace almanac::projections::tally
