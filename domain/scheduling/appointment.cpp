#include "domain/scheduling/appointment.hpp"

#include <fmt/compile.h>

#include <algorithm>

#include "domain/scheduling/hold.hpp"
#include "domain/scheduling/take_slot.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;

// `service` and `client`: the live ones that the wish names, null where there is no such.
std::optional<Rejection> cannot_be_booked(const BookAppointment& wish, const Service* service,
                                          const Client* client) {
    auto errors = service_flaws(service, wish.party_size);
    if (wish.client_id && !client)
        errors.push_back({"/client_id", "not_found", "There is no such client."});
    if (!wish.client_id && wish.method != BookingMethod::walk_in)
        errors.push_back({"/client_id", "required", "Only a walk-in has no client."});
    if (wish.off_grid_reason && wish.method != BookingMethod::staff) {
        errors.push_back({"/off_grid_reason", "method", "Only staff books off the grid."});
    }
    if (errors.empty()) return std::nullopt;
    return invalid(std::move(errors)).error();
}

// The first assigned resource with a price of its own for this service, else the service's price.
Money quoted_price(const ServiceId& id, const Service& service, const Slot& slot, Read& read) {
    const auto& directory = read.get<ResourceDirectory>(Whole{});
    for (const auto& assigned : slot.resources) {
        const auto* entry = directory.find(assigned.id);
        if (!entry) continue;
        for (const auto& own : entry->prices) {
            if (own.service_id == id && own.price) return *own.price;
        }
    }
    if (service.price) return *service.price;
    return {0, read.get<tenancy::Tenant>(read.tenant()).currency};
}

// PREFIX-YYYYMMDD-NNNN; the day is the day of booking in the tenant's zone, NNNN widens past 9999.
void give_reference(AppointmentBooked& e, Read& read, const Context& now) {
    const auto& tenant = read.get<tenancy::Tenant>(now.tenant);
    e.reference_day = Zone::find(tenant.time_zone).value_or(Zone::utc()).local_date(now.now);
    const auto& day = read.get<ReferenceDay>({e.reference_day});
    const year_month_day date{e.reference_day};
    e.reference =
        fmt::format(FMT_COMPILE("{}-{:04}{:02}{:02}-{:04}"), tenant.reference_prefix,
                    int(date.year()), unsigned(date.month()), unsigned(date.day()), day.used + 1);
}

CustomerSnapshot customer_of(const Client& client) {
    return {client.first_name, client.last_name, client.email, client.phone};
}

// What has to be paid ahead; never more than the price.
std::optional<Money> deposit_of(const Service& service, const Money& price) {
    auto deposit = amount_of(service.deposit, price);
    deposit.amount = std::min(deposit.amount, price.amount);
    if (deposit.amount == 0) return std::nullopt;
    return deposit;
}

// In what a wish differs from the hold that it names.
std::vector<FieldError> differences(const BookAppointment& wish, const Occupancy& held) {
    std::vector<FieldError> errors;
    const auto differs = [&](const char* pointer) {
        errors.push_back({pointer, "differs_from_hold", "The hold says something else."});
    };
    if (wish.service_id != held.service_id) differs("/service_id");
    if (wish.start != held.start) differs("/start");
    if (wish.party_size != held.party_size) differs("/party_size");
    const auto resources = ids_of(held.resources);
    const bool same =
        wish.resource_ids.empty() || std::ranges::is_permutation(wish.resource_ids, resources);
    if (!same) differs("/resource_ids");
    return errors;
}

SlotContext terms_of(const BookAppointment& wish, const Hold* hold, const Context& now) {
    SlotContext terms;
    terms.now = now.now;
    const bool free_hand = wish.off_grid_reason.has_value();
    terms.ignore_notice = free_hand || wish.method == BookingMethod::walk_in || hold;
    terms.ignore_grid = free_hand || wish.method == BookingMethod::walk_in;
    terms.ignore_working_time = free_hand;
    if (hold) {
        terms.ignore_window = true;
        terms.ignore_day_limit = true;
        terms.except = Except{*wish.hold_id, hold->occupancy.service_day};
    }
    return terms;
}

// Pending where somebody has to confirm it or it has to be paid first; paying confirms it only
// where nobody else has to. What has begun (a walk-in, a past record) waits for nothing.
void give_status(AppointmentBooked& e, const Service& service, const Context& now) {
    if (e.occupancy.start <= now.now) return;
    const bool pays_first = service.requires_payment && e.price.amount > 0;
    const bool waits = service.requires_confirmation || pays_first;
    e.status = waits ? AppointmentStatus::pending : AppointmentStatus::confirmed;
    if (pays_first && !service.requires_confirmation) {
        e.payment_due_at = now.now + minutes{service.payment_window_minutes};
    }
}

AppointmentBooked booking(const BookAppointment& wish, const Service& service, const Client* client,
                          const Slot& slot, Read& read, const Context& now) {
    AppointmentBooked e;
    e.id = now.fresh_id<AppointmentId>();
    give_reference(e, read, now);
    e.client_id = wish.client_id;
    e.occupancy = occupancy_of(wish.service_id, service, slot, wish.party_size);
    e.method = wish.method;
    e.service_name = service.name;
    e.price = quoted_price(wish.service_id, service, slot, read);
    e.deposit = deposit_of(service, e.price);
    give_status(e, service, now);
    e.hold_id = wish.hold_id;
    if (client) e.customer = customer_of(*client);
    e.client_notes = wish.client_notes;
    e.staff_notes = wish.staff_notes;
    e.off_grid_reason = wish.off_grid_reason;
    e.metadata = wish.metadata;
    e.details = wish.details;
    return e;
}
}  // namespace

