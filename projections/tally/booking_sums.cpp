#include "projections/tally/booking_sums.hpp"

namespace almanac::projections::tally {
namespace {
std::optional<std::int64_t> lead_score_of(const kernel::json::Object& metadata) {
    const auto* given = metadata.if_contains("lead_score");
    if (given == nullptr) return std::nullopt;
    const auto score = kernel::integer(*given, false);
    return score && *score >= 0 && *score <= 100 ? score : std::nullopt;
}
}  // namespace

std::optional<std::int64_t> BookingSums::average_lead_score() const {
    if (leads == 0) return std::nullopt;
    return kernel::multiply_divide(lead_scores, 1, leads);
}

bool concerns_bookings(const AppointmentFact& fact) {
    return fact.booked != nullptr || fact.is(scheduling::AppointmentStatus::completed);
}

void add(BookingSums& sums, const AppointmentFact& fact) {
    if (fact.booked) {
        ++sums.total;
        if (const auto score = lead_score_of(fact.booked->metadata)) {
            sums.lead_scores += *score;
            ++sums.leads;
        }
    } else if (fact.final_price) {
        ++sums.completed;
        add(sums.revenue, *fact.final_price);
    }
}

}  // namespace almanac::projections::tally
