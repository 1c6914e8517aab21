// scheduling/appointment.hpp — a client's booking of a service. Seeds 000, 001 (appointments), 003
// §3, 004 (bookings). It starts confirmed, or pending where the service asks for confirmation or
// payment; a pending one occupies its slot too. The rules are in appointment.cpp, top to bottom;
// what happens on the day is in visit.hpp, money in payment.hpp.
#pragma once
#include "domain/scheduling/appointment_details.hpp"
#include "domain/scheduling/client.hpp"
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

enum class AppointmentStatus { pending, confirmed, in_progress, completed, cancelled, no_show };
BOOST_DESCRIBE_ENUM(AppointmentStatus, pending, confirmed, in_progress, completed, cancelled,
                    no_show)
enum class BookingMethod { online, phone, voice, walk_in, staff };
BOOST_DESCRIBE_ENUM(BookingMethod, online, phone, voice, walk_in, staff)
enum class CancelledBy { client, business, system };
BOOST_DESCRIBE_ENUM(CancelledBy, client, business, system)
// Derived from the price and the payments, never set (payment.hpp).
enum class PaymentStatus {
    waived,
    pending,
    partially_paid,
    deposit_paid,
    paid,
    partially_refunded,
    refunded
};
BOOST_DESCRIBE_ENUM(PaymentStatus, waived, pending, partially_paid, deposit_paid, paid,
                    partially_refunded, refunded)

// The client as it was booked: the client's own sealed values, copied byte for byte.
struct CustomerSnapshot {
    Personal<"client.first_name"> first_name;
    std::optional<Personal<"client.last_name">> last_name;
    std::optional<Personal<"client.email">> email;
    std::optional<Personal<"client.phone">> phone;
    bool operator==(const CustomerSnapshot&) const = default;
};
BOOST_DESCRIBE_STRUCT(CustomerSnapshot, (), (first_name, last_name, email, phone))

// ---- events -----------------------------------------------------------------------------------

