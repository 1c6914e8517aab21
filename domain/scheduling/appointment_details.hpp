// scheduling/appointment_details.hpp — what a business also writes beside an appointment: where it
// came from, where to meet, what follows, how it was found. Seeds 000 (bookings), 003 §3 and 004
// (bookings). Plain fields: no rule of booking looks at them, and few appointments have any. What
// is said of the client is sealed; each sealed object is replaced whole by a patch.
#pragma once
#include "domain/kernel/boxed.hpp"
#include "domain/scheduling/location.hpp"

namespace almanac::scheduling {

// Where an appointment that is held online takes place.
struct Meeting {
    std::optional<std::string> platform;
    std::optional<std::string> url;
    std::optional<std::string> meeting_id;
    std::optional<std::string> password;
    bool operator==(const Meeting&) const = default;
};
BOOST_DESCRIBE_STRUCT(Meeting, (), (platform, url, meeting_id, password))

struct AppointmentDetails {
    std::optional<std::string> source;
    std::optional<std::string> referral_source;
    std::optional<Personal<"appointment.address", Address>> address;
    std::optional<Personal<"appointment.meeting", Meeting>> meeting;
    std::optional<std::string> calendar_event_id;
    std::optional<std::int64_t> commission_rate_ppm;
    std::optional<Money> tax;
    std::optional<Money> discount;
    std::optional<Money> estimated_value;
    std::optional<bool> follow_up_required;
    std::optional<Instant> follow_up_at;
    std::optional<Personal<"appointment.follow_up_notes">> follow_up_notes;
    std::optional<std::int32_t> feedback_rating;
    std::optional<Personal<"appointment.feedback_comment">> feedback_comment;
    bool operator==(const AppointmentDetails&) const = default;
};
BOOST_DESCRIBE_STRUCT(AppointmentDetails, (),
                      (source, referral_source, address, meeting, calendar_event_id,
                       commission_rate_ppm, tax, discount, estimated_value, follow_up_required,
                       follow_up_at, follow_up_notes, feedback_rating, feedback_comment))

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto rules<scheduling::Meeting> =
    fields(field(&scheduling::Meeting::platform, "e.g. zoom").length(1, 50),
           field(&scheduling::Meeting::url, "").format(Format::url),
           field(&scheduling::Meeting::meeting_id, "as the platform knows it").length(1, 255),
           field(&scheduling::Meeting::password, "to enter").length(1, 100));
template <>
inline constexpr auto rules<scheduling::AppointmentDetails> = fields(
    field(&scheduling::AppointmentDetails::source, "what brought it, e.g. website").length(1, 50),
    field(&scheduling::AppointmentDetails::referral_source, "who sent the client").length(1, 255),
    field(&scheduling::AppointmentDetails::address, "of a visit at home"),
    field(&scheduling::AppointmentDetails::meeting, "of an appointment online"),
    field(&scheduling::AppointmentDetails::calendar_event_id, "in a calendar elsewhere")
        .length(1, 255),
    field(&scheduling::AppointmentDetails::commission_rate_ppm, "of the staff, of the final price")
        .range(0, ppm_one),
    field(&scheduling::AppointmentDetails::tax, "within the final price").min(0),
    field(&scheduling::AppointmentDetails::discount, "given on the quoted price").min(0),
    field(&scheduling::AppointmentDetails::estimated_value, "of what may follow").min(0),
    field(&scheduling::AppointmentDetails::follow_up_required, ""),
    field(&scheduling::AppointmentDetails::follow_up_at, ""),
    field(&scheduling::AppointmentDetails::follow_up_notes, "").length(1, 2000),
    field(&scheduling::AppointmentDetails::feedback_rating, "1 to 5").range(1, 5),
    field(&scheduling::AppointmentDetails::feedback_comment, "in the client's words")
        .length(1, 2000));
}  // namespace almanac::kernel
