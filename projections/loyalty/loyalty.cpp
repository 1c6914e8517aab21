#include "projections/loyalty/loyalty.hpp"

#include "domain/scheduling/reports.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;
using kernel::LocalDate;
using kernel::RecordChanged;
using kernel::RecordCreated;
using kernel::RecordDeleted;
using kernel::Uuid;

MemberDay at_end_of_day(const MemberPoints& points) {
    MemberDay day{points.earned, points.reserved - points.debt, {}};
    for (const auto& lot : points.buckets) {
        if (!lot.expires_on) {
            day.lasting += lot.points;
        } else if (!day.ending.empty() && day.ending.back().on == *lot.expires_on) {
            day.ending.back().points += lot.points;
        } else {
            day.ending.push_back({*lot.expires_on, lot.points});
        }
    }
    return day;
}
}  // namespace

std::string loyalty_key(char kind, LocalDate date) {
    std::string key(1, kind);
    tally::append_date(key, date);
    return key;
}
std::string loyalty_key(char kind, const Uuid& id) {
    std::string key(1, kind);
    tally::append_id(key, id);
    return key;
}

PointDates& PointDates::operator+=(const PointDates& other) {
    end += other.end;
    pending += other.pending;
    return *this;
}

std::int64_t MemberDay::balance(LocalDate over) const {
    auto points = lasting;
    for (const auto& each : ending) {
        if (each.on > over) points += each.points;
    }
    return points;
}

void LoyaltyProjection::forget() {
    days_.forget();
    sums_.forget();
    dates_.forget();
    members_.forget();
    programs_.forget();
    in_force_.forget();
}

// From the day on, or from the programme's first one; until then the rate stays what it was.
void LoyaltyProjection::put_in_force(TenantViews& views, std::optional<ProgramId> id,
                                     LocalDate day) {
    in_force_.change(views, "P", [&](ProgramState& state) {
        if (state.starts_on && *state.starts_on > day)
            views.erase_unread(loyalty_key('r', *state.starts_on));
        state = {id, std::nullopt};
        if (!id) return;
        programs_.change(views, loyalty_key('p', *id), [&](ProgramTerms& terms) {
            const auto from = std::max(day, terms.active_from.value_or(day));
            tally::put_dated(views, "r", from, terms.redemption);
            if (from > day) state.starts_on = from;
        });
    });
}

template <class Change>
void LoyaltyProjection::change_program(TenantViews& views, const Uuid& id,
                                       const AppliedEvent& event, Change change) {
    programs_.change(views, loyalty_key('p', id), change);
    bool is_in_force = false;
    in_force_.change(views, "P",
                     [&](ProgramState& state) { is_in_force = state.in_force == ProgramId{id}; });
    if (is_in_force) put_in_force(views, ProgramId{id}, days_.of(views, event));
}

void LoyaltyProjection::apply_program(const AppliedEvent& event, TenantViews& views) {
    if (const auto* e = event.as<RecordCreated<LoyaltyProgram>>()) {
        change_program(views, e->id, event,
                       [&](ProgramTerms& terms) { terms = {e->redemption, e->active_from}; });
    }
    if (const auto* e = event.as<RecordChanged<LoyaltyProgram>>()) {
        change_program(views, e->id, event, [&](ProgramTerms& terms) {
            const auto& changes = e->changes;
            if (changes.has("redemption")) terms.redemption = changes.value.redemption;
            if (changes.has("active_from")) terms.active_from = changes.value.active_from;
        });
    }
    if (const auto* e = event.as<ProgramActivated>())
        put_in_force(views, e->id, days_.of(views, event));
    bool stops = event.as<ProgramStopped>() != nullptr;
    if (const auto* e = event.as<RecordDeleted<LoyaltyProgram>>()) {
        in_force_.change(views, "P", [&](ProgramState& state) { stops = state.in_force == e->id; });
    }
    if (stops) put_in_force(views, std::nullopt, days_.of(views, event));
}

// Ends and beginnings lie under their dates, so that the flight of time needs no event.
void LoyaltyProjection::move_bucket(PointSums& sums, const BucketDates& dates, std::int64_t points,
                                    LocalDate day, TenantViews& views) {
    const auto& [active_on, last] = dates;
    if (last && *last < day) {
        sums.late += points;
        return;
    }
    const bool is_pending = active_on > day;
    const bool never_active = last && *last < active_on;
    const auto change = [&](LocalDate date, auto&& how) {
        dates_.change(views, loyalty_key('d', date), how);
        dates_.change(views, loyalty_key('m', scheduling::month_of(date)), how);
    };
    sums.lots += points;
    if (is_pending) sums.pending += points;
    if (is_pending && !never_active)
        change(active_on - std::chrono::days{1}, [&](PointDates& date) { date.pending += points; });
    if (!last) return;
    change(*last, [&](PointDates& date) {
        date.end += points;
        if (is_pending && never_active) date.pending += points;
    });
}

void LoyaltyProjection::book(const PointsBooking& booking, LocalDate day, TenantViews& views) {
    BucketChanges changes;
    members_.change(views, loyalty_key('a', booking.account()), [&](MemberPoints& points) {
        changes = booking.apply_to(points);
        tally::put_dated(views, loyalty_key('h', booking.account()), day, at_end_of_day(points));
    });
    if (booking.is_expiry()) return;
    sums_.change(views, "S", [&](PointSums& sums) {
        booking.add_to(sums.flows);
        sums.reserved += booking.entry().reserved;
        sums.debt += booking.entry().debt;
        for (const auto& [dates, points] : changes) move_bucket(sums, dates, points, day, views);
        tally::put_dated(views, "s", day, sums);
    });
}

Result<void> LoyaltyProjection::apply(const AppliedEvent& event, TenantViews& views) {
    days_.follow(views, event);
    apply_program(event, views);
    if (const auto* e = event.as<AccountOpened>()) {
        members_.change(views, loyalty_key('a', e->id),
                        [&](MemberPoints& points) { points.member = e->member; });
    }
    if (const auto booking = PointsBooking::of(event.event))
        book(*booking, days_.of(views, event), views);
    return {};
}

}  // namespace almanac::projections
