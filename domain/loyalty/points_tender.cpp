#include "domain/scheduling/points_tender.hpp"

#include "domain/loyalty/redemption.hpp"

namespace almanac::scheduling {
namespace {
// A redemption is named by its id.
Result<loyalty::RedemptionId> redemption_of(const std::optional<std::string>& reference) {
    const auto id = reference ? parse_uuid(*reference) : std::nullopt;
    if (id) return loyalty::RedemptionId{*id};
    return invalid_field("/reference", "redemption", "With points it is the id of a redemption.");
}
}  // namespace

Decision paid_with_points(const RecordPayment& wish, const Appointment& a, Read& read,
                          const Context& now) {
    const auto redemption = redemption_of(wish.reference);
    if (!redemption) return std::unexpected(redemption.error());
    const loyalty::Purchase purchase{
        {"appointment", wish.id},
        a.final_price.value_or(a.price),
        {a.paid_with_points.amount - a.refunded_to_points.amount, a.price.currency}};
    return loyalty::pay(*redemption, wish.amount, purchase, read, now);
}

Decision refunded_to_points(const RefundPayment& wish, Read& read, const Context& now) {
    const auto redemption = redemption_of(wish.reference);
    if (!redemption) return std::unexpected(redemption.error());
    return loyalty::give_back(*redemption, wish.amount, {"appointment", wish.id}, read, now);
}

}  // namespace almanac::scheduling
