#include "projections/loyalty/bookings.hpp"

#include <stdexcept>

namespace almanac::projections {
namespace {
using namespace loyalty;
namespace mp11 = boost::mp11;

using Bookings = mp11::mp_list<PointsEarned, PointsReversed, PointsReserved, PointsReleased,
                               PointsRedeemed, PointsRestored, PointsExpired, PointsAdjusted,
                               PointsTransferredOut, PointsTransferredIn>;
// Events of accounts that change no points.
using Others =
    mp11::mp_list<AccountOpened, TierChanged, AccountReviewed, AccountFrozen, AccountUnfrozen>;

template <class List, class Use>
void each_type(Use&& use) {
    mp11::mp_for_each<mp11::mp_transform<mp11::mp_identity, List>>(use);
}

void flow(PointFlows& flows, const PointsEarned& e) {
    auto& issued = flows.issued;
    switch (e.reason) {
        case EarnReason::purchase:
            issued.purchase += e.points;
            break;
        case EarnReason::signup:
            issued.signup += e.points;
            break;
        case EarnReason::review:
            issued.review += e.points;
            break;
        case EarnReason::birthday:
            issued.birthday += e.points;
            break;
        case EarnReason::referral:
            issued.referral += e.points;
            break;
        case EarnReason::referee:
            issued.referee += e.points;
            break;
    }
}
void flow(PointFlows& flows, const PointsReversed& e) {
    flows.reversed -= e.points;
}
void flow(PointFlows&, const PointsReserved&) {}
void flow(PointFlows&, const PointsReleased&) {}
void flow(PointFlows& flows, const PointsRedeemed& e) {
    flows.redeemed -= e.points;
}
void flow(PointFlows& flows, const PointsRestored& e) {
    flows.restored += e.points;
}
void flow(PointFlows&, const PointsExpired&) {}
void flow(PointFlows& flows, const PointsAdjusted& e) {
    (e.points > 0 ? flows.issued.adjust : flows.adjusted) += e.points;
}
void flow(PointFlows& flows, const PointsTransferredOut& e) {
    flows.transferred_out -= e.points;
}
void flow(PointFlows& flows, const PointsTransferredIn& e) {
    flows.transferred_in += e.points;
}

void add(BucketChanges& changes, const Lots& buckets, std::int64_t sign) {
    for (const auto& lot : buckets) {
        auto& points = changes[{lot.active_on, lot.expires_on}];
        points += sign * lot.points;
    }
}
}  // namespace

std::optional<PointsBooking> PointsBooking::of(const eventstore::TypedEvent& event) {
    PointsBooking booking;
    each_type<Bookings>([&]<class E>(mp11::mp_identity<E>) {
        if (event.type != &kernel::event_type<E>()) return;
        booking.event_ = &event;
        booking.entry_ = static_cast<const E*>(event.data.get());
    });
    if (booking.entry_ == nullptr) return std::nullopt;
    return booking;
}

bool PointsBooking::is_expiry() const {
    return event_->type == &kernel::event_type<PointsExpired>();
}

void PointsBooking::add_to(PointFlows& flows) const {
    each_type<Bookings>([&]<class E>(mp11::mp_identity<E>) {
        if (event_->type == &kernel::event_type<E>())
            flow(flows, *static_cast<const E*>(event_->data.get()));
    });
}

// By the domain's own fold: activity moves the end of buckets, and there is no event of that.
BucketChanges PointsBooking::apply_to(MemberPoints& points) const {
    BucketChanges changes;
    add(changes, points.buckets, -1);
    Account account;
    account.buckets = std::move(points.buckets);
    account.reserved = points.reserved;
    account.debt = points.debt;
    account.lifetime_points = points.earned;
    account.last_activity_on = points.last_activity_on;
    each_type<Bookings>([&]<class E>(mp11::mp_identity<E>) {
        if (event_->type == &kernel::event_type<E>())
            evolve(account, *static_cast<const E*>(event_->data.get()));
    });
    points.buckets = std::move(account.buckets);
    points.reserved = account.reserved;
    points.debt = account.debt;
    points.earned = account.lifetime_points;
    points.last_activity_on = account.last_activity_on;
    add(changes, points.buckets, 1);
    std::erase_if(changes, [](const auto& change) { return change.second == 0; });
    return changes;
}

void check_bookings_known(const kernel::Catalogue& catalogue) {
    for (const auto& [name, type] : catalogue.events()) {
        if (type->reaction(kernel::fold_type<Account>()) == nullptr) continue;
        bool known = false;
        each_type<mp11::mp_append<Bookings, Others>>([&]<class E>(mp11::mp_identity<E>) {
            known = known || type == &kernel::event_type<E>();
        });
        if (!known) throw std::logic_error("reports of loyalty do not know " + std::string(name));
    }
}

}  // namespace almanac::projections
