#include "domain/scheduling/appointment.hpp"

#include <fmt/compile.h>

#include "domain/scheduling/snapshot_source.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::scheduling {
namespace {
using namespace std::chrono;

std::unexpected<Rejection> not_in(AppointmentStatus status, std::string_view wish) {
    return conflict("scheduling.invalid_transition",
                    fmt::format("A {} appointment cannot be {}.", enum_name(status), wish));
}

// `service` and `client`: the live ones that the wish names, null where there is no such.
std::optional<Rejection> cannot_be_booked(const BookAppointment& wish, const Service* service,
                                          const Client* client) {
    std::vector<FieldError> errors;
    if (!service) {
        errors.push_back({"/service_id", "not_found", "There is no such service."});
    } else if (!service->active) {
        errors.push_back({"/service_id", "inactive", "This service is not active."});
    } else if (wish.party_size > service->capacity) {
        errors.push_back(
            {"/party_size", "max", fmt::format("Expected at most {}.", service->capacity)});
    }
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

std::vector<FieldError> flaws_of(const std::vector<ResourceId>& ids,
                                 const ResourceDirectory& directory) {
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto* entry = directory.find(ids[i]);
        if (entry && entry->active) continue;
        auto at = json::pointer("/resource_ids", i);
        errors.push_back(
            entry ? FieldError{std::move(at), "inactive", "This resource is not active."}
                  : FieldError{std::move(at), "not_found", "There is no such resource."});
    }
    return errors;
}

// The slot at `start`, by the predicate that offers it.
Result<Slot> find_slot(const ServiceId& id, const Service& service, Instant start, int party,
                       const std::vector<ResourceId>& given, Read& read, const SlotContext& terms) {
    FoldSource folds(read);
    auto flaws = flaws_of(given, folds.resources());
    if (!flaws.empty()) return invalid(std::move(flaws));
    auto snapshot = build_snapshot(folds, id, service, start, start + minutes{1}, given);
    if (!snapshot) return std::unexpected(std::move(snapshot.error()));
    const std::vector<Uuid> resources(given.begin(), given.end());
    auto slot = evaluate(*snapshot, start, party, resources, terms);
    if (!slot) return std::unexpected(rejection(slot.error()));
    return std::move(*slot);
}

Occupancy occupancy_of(const ServiceId& id, const Service& service, const Slot& slot, int party) {
    return {id,
            slot.start,
            slot.end,
            service.buffer_before_minutes,
            service.buffer_after_minutes,
            LocationId{slot.location},
            slot.date,
            party,
            slot.resources};
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

// An appointment that can still be moved or cancelled.
Result<const Appointment*> open_appointment(const AppointmentId& id, Read& read,
                                            std::string_view wish) {
    const auto* a = read.find<Appointment>(id);
    if (!a) return not_found();
    if (a->status != AppointmentStatus::pending && a->status != AppointmentStatus::confirmed) {
        return not_in(a->status, wish);
    }
    return a;
}
}  // namespace

Decision decide(const BookAppointment& wish, Read& read, const Context& now) {
    const auto* known = live<Service>(read, wish.service_id);
    const auto* client = wish.client_id ? live<Client>(read, *wish.client_id) : nullptr;
    if (auto refused = cannot_be_booked(wish, known, client))
        return std::unexpected(std::move(*refused));
    if (wish.off_grid_reason && now.may && !now.may("scheduling.appointment:book_off_grid")) {
        return reject(RejectionKind::denied, "denied", "You may not book off the grid.");
    }
    const auto& service = *known;
    SlotContext terms;
    terms.now = now.now;
    const bool free_hand = wish.off_grid_reason.has_value();
    terms.ignore_notice = free_hand || wish.method == BookingMethod::walk_in;
    terms.ignore_grid = free_hand || wish.method == BookingMethod::walk_in;
    terms.ignore_working_time = free_hand;
    auto slot = find_slot(wish.service_id, service, wish.start, wish.party_size, wish.resource_ids,
                          read, terms);
    if (!slot) return std::unexpected(std::move(slot.error()));

    AppointmentBooked e;
    e.id = now.fresh_id<AppointmentId>();
    const bool waits = service.requires_confirmation || service.requires_payment;
    e.status = waits ? AppointmentStatus::pending : AppointmentStatus::confirmed;
    give_reference(e, read, now);
    e.client_id = wish.client_id;
    e.occupancy = occupancy_of(wish.service_id, service, *slot, wish.party_size);
    e.method = wish.method;
    e.service_name = service.name;
    e.price = quoted_price(wish.service_id, service, *slot, read);
    if (client) e.customer = customer_of(*client);
    e.client_notes = wish.client_notes;
    e.staff_notes = wish.staff_notes;
    e.off_grid_reason = wish.off_grid_reason;
    e.metadata = wish.metadata;
    return e;
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
    std::vector<ResourceId> same;
    for (const auto& resource : held.resources) same.emplace_back(resource.id);
    auto slot = slot_with(wish.resource_ids.empty() ? same : wish.resource_ids);
    if (!slot && wish.resource_ids.empty()) slot = slot_with({});
    if (!slot) return std::unexpected(std::move(slot.error()));
    return AppointmentRescheduled{wish.id, held,
                                  occupancy_of(held.service_id, service, *slot, held.party_size)};
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

// Early keeps [start − before, actual end + after); late never extends.
Decision decide(const CompleteAppointment& wish, Read& read, const Context& now) {
    const auto* found = read.find<Appointment>(wish.id);
    if (!found) return not_found();
    const auto& a = *found;
    if (a.status != AppointmentStatus::confirmed && a.status != AppointmentStatus::in_progress) {
        return not_in(a.status, "completed");
    }
    const auto at = wish.completed_at.value_or(now.now);
    if (at > now.now) return invalid_field("/completed_at", "future", "It has not happened yet.");
    if (at < a.start) {
        return invalid_field("/completed_at", "before_start",
                             "It cannot be completed before it starts.");
    }
    if (wish.final_price && wish.final_price->currency != a.price.currency) {
        return invalid_field("/final_price/currency", "currency", "Not the currency of the price.");
    }
    AppointmentCompleted e{wish.id, a.occupancy, a.occupancy, at,
                           wish.final_price.value_or(a.price)};
    e.occupancy.end = std::min(a.occupancy.end, std::max(at, a.occupancy.start));
    return e;
}

// Not before its start; frees from now.
Decision decide(const MarkNoShow& wish, Read& read, const Context& now) {
    const auto a = open_appointment(wish.id, read, "marked a no-show");
    if (!a) return std::unexpected(a.error());
    const auto& held = (*a)->occupancy;
    if (now.now < held.start) {
        return conflict("scheduling.invalid_transition", "It has not started yet.");
    }
    AppointmentNoShow e{wish.id, held, held, std::nullopt};
    if (now.now < held.busy_until()) {
        e.occupancy.end = std::min(held.end, now.now);
        e.occupancy.buffer_after_minutes = 0;
    }
    const auto& service = read.get<Record<Service>>(held.service_id);
    const auto fee = amount_of(service.no_show_fee, (*a)->price);
    if (fee.amount > 0) e.fee = fee;
    return e;
}

}  // namespace almanac::scheduling
