// scheduling/points_tender.hpp — points as a means of payment for an appointment. What points are
// is the business of loyalty, which defines these (loyalty/points_tender.cpp): scheduling is paid
// in them and knows of no programme. The events belong to the decision of the payment.
#pragma once
#include "domain/scheduling/payment.hpp"

namespace almanac::scheduling {

// Spends the redemption that `reference` names.
Decision paid_with_points(const RecordPayment& wish, const Appointment& a, Read& read,
                          const Context& now);
// Gives back the whole of the redemption that `reference` names.
Decision refunded_to_points(const RefundPayment& wish, Read& read, const Context& now);

}  // namespace almanac::scheduling