struct AppointmentBooked {
    static constexpr std::string_view type = "scheduling.appointment_booked";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    AppointmentStatus status = AppointmentStatus::confirmed;  // pending or confirmed
    std::string reference;
    LocalDate reference_day;  // the tenant's
    std::optional<ClientId> client_id;
    Occupancy occupancy;
    BookingMethod method = BookingMethod::online;
    std::string service_name;
    Money price;                            // quoted
    std::optional<Money> deposit;           // what has to be paid ahead, where something has
    std::optional<Instant> payment_due_at;  // pending until paid, and cancelled then
    std::optional<HoldId> hold_id;          // the hold that was booked
    std::optional<SeriesId> series_id;      // the series it was booked with
    std::optional<CustomerSnapshot> customer;
    std::optional<Personal<"appointment.client_notes">> client_notes;
    std::optional<Personal<"appointment.staff_notes">> staff_notes;
    std::optional<Personal<"appointment.off_grid_reason">> off_grid_reason;
    json::Object metadata;
    Boxed<AppointmentDetails> details;
    bool operator==(const AppointmentBooked&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentBooked, (),
                      (id, status, reference, reference_day, client_id, occupancy, method,
                       service_name, price, deposit, payment_due_at, hold_id, series_id, customer,
                       client_notes, staff_notes, off_grid_reason, metadata, details))
struct AppointmentConfirmed {
    static constexpr std::string_view type = "scheduling.appointment_confirmed";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    bool operator==(const AppointmentConfirmed&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentConfirmed, (), (id))
struct AppointmentRescheduled {
    static constexpr std::string_view type = "scheduling.appointment_rescheduled";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Occupancy freed;
    Occupancy occupancy;
    bool operator==(const AppointmentRescheduled&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentRescheduled, (), (id, freed, occupancy))
struct AppointmentReassigned {
    static constexpr std::string_view type = "scheduling.appointment_reassigned";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Occupancy freed;
    Occupancy occupancy;
    bool operator==(const AppointmentReassigned&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentReassigned, (), (id, freed, occupancy))
struct AppointmentCancelled {
    static constexpr std::string_view type = "scheduling.appointment_cancelled";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Occupancy freed;
    CancelledBy by = CancelledBy::business;
    std::optional<ClientId> client_id;
    std::optional<Personal<"appointment.cancellation_reason">> reason;
    bool late = false;
    std::optional<Money> fee;
    bool operator==(const AppointmentCancelled&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentCancelled, (), (id, freed, by, client_id, reason, late, fee))
// ---- the appointment --------------------------------------------------------------------------

struct Appointment {
    static constexpr std::string_view kind = "appointment";
    static constexpr std::uint32_t version = 2;
    using Key = AppointmentId;
    AppointmentStatus status = AppointmentStatus::pending;
    std::string reference;
    ServiceId service_id;
    std::string service_name;
    std::optional<ClientId> client_id;
    std::optional<CustomerSnapshot> customer;
    Instant start{};
    Instant end{};
    std::int32_t buffer_before_minutes = 0;
    std::int32_t buffer_after_minutes = 0;
    LocationId location_id;
    std::vector<AssignedResource> resources;
    std::int32_t party_size = 1;
    BookingMethod method = BookingMethod::online;
    Money price;
    std::optional<Money> final_price;
    std::optional<Money> deposit;
    PaymentStatus payment_status = PaymentStatus::pending;
    std::optional<Instant> payment_due_at;  // while it waits for payment
    Money paid;
    Money refunded;
    Money paid_with_points;    // of `paid`
    Money refunded_to_points;  // of `refunded`
    std::optional<Money> fee;
    std::optional<HoldId> hold_id;
    std::optional<SeriesId> series_id;
    std::optional<Instant> confirmed_at;
    std::optional<Instant> checked_in_at;
    std::optional<Instant> actual_start;
    std::optional<Instant> completed_at;
    std::optional<Instant> no_show_at;
    std::optional<Instant> cancelled_at;
    std::optional<CancelledBy> cancelled_by;
    std::optional<Personal<"appointment.cancellation_reason">> cancellation_reason;
    bool late_cancellation = false;
    std::int32_t reschedule_count = 0;
    std::optional<Personal<"appointment.client_notes">> client_notes;
    std::optional<Personal<"appointment.staff_notes">> staff_notes;
    std::optional<Personal<"appointment.off_grid_reason">> off_grid_reason;
    json::Object metadata;
    Boxed<AppointmentDetails> details;
    Occupancy occupancy;  // what it occupies now
};
BOOST_DESCRIBE_STRUCT(Appointment, (),
                      (status, reference, service_id, service_name, client_id, customer, start, end,
                       buffer_before_minutes, buffer_after_minutes, location_id, resources,
                       party_size, method, price, final_price, deposit, payment_status,
                       payment_due_at, paid, refunded, paid_with_points, refunded_to_points, fee,
                       hold_id, series_id, confirmed_at, checked_in_at, actual_start, completed_at,
                       no_show_at, cancelled_at, cancelled_by, cancellation_reason,
                       late_cancellation, reschedule_count, client_notes, staff_notes,
                       off_grid_reason, metadata, details, occupancy))

// Personal data of an appointment belongs to its client; a walk-in's to the trace of who wrote it.
std::string subject(const AppointmentBooked& e);
std::string subject(const AppointmentCancelled& e);

inline auto tags(const AppointmentBooked& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay, ReferenceDay, ClientVisits, Usage>{};
    t.add<Appointment>(e.id);
    occupancy_tags(t, e.occupancy);
    t.add<ReferenceDay>({e.reference_day});
    if (e.client_id) t.add<ClientVisits>({*e.client_id, e.occupancy.start});
    return t.add<Usage>({e.occupancy.start});
}
inline auto tags(const AppointmentConfirmed& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
inline auto tags(const AppointmentRescheduled& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay>{}.add<Appointment>(e.id);
    occupancy_tags(t, e.freed);
    occupancy_tags(t, e.occupancy);
    return t;
}
inline auto tags(const AppointmentReassigned& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay>{}.add<Appointment>(e.id);
    occupancy_tags(t, e.freed);
    occupancy_tags(t, e.occupancy);
    return t;
}
inline auto tags(const AppointmentCancelled& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay, ClientVisits>{}.add<Appointment>(e.id);
    occupancy_tags(t, e.freed);
    if (e.client_id) t.add<ClientVisits>({*e.client_id, e.freed.start});
    return t;
}
void evolve(Appointment& a, const AppointmentBooked& e, const EventMeta& meta);
void evolve(Appointment& a, const AppointmentConfirmed& e, const EventMeta& meta);
void evolve(Appointment& a, const AppointmentRescheduled& e);
void evolve(Appointment& a, const AppointmentReassigned& e);
void evolve(Appointment& a, const AppointmentCancelled& e, const EventMeta& meta);

// What each does to the slot: takes, keeps, moves or frees it.
void evolve(ResourceMonth& month, const AppointmentBooked& e);
void evolve(ResourceMonth& month, const AppointmentRescheduled& e, const EventMeta& meta);
void evolve(ResourceMonth& month, const AppointmentReassigned& e, const EventMeta& meta);
void evolve(ResourceMonth& month, const AppointmentCancelled& e);
void evolve(ServiceDay& day, const AppointmentBooked& e);
void evolve(ServiceDay& day, const AppointmentRescheduled& e, const EventMeta& meta);
void evolve(ServiceDay& day, const AppointmentCancelled& e);
inline void evolve(ServiceDay&, const AppointmentReassigned&) {}  // it still counts
void evolve(ReferenceDay& day, const AppointmentBooked& e);
void evolve(ClientVisits& visits, const AppointmentBooked& e);
void evolve(ClientVisits& visits, const AppointmentCancelled& e);
void evolve(Usage& usage, const AppointmentBooked& e);

// ---- commands ---------------------------------------------------------------------------------

struct BookAppointment {
    ServiceId service_id;
    std::optional<ClientId> client_id;
    Instant start{};
    std::vector<ResourceId> resource_ids;
    std::optional<HoldId> hold_id;
    std::int32_t party_size = 1;
    BookingMethod method = BookingMethod::online;
    std::optional<Personal<"appointment.client_notes">> client_notes;
    std::optional<Personal<"appointment.staff_notes">> staff_notes;
    std::optional<Personal<"appointment.off_grid_reason">> off_grid_reason;
    json::Object metadata;
    Boxed<AppointmentDetails> details;
};
BOOST_DESCRIBE_STRUCT(BookAppointment, (),
                      (service_id, client_id, start, resource_ids, hold_id, party_size, method,
                       client_notes, staff_notes, off_grid_reason, metadata, details))
struct ConfirmAppointment {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(ConfirmAppointment, (), (id))
struct RescheduleAppointment {
    AppointmentId id;
    Instant start{};
    std::vector<ResourceId> resource_ids;
};
BOOST_DESCRIBE_STRUCT(RescheduleAppointment, (), (id, start, resource_ids))
struct CancelAppointment {
    AppointmentId id;
    CancelledBy by = CancelledBy::business;
    std::optional<Personal<"appointment.cancellation_reason">> reason;
};
BOOST_DESCRIBE_STRUCT(CancelAppointment, (), (id, by, reason))
struct ReassignAppointment {
    AppointmentId id;
    std::vector<ResourceId> resource_ids;
};
BOOST_DESCRIBE_STRUCT(ReassignAppointment, (), (id, resource_ids))

Decision decide(const BookAppointment& wish, Read& read, const Context& now);
Decision decide(const ConfirmAppointment& wish, Read& read, const Context& now);
Decision decide(const RescheduleAppointment& wish, Read& read, const Context& now);
Decision decide(const CancelAppointment& wish, Read& read, const Context& now);
Decision decide(const ReassignAppointment& wish, Read& read, const Context& now);

// What a command on an appointment that is in another state is told.
std::unexpected<Rejection> not_in(AppointmentStatus status, std::string_view wish);
// An appointment that can still be moved, cancelled or missed: pending or confirmed.
Result<const Appointment*> open_appointment(const AppointmentId& id, Read& read,
                                            std::string_view wish);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Appointment> = "A booking of a service.";
template <>
inline constexpr auto rules<scheduling::Appointment> =
    fields(field(&scheduling::Appointment::occupancy, "what it occupies").internal());
template <>
inline constexpr auto rules<scheduling::BookAppointment> = fields(
    field(&scheduling::BookAppointment::service_id, ""),
    field(&scheduling::BookAppointment::client_id, "none for a walk-in"),
    field(&scheduling::BookAppointment::start, "one of the starts that GET slots offers"),
    field(&scheduling::BookAppointment::resource_ids,
          "all of them are used; other roles are filled")
        .items(0, 100),
    field(&scheduling::BookAppointment::hold_id,
          "a hold of this service, start, party and resources; needs no notice"),
    field(&scheduling::BookAppointment::party_size, "people").range(1, 10'000).may_omit(),
    field(&scheduling::BookAppointment::method, "walk_in ignores notice and grid").may_omit(),
    field(&scheduling::BookAppointment::client_notes, "what the client says").length(0, 2000),
    field(&scheduling::BookAppointment::staff_notes, "internal").length(0, 2000),
    field(&scheduling::BookAppointment::off_grid_reason,
          "why off the grid, outside hours or notice; only with method staff")
        .length(1, 500),
    field(&scheduling::BookAppointment::metadata, "free"),
    field(&scheduling::BookAppointment::details, "what else is known of it"));
template <>
inline constexpr auto rules<scheduling::ConfirmAppointment> =
    fields(field(&scheduling::ConfirmAppointment::id, "").path());
template <>
inline constexpr auto rules<scheduling::RescheduleAppointment> = fields(
    field(&scheduling::RescheduleAppointment::id, "").path(),
    field(&scheduling::RescheduleAppointment::resource_ids, "none: the same ones if they can")
        .items(0, 100));
template <>
inline constexpr auto rules<scheduling::CancelAppointment> =
    fields(field(&scheduling::CancelAppointment::id, "").path(),
           field(&scheduling::CancelAppointment::by, "a client's can be late").may_omit(),
           field(&scheduling::CancelAppointment::reason, "").length(0, 1000));
template <>
inline constexpr auto rules<scheduling::ReassignAppointment> =
    fields(field(&scheduling::ReassignAppointment::id, "").path(),
           field(&scheduling::ReassignAppointment::resource_ids,
                 "all of them are used; other roles are filled")
               .items(1, 100));
}  // namespace almanac::kernel