std::unexpected<Rejection> not_in(AppointmentStatus status, std::string_view wish) {
    return conflict("scheduling.invalid_transition",
                    fmt::format("A {} appointment cannot be {}.", enum_name(status), wish));
}

Result<const Appointment*> open_appointment(const AppointmentId& id, Read& read,
                                            std::string_view wish) {
    const auto* a = read.find<Appointment>(id);
    if (!a) return not_found();
    if (a->status != AppointmentStatus::pending && a->status != AppointmentStatus::confirmed) {
        return not_in(a->status, wish);
    }
    return a;
}

// A hold that is named is taken as it was placed and needs no notice, window or day limit.
Decision decide(const BookAppointment& wish, Read& read, const Context& now) {
    const auto* service = live<Service>(read, wish.service_id);
    const auto* client = wish.client_id ? live<Client>(read, *wish.client_id) : nullptr;
    if (auto refused = cannot_be_booked(wish, service, client))
        return std::unexpected(std::move(*refused));
    if (wish.off_grid_reason && now.may && !now.may("scheduling.appointment:book_off_grid")) {
        return reject(RejectionKind::denied, "denied", "You may not book off the grid.");
    }
    const Hold* hold = nullptr;
    if (wish.hold_id) {
        const auto found = live_hold(*wish.hold_id, read, now.now);
        if (!found) return std::unexpected(found.error());
        hold = *found;
        auto errors = differences(wish, hold->occupancy);
        if (!errors.empty()) return invalid(std::move(errors));
    }
    auto slot = find_slot(wish.service_id, *service, wish.start, wish.party_size,
                          hold ? ids_of(hold->resources) : wish.resource_ids, read,
                          terms_of(wish, hold, now));
    if (!slot) return std::unexpected(std::move(slot.error()));
    Events events{booking(wish, *service, client, *slot, read, now)};
    if (hold) {
        const auto& booked = *events.list.front().as<AppointmentBooked>();
        events.add(HoldBooked{*wish.hold_id, hold->held_by, hold->occupancy, booked.id});
    }
    return events;
}

Decision decide(const ConfirmAppointment& wish, Read& read, const Context&) {
    const auto* a = read.find<Appointment>(wish.id);
    if (!a) return not_found();
    if (a->status != AppointmentStatus::pending) return not_in(a->status, "confirmed");
    return AppointmentConfirmed{wish.id};
}

// Checked like a booking, never against itself; keeps the same resources if it can.
Decision decide(const RescheduleAppointment& wish, Read& read, const Context& now) {
    const auto a = open_appointment(wish.id, read, "rescheduled");
    if (!a) return std::unexpected(a.error());
    const auto& held = (*a)->occupancy;
    const auto& service = read.get<Record<Service>>(held.service_id);
    SlotContext terms;
    terms.now = now.now;
    terms.except = Except{wish.id, held.service_day};
    const auto slot_with = [&](const std::vector<ResourceId>& resources) {
        return find_slot(held.service_id, service, wish.start, held.party_size, resources, read,
                         terms);
    };
    const auto same = ids_of(held.resources);
    auto slot = slot_with(wish.resource_ids.empty() ? same : wish.resource_ids);
    if (!slot && wish.resource_ids.empty()) slot = slot_with({});
    if (!slot) return std::unexpected(std::move(slot.error()));
    return AppointmentRescheduled{wish.id, held,
                                  occupancy_of(held.service_id, service, *slot, held.party_size)};
}

// Other resources at the same time: neither notice nor grid is asked again.
Decision decide(const ReassignAppointment& wish, Read& read, const Context& now) {
    const auto a = open_appointment(wish.id, read, "reassigned");
    if (!a) return std::unexpected(a.error());
    const auto& held = (*a)->occupancy;
    const auto& service = read.get<Record<Service>>(held.service_id);
    SlotContext terms;
    terms.now = now.now;
    terms.ignore_notice = true;
    terms.ignore_window = true;
    terms.ignore_grid = true;
    terms.ignore_day_limit = true;
    terms.ignore_working_time = (*a)->off_grid_reason.has_value();
    terms.except = Except{wish.id, held.service_day};
    const auto slot = find_slot(held.service_id, service, held.start, held.party_size,
                                wish.resource_ids, read, terms);
    if (!slot) return std::unexpected(slot.error());
    auto occupancy = occupancy_of(held.service_id, service, *slot, held.party_size);
    if (occupancy == held) return Events{};
    return AppointmentReassigned{wish.id, held, std::move(occupancy)};
}

// A client's, inside the notice, is late and carries the fee; exactly at the limit it is free.
Decision decide(const CancelAppointment& wish, Read& read, const Context& now) {
    const auto a = open_appointment(wish.id, read, "cancelled");
    if (!a) return std::unexpected(a.error());
    const auto& held = (*a)->occupancy;
    const auto& service = read.get<Record<Service>>(held.service_id);
    AppointmentCancelled e{wish.id,     held,  wish.by,     (*a)->client_id,
                           wish.reason, false, std::nullopt};
    if (wish.by == CancelledBy::client) {
        if (!service.allows_cancellation) {
            return reject("scheduling.cancellation_not_allowed",
                          "Clients cannot cancel a booking of this service.");
        }
        const auto limit = held.start - minutes{service.cancellation_notice_minutes};
        e.late = now.now > limit;
        const auto fee = amount_of(service.late_cancel_fee, (*a)->price);
        if (e.late && now.now < held.start && fee.amount > 0) e.fee = fee;
    }
    return e;
}

}  // namespace almanac::scheduling
