// The plain records of scheduling and the rules between their fields (domain page, "Records").
#include "domain/scheduling/calendar_view.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {

json::Object patch(std::string_view text) {
    return json::parse_own(text).as_object();
}

template <class T>
CreateRecord<T> parsed(std::string_view body) {
    auto wish = from_json<CreateRecord<T>>(json::parse_own(body), Form::open, true);
    if (wish) return std::move(*wish);
    for (const auto& e : wish.error().errors) ADD_FAILURE() << e.pointer << ' ' << e.code;
    return {};
}

// "pointer code" of every fault of a body.
template <class T>
std::vector<std::string> faults(std::string_view body) {
    std::vector<std::string> list;
    const auto wish = from_json<CreateRecord<T>>(json::parse_own(body), Form::open, true);
    if (wish) return list;
    for (const auto& e : wish.error().errors) list.push_back(e.pointer + ' ' + e.code);
    return list;
}
using Faults = std::vector<std::string>;

TEST(ServiceRecord, keeps_what_clients_are_told_of_it) {
    auto salon = a_salon();
    const auto e = salon
                       .after(parsed<Service>(R"({"name": "Discovery call", "duration_minutes": 15,
        "available_days": ["monday", "friday"], "available_hours": {"from": "09:00", "to": "24:00"},
        "max_concurrent_bookings": 3, "booking_type": "immediate"})"))
                       .event<RecordCreated<Service>>();
    EXPECT_EQ(e.available_days, (std::vector{Weekday::monday, Weekday::friday}));
    EXPECT_EQ(e.available_hours, (ServiceHours{LocalTime{540}, LocalTime{1440}}));
    EXPECT_EQ(e.max_concurrent_bookings, 3);
    EXPECT_EQ(e.booking_type, BookingType::immediate);
    const auto& kept = salon.fold<Record<Service>>(e.id);
    EXPECT_EQ(kept.available_hours, e.available_hours);
    const auto changed =
        salon.after(PatchRecord<Service>{e.id, patch(R"({"available_hours": null})")})
            .event<RecordChanged<Service>>();
    EXPECT_EQ(changed.changes.names, std::vector<std::string>{"available_hours"});
    EXPECT_FALSE(salon.fold<Record<Service>>(e.id).available_hours);
}

TEST(ServiceRecord, refuses_what_is_no_time_for_it) {
    const auto with = [](const std::string& more) {
        return faults<Service>(R"({"name": "Cut", "duration_minutes": 30, )" + more + "}");
    };
    EXPECT_EQ(with(R"("available_hours": {"from": "00:00", "to": "00:00"})"), Faults{});
    EXPECT_EQ(with(R"("available_hours": {"from": "22:00", "to": "02:00"})"), Faults{});
    EXPECT_EQ(with(R"("available_hours": {"from": "09:00", "to": "09:00"})"),
              Faults{"/available_hours/to zero_length"});
    EXPECT_EQ(with(R"("available_hours": {"from": "24:00", "to": "09:00"})"),
              Faults{"/available_hours/from out_of_range"});
    EXPECT_EQ(with(R"("available_days": ["monday", "monday"])"),
              Faults{"/available_days repeated"});
    EXPECT_EQ(with(R"("max_concurrent_bookings": 0, "booking_type": "on_demand")"),
              (Faults{"/max_concurrent_bookings min", "/booking_type enum"}));
}

TEST(ServiceRecord, what_clients_are_told_changes_no_slot) {
    auto service = a_haircut();
    service.available_days = {Weekday::sunday};
    service.available_hours = ServiceHours{LocalTime{60}, LocalTime{120}};
    auto salon = a_salon(service);
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
}

TEST(ResourceRecord, stands_in_a_room) {
    auto salon = a_salon();
    const auto dryer = [](std::string room) {
        return parsed<Resource>(R"({"type": "equipment", "name": "Dryer", "room_id": ")" + room +
                                "\"}");
    };
    const auto id = salon.after(dryer(to_string(chair))).event<RecordCreated<Resource>>().id;
    salon.when(dryer(to_string(maria))).then_field_error("/room_id", "not_a_room");
    salon.when(dryer(to_string(id_number(77)))).then_field_error("/room_id", "not_found");
    const auto into = [&](const Uuid& what, const Uuid& room) {
        return PatchRecord<Resource>{ResourceId{what},
                                     patch(R"({"room_id": ")" + to_string(room) + "\"}")};
    };
    salon.when(into(chair, chair)).then_field_error("/room_id", "not_a_room");
    salon.when(into(id, ana)).then_field_error("/room_id", "not_a_room");
    salon.after(DeleteRecord<Resource>{chair}).event<RecordDeleted<Resource>>();
    salon.after(PatchRecord<Resource>{id, patch(R"({"notes": "loud"})")})
        .event<RecordChanged<Resource>>();  // the room that is gone stays named
    salon.when(into(ana, chair)).then_field_error("/room_id", "not_found");
}

