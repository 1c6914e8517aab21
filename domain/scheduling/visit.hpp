// scheduling/visit.hpp — what happens on the day of an appointment: the client arrives, the service
// starts and is completed, or nobody comes. Seeds 000 (bookings: check_in_time, actual times), 001
// (appointments), 003 §3 (bookings). The rules are in visit.cpp.
#pragma once
#include "domain/scheduling/appointment.hpp"

namespace almanac::scheduling {

// ---- events -----------------------------------------------------------------------------------

struct AppointmentCheckedIn {
    static constexpr std::string_view type = "scheduling.appointment_checked_in";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    bool operator==(const AppointmentCheckedIn&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentCheckedIn, (), (id))
struct AppointmentStarted {
    static constexpr std::string_view type = "scheduling.appointment_started";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Instant actual_start;
    bool operator==(const AppointmentStarted&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentStarted, (), (id, actual_start))
struct AppointmentCompleted {
    static constexpr std::string_view type = "scheduling.appointment_completed";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Occupancy freed;      // as it stood
    Occupancy occupancy;  // what it keeps: shorter where it ended early
    Instant completed_at;
    Money final_price;
    bool operator==(const AppointmentCompleted&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentCompleted, (), (id, freed, occupancy, completed_at, final_price))
struct AppointmentNoShow {
    static constexpr std::string_view type = "scheduling.appointment_no_show";
    static constexpr std::uint16_t version = 1;
    AppointmentId id;
    Occupancy freed;
    Occupancy occupancy;  // what is left of it: free from now
    std::optional<Money> fee;
    bool operator==(const AppointmentNoShow&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentNoShow, (), (id, freed, occupancy, fee))

inline auto tags(const AppointmentCheckedIn& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
inline auto tags(const AppointmentStarted& e) {
    return Tags<Appointment>{}.add<Appointment>(e.id);
}
inline auto tags(const AppointmentCompleted& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay>{}.add<Appointment>(e.id);
    occupancy_tags(t, e.freed);
    return t;
}
inline auto tags(const AppointmentNoShow& e) {
    auto t = Tags<Appointment, ResourceMonth, ServiceDay>{}.add<Appointment>(e.id);
    occupancy_tags(t, e.freed);
    return t;
}

void evolve(Appointment& a, const AppointmentCheckedIn& e, const EventMeta& meta);
void evolve(Appointment& a, const AppointmentStarted& e);
void evolve(Appointment& a, const AppointmentCompleted& e);
void evolve(Appointment& a, const AppointmentNoShow& e, const EventMeta& meta);
void evolve(ResourceMonth& month, const AppointmentCompleted& e);
void evolve(ResourceMonth& month, const AppointmentNoShow& e);
inline void evolve(ServiceDay&, const AppointmentCompleted&) {}  // it still counts
inline void evolve(ServiceDay&, const AppointmentNoShow&) {}     // it still counts

// ---- commands ---------------------------------------------------------------------------------

struct CheckInAppointment {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(CheckInAppointment, (), (id))
struct StartAppointment {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(StartAppointment, (), (id))
struct CompleteAppointment {
    AppointmentId id;
    std::optional<Money> final_price;
    std::optional<Instant> completed_at;
};
BOOST_DESCRIBE_STRUCT(CompleteAppointment, (), (id, final_price, completed_at))
struct MarkNoShow {
    AppointmentId id;
};
BOOST_DESCRIBE_STRUCT(MarkNoShow, (), (id))

Decision decide(const CheckInAppointment& wish, Read& read, const Context& now);
Decision decide(const StartAppointment& wish, Read& read, const Context& now);
Decision decide(const CompleteAppointment& wish, Read& read, const Context& now);
Decision decide(const MarkNoShow& wish, Read& read, const Context& now);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::CheckInAppointment> =
    fields(field(&scheduling::CheckInAppointment::id, "").path());
template <>
inline constexpr auto rules<scheduling::StartAppointment> =
    fields(field(&scheduling::StartAppointment::id, "").path());
template <>
inline constexpr auto rules<scheduling::CompleteAppointment> =
    fields(field(&scheduling::CompleteAppointment::id, "").path(),
           field(&scheduling::CompleteAppointment::final_price, "none: the quoted price").min(0),
           field(&scheduling::CompleteAppointment::completed_at, "none: now; not in the future"));
template <>
inline constexpr auto rules<scheduling::MarkNoShow> =
    fields(field(&scheduling::MarkNoShow::id, "").path());
}  // namespace almanac::kernel
