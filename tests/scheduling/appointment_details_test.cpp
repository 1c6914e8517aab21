// What is written beside an appointment (seeds 003 and 004, bookings).
#include "domain/scheduling/appointment_change.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {

ChangeAppointment change(std::string_view details) {
    return {first_booking, json::parse_own(details).as_object()};
}

Given booked() {
    auto salon = a_salon();
    salon.after(book_at(monday_noon));
    return salon;
}

TEST(AppointmentDetails, come_with_the_booking_or_not_at_all) {
    auto salon = a_salon();
    auto wish = book_at(monday_noon);
    EXPECT_FALSE(salon.when(wish).event<AppointmentBooked>().details);
    wish.details.emplace().source = "website";
    wish.details->meeting = Meeting{"zoom", "https://zoom.example/1", std::nullopt, "secret"};
    const auto id = salon.after(wish).event<AppointmentBooked>().id;
    const auto& kept = salon.fold<Appointment>(id);
    ASSERT_TRUE(kept.details);
    EXPECT_EQ(kept.details->source, "website");
    EXPECT_EQ(kept.details->meeting->open->password, "secret");
}

TEST(AppointmentDetails, are_changed_field_by_field_in_any_state) {
    auto salon = booked();
    salon.after(change(
        R"({"source": "website", "commission_rate_ppm": 80, "tax": {"amount": 100, "currency": "EUR"}})"));
    CancelAppointment cancel;
    cancel.id = first_booking;
    salon.after(cancel);
    const auto e =
        salon
            .after(change(R"({"source": null, "commission_rate_ppm": 80, "feedback_rating": 5,
                                         "address": {"city": "Madrid"}})"))
            .event<AppointmentDetailsChanged>();
    EXPECT_EQ(e.changes.names, (std::vector<std::string>{"source", "feedback_rating", "address"}));
    EXPECT_EQ(e.client_id, lucia);
    EXPECT_EQ(subject(e), "client:" + to_string(lucia));
    const auto& details = *salon.fold<Appointment>(first_booking).details;
    EXPECT_FALSE(details.source);
    EXPECT_EQ(details.commission_rate_ppm, 80);
    EXPECT_EQ(details.feedback_rating, 5);
    EXPECT_EQ(details.tax, (Money{100, "EUR"}));
    EXPECT_EQ(details.address->open->city, "Madrid");
    salon.when(change(R"({"commission_rate_ppm": 80})")).then_nothing();
    salon.when(change("{}")).then_nothing();
}

TEST(AppointmentDetails, name_every_bad_field_at_once) {
    auto salon = booked();
    const auto decided = salon.when(change(R"({"commission_rate_ppm": 1000001, "feedback_rating": 0,
        "meeting": {"url": "no address"}, "colour": "red"})"));
    for (const auto& [pointer, code] : std::initializer_list<std::pair<const char*, const char*>>{
             {"/details/commission_rate_ppm", "max"},
             {"/details/feedback_rating", "min"},
             {"/details/meeting/url", "format"},
             {"/details/colour", "unknown_field"}}) {
        decided.then_field_error(pointer, code);
    }
    ChangeAppointment nobody = change(R"({"source": "web"})");
    nobody.id = id_of<AppointmentId>(77);
    salon.when(nobody).then_rejected("not_found");
}

TEST(AppointmentDetails, seal_what_is_said_of_the_client) {
    auto salon = booked();
    auto e = salon
                 .when(change(R"({"address": {"city": "Madrid"}, "meeting": {"password": "sesame"},
        "follow_up_notes": "call again", "feedback_comment": "lovely", "source": "website"})"))
                 .event<AppointmentDetailsChanged>();
    class Marking final : public Sealer {
      public:
        std::string seal(std::string_view, std::string_view field, std::string_view) override {
            return "sealed " + std::string(field);
        }
    } sealer;
    seal_all(e, subject(e), sealer);
    const auto text = to_json(e);
    for (const auto* open : {"Madrid", "sesame", "call again", "lovely"})
        EXPECT_EQ(text.find(open), std::string::npos) << open;
    for (const auto* field : {"address", "meeting", "follow_up_notes", "feedback_comment"})
        EXPECT_NE(text.find("sealed appointment." + std::string(field)), std::string::npos);
    EXPECT_NE(text.find("website"), std::string::npos);
}

TEST(Boxed, is_an_optional_that_costs_a_pointer) {
    static_assert(sizeof(Boxed<AppointmentDetails>) == sizeof(void*));
    Boxed<std::string> empty;
    Boxed<std::string> full(std::string("text"));
    auto copy = full;
    *copy += "!";
    EXPECT_EQ(*full, "text");
    EXPECT_NE(full, copy);
    EXPECT_NE(full, empty);
    EXPECT_EQ(empty, Boxed<std::string>());
    copy = empty;
    EXPECT_FALSE(copy);
    copy = full;
    EXPECT_EQ(copy, full);
    EXPECT_EQ(heap_bytes(empty), 0U);
    EXPECT_GE(heap_bytes(full), sizeof(std::string));
}

}  // namespace
}  // namespace almanac::testing