TEST(ResourceRecord, earns_a_share) {
    auto salon = a_salon();
    const auto e = salon
                       .when(parsed<Resource>(R"({"type": "staff", "name": "Eva",
        "commission_rate_ppm": 125000})"))
                       .event<RecordCreated<Resource>>();
    EXPECT_EQ(e.commission_rate_ppm, 125'000);
    EXPECT_EQ(faults<Resource>(R"({"type": "staff", "name": "E", "commission_rate_ppm": 1000001})"),
              Faults{"/commission_rate_ppm max"});
}

TEST(ClientRecord, seals_all_that_is_told_of_a_person) {
    const auto client = parsed<Client>(R"({"first_name": "Eva", "company": "Acme",
        "profession": "diver", "interests": ["surf", "yoga"], "visit_purpose": "holiday",
        "is_local": false})");
    EXPECT_EQ(client.interests->open, (std::vector<std::string>{"surf", "yoga"}));
    EXPECT_EQ(client.is_local->open, false);
    RecordCreated<Client> e;
    static_cast<Client&>(e) = client;
    e.id = lucia;
    class Marking final : public Sealer {
      public:
        std::string seal(std::string_view, std::string_view field, std::string_view) override {
            return "sealed " + std::string(field);
        }
    } sealer;
    Event event(std::move(e));
    const auto text = [&] {
        auto copy = *event.as<RecordCreated<Client>>();
        seal_all(copy, "client:x", sealer);
        return to_json(copy);
    }();
    for (const auto* open : {"Acme", "diver", "surf", "holiday", "false,\"tags"})
        EXPECT_EQ(text.find(open), std::string::npos) << open;
    for (const auto* field : {"company", "profession", "interests", "visit_purpose", "is_local"})
        EXPECT_NE(text.find("sealed client." + std::string(field)), std::string::npos) << field;
    EXPECT_EQ(faults<Client>(R"({"first_name": "E", "interests": [""], "is_local": "no"})"),
              (Faults{"/interests/0 length", "/is_local type"}));
}

TEST(ScheduleRecord, says_what_is_done_in_it) {
    auto salon = a_salon();
    SetSchedule wish;
    wish.id = ana;
    wish.service_types = {"massage"};
    wish.notes = "summer";
    const auto e = salon.after(wish).event<ScheduleSet>();
    EXPECT_EQ(e.service_types, wish.service_types);
    const auto& kept = salon.fold<ResourceSchedule>(e.id);
    EXPECT_EQ(kept.service_types, wish.service_types);
    EXPECT_EQ(kept.notes, wish.notes);
}

TEST(CalendarViewRecord, is_kept_as_it_is_given) {
    auto salon = a_salon();
    const auto body = R"({"name": "Front desk", "view_type": "admin", "user_role": "manager",
        "is_default": true, "visible_columns": ["start", "client"],
        "filter_settings": {"status": ["confirmed"]}, "color_settings": {"by": "service"}})";
    const auto e = salon.after(parsed<CalendarView>(body)).event<RecordCreated<CalendarView>>();
    EXPECT_EQ(e.slug, "front-desk");
    const auto& kept = salon.fold<Record<CalendarView>>(e.id);
    EXPECT_EQ(kept.visible_columns, (std::vector<std::string>{"start", "client"}));
    EXPECT_EQ(json::dump(kept.filter_settings.at("status")), R"(["confirmed"])");
    salon.when(parsed<CalendarView>(body)).then_rejected("slug_taken");
    salon.after(DeleteRecord<CalendarView>{e.id}).event<RecordDeleted<CalendarView>>();
    salon.after(RestoreRecord<CalendarView>{e.id}).event<RecordRestored<CalendarView>>();
    EXPECT_EQ(faults<CalendarView>(R"({"name": "", "view_type": "robot"})"),
              (Faults{"/name length", "/view_type enum"}));
}

}  // namespace
}  // namespace almanac::testing
