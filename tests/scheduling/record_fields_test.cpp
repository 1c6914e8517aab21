// Every field of the records that the domain page names ("Records"): kept as it is given, with the
// default the page names, and refused where it cannot be.
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using Faults = std::vector<std::string>;

template <class T>
CreateRecord<T> parsed(std::string_view body) {
    auto wish = from_json<CreateRecord<T>>(json::parse_own(body), Form::open, true);
    if (wish) return std::move(*wish);
    for (const auto& e : wish.error().errors) ADD_FAILURE() << e.pointer << ' ' << e.code;
    return {};
}
template <class T>
Faults faults(const std::string& body) {
    Faults list;
    const auto wish = from_json<CreateRecord<T>>(json::parse_own(body), Form::open, true);
    if (wish) return list;
    for (const auto& e : wish.error().errors) list.push_back(e.pointer + ' ' + e.code);
    return list;
}
Faults service_faults(const std::string& more) {
    return faults<Service>(R"({"name": "Cut", "duration_minutes": 30, )" + more + "}");
}

// Creates it from the body; every member of the body is then in the record as it was given.
template <class T>
void expect_kept(Given& salon, std::string_view body) {
    const auto created = salon.after(parsed<T>(body));
    const auto& e = created.template event<RecordCreated<T>>();
    const auto kept =
        json::parse_own(to_json(salon.fold<Record<T>>(e.id), Form::open, true)).as_object();
    const auto given_fields = json::parse_own(body).as_object();
    for (const auto& field : given_fields) {
        const std::string name(field.key());
        ASSERT_TRUE(kept.contains(name)) << T::kind << '.' << name;
        EXPECT_EQ(kept.at(name), field.value()) << T::kind << '.' << name;
    }
}

TEST(RecordFields, of_a_location_are_kept) {
    auto salon = a_salon();
    expect_kept<Location>(salon, R"({"name": "Annexe", "slug": "annexe", "description": "upstairs",
        "address": {"line1": "Calle Mayor 1", "line2": null, "city": "Madrid", "state": null,
                    "postal_code": "28013", "country": "ES"},
        "phone": "+34910000000", "email": "annexe@example.com", "time_zone": "Europe/Madrid",
        "amenities": ["wifi", "parking"], "status": "under_maintenance", "notes": "new lift"})");
    EXPECT_EQ(faults<Location>(R"({"name": "", "time_zone": "Mars/Olympus", "status": "open",
        "email": "no address", "phone": "12"})"),
              (Faults{"/name length", "/phone format", "/email format", "/time_zone format",
                      "/status enum"}));
    for (const auto* status : {"active", "inactive", "under_maintenance"}) {
        EXPECT_EQ(faults<Location>(R"({"name": "A", "time_zone": "UTC", "status": ")" +
                                   std::string(status) + "\"}"),
                  Faults{});
    }
}

TEST(RecordFields, of_a_service_category_are_kept) {
    auto salon = a_salon();
    expect_kept<ServiceCategory>(salon, R"({"name": "Hair", "slug": "hair", "description": "all",
        "icon": "scissors", "sort_order": 3, "active": false})");
}

TEST(RecordFields, of_a_service_are_kept) {
    auto salon = a_salon();
    CreateRecord<ServiceCategory> category;
    category.name = "Hair";
    const auto hair = salon.after(category).event<RecordCreated<ServiceCategory>>().id;
    expect_kept<Service>(salon, R"({"name": "Colour", "slug": "colour", "category_ids": [")" +
                                    to_string(hair) +
                                    R"("], "description": "long", "short_description": "short",
        "duration_minutes": 90, "buffer_before_minutes": 5, "buffer_after_minutes": 10,
        "slot_step_minutes": 15, "price": {"amount": 8000, "currency": "EUR"},
        "price_varies": true,
        "deposit": {"kind": "rate", "money": null, "rate_ppm": 200000}, "capacity": 3,
        "min_notice_minutes": 60, "booking_window_days": 30, "max_per_day": 8,
        "place": "home_service", "requires_confirmation": true, "requires_payment": true,
        "allows_cancellation": false, "cancellation_notice_minutes": 1440,
        "late_cancel_fee": {"kind": "fixed", "money": {"amount": 500, "currency": "EUR"},
                            "rate_ppm": null},
        "no_show_fee": {"kind": "rate", "money": null, "rate_ppm": 1000000},
        "requirements": [{"role": "stylist", "candidates": [], "match": {"type": "staff",
            "specialties": ["colour"]}, "quantity": 2, "required": true, "preference": [")" +
                                    to_string(ana) + R"("]}],
        "preparation_notes": "wash before", "color": "#aa00ff", "icon": "brush",
        "sort_order": 2, "active": false, "featured": true, "meta_description": "hair colour"})");
}

TEST(RecordFields, of_a_service_have_the_defaults_of_the_page) {
    const auto service = parsed<Service>(R"({"name": "Cut", "duration_minutes": 30})");
    EXPECT_EQ(service.buffer_before_minutes, 0);
    EXPECT_EQ(service.buffer_after_minutes, 0);
    EXPECT_FALSE(service.slot_step_minutes);  // the duration
    EXPECT_EQ(service.capacity, 1);
    EXPECT_EQ(service.min_notice_minutes, 0);
    EXPECT_EQ(service.booking_window_days, 365);
    EXPECT_FALSE(service.max_per_day);
    EXPECT_EQ(service.payment_window_minutes, 30);
    EXPECT_EQ(service.place, ServicePlace::on_site);
    EXPECT_TRUE(service.allows_cancellation);
    EXPECT_TRUE(service.requirements.empty());
    for (const auto& fee : {service.deposit, service.late_cancel_fee, service.no_show_fee})
        EXPECT_EQ(fee, Fee{});
    EXPECT_EQ(Fee{}.kind, FeeKind::none);
}

TEST(RecordFields, of_a_service_are_refused_where_they_cannot_be) {
    EXPECT_EQ(faults<Service>(R"({"name": "Cut", "duration_minutes": 0})"),
              Faults{"/duration_minutes min"});
    EXPECT_EQ(service_faults(R"("capacity": 0, "buffer_before_minutes": -1, "max_per_day": 0,
        "booking_window_days": -1, "place": "moon")"),
              (Faults{"/buffer_before_minutes min", "/capacity min", "/booking_window_days min",
                      "/max_per_day min", "/place enum"}));
    for (const auto* place : {"on_site", "home_service", "online"})
        EXPECT_EQ(service_faults(R"("place": ")" + std::string(place) + '"'), Faults{});
    EXPECT_EQ(service_faults(R"("deposit": {"kind": "fixed"})"), Faults{"/deposit/money fee"});
    EXPECT_EQ(service_faults(R"("no_show_fee": {"kind": "rate"})"),
              Faults{"/no_show_fee/rate_ppm fee"});
    EXPECT_EQ(service_faults(R"("late_cancel_fee": {"kind": "none", "rate_ppm": 1})"),
              Faults{"/late_cancel_fee/rate_ppm fee"});
    EXPECT_EQ(service_faults(R"("requirements": [{"role": "a"}])"),
              Faults{"/requirements/0 candidates_or_match"});
    EXPECT_EQ(service_faults(R"("requirements": [{"role": "a", "match": {}}])"),
              Faults{"/requirements/0/match required"});
    EXPECT_EQ(service_faults(R"("requirements": [{"role": "a", "match": {"type": "room"},
        "quantity": 0}])"),
              Faults{"/requirements/0/quantity min"});
    EXPECT_EQ(service_faults(R"("requirements": [{"role": "a", "match": {"type": "room"}},
        {"role": "a", "match": {"type": "staff"}}])"),
              Faults{"/requirements/1/role repeated"});
}

TEST(RecordFields, of_a_resource_are_kept) {
    auto salon = a_salon();
    expect_kept<Resource>(
        salon,
        R"({"type": "staff", "name": "Eva", "slug": "eva", "description": "senior", "bio": "since 2001",
        "specialties": ["cuts"], "certifications": ["master"], "user_id": ")" +
            to_string(id_number(500)) + R"(", "email": "eva@example.com", "phone": "+34600000001",
        "location_id": ")" +
            to_string(salon_location) + R"(", "capacity": 2,
        "hourly_rate": {"amount": 4000, "currency": "EUR"},
        "prices": [{"service_id": ")" +
            to_string(haircut) + R"(", "price": {"amount": 3000, "currency": "EUR"},
                    "duration_minutes": 45}],
        "status": "in_use", "maintenance_from": "2026-07-01", "maintenance_until": "2026-07-02",
        "active": false})");
    for (const auto* type : {"staff", "room", "equipment", "vehicle", "other"}) {
        EXPECT_EQ(faults<Resource>(R"({"name": "R", "type": ")" + std::string(type) + "\"}"),
                  Faults{});
    }
    EXPECT_EQ(
        faults<Resource>(R"({"name": "R", "type": "robot", "status": "broken", "capacity": 0})"),
        (Faults{"/type enum", "/capacity min", "/status enum"}));
    EXPECT_EQ(faults<Resource>(R"({"name": "R", "type": "room", "maintenance_from": "2026-07-02",
        "maintenance_until": "2026-07-01"})"),
              Faults{"/maintenance_until before_maintenance_from"});
}

TEST(RecordFields, of_a_client_are_kept) {
    auto salon = a_salon();
    expect_kept<Client>(salon, R"({"first_name": "Eva", "last_name": "Soto",
        "email": "eva@example.com", "phone": "+34600000002", "birth_date": "1936-02-29",
        "gender": "female",
        "address": {"line1": "Gran Via 1", "line2": null, "city": "Madrid", "state": null,
                    "postal_code": "28013", "country": "ES"},
        "language": "es", "communication_preferences": {"email": true, "sms": true,
        "phone": false, "push": false}, "notes": "quiet", "allergies": "ammonia",
        "medical_conditions": "asthma",
        "emergency_contact": {"name": "Ana", "phone": "+34600000003", "relationship": "sister"},
        "marketing_consent": true, "source": "web", "tags": ["vip"]})");
}

TEST(RecordFields, a_birth_date_is_a_day_from_1850_on) {
    const auto born = [](const std::string& day) {
        return faults<Client>(R"({"first_name": "Eva", "birth_date": ")" + day + "\"}");
    };
    EXPECT_EQ(born("1850-01-01"), Faults{});
    EXPECT_EQ(born("1969-12-31"), Faults{});
    for (const auto* none : {"1849-12-31", "2200-01-01", "1955-02-29", "1955-5-5", "+1955-05-05",
                             " 1955-05-05", "1955-05-05T00:00:00Z", ""}) {
        EXPECT_EQ(born(none), Faults{"/birth_date format"}) << none;
    }
}

TEST(RecordFields, email_and_phone_are_unique_among_live_clients) {
    auto salon = a_salon();
    const auto body = [](const std::string& more) {
        return parsed<Client>(R"({"first_name": "Eva", )" + more + "}");
    };
    const auto first = salon.after(body(R"("email": "eva@example.com", "phone": "+34600000002")"))
                           .event<RecordCreated<Client>>()
                           .id;
    salon.when(body(R"("email": "eva@example.com")")).then_field_error("/email", "taken");
    salon.when(body(R"("phone": "+34600000002")")).then_field_error("/phone", "taken");
    salon.when(body(R"("phone": "+34600000003")")).event<RecordCreated<Client>>();
    salon.after(DeleteRecord<Client>{first}).event<RecordDeleted<Client>>();
    salon.when(body(R"("email": "eva@example.com", "phone": "+34600000002")"))
        .event<RecordCreated<Client>>();
}

template <class T>
void expect_unique_slug(std::string_view body) {
    auto salon = a_salon();
    const auto first = salon.after(parsed<T>(body)).template event<RecordCreated<T>>();
    EXPECT_EQ(first.slug, "front") << T::kind;
    salon.when(parsed<T>(body)).then_field_error("/slug", "taken");
    salon.after(DeleteRecord<T>{first.id}).template event<RecordDeleted<T>>();
    salon.after(parsed<T>(body)).template event<RecordCreated<T>>();
    salon.when(RestoreRecord<T>{first.id}).then_rejected("slug_taken");
}

TEST(RecordFields, slugs_are_unique_by_kind_and_free_again_when_it_is_deleted) {
    expect_unique_slug<Location>(R"({"name": "Front", "time_zone": "UTC"})");
    expect_unique_slug<ServiceCategory>(R"({"name": "Front"})");
    expect_unique_slug<Service>(R"({"name": "Front", "duration_minutes": 30})");
    expect_unique_slug<Resource>(R"({"name": "Eva", "type": "staff", "slug": "front"})");
    auto salon = a_salon();  // of one kind alone
    salon.after(parsed<ServiceCategory>(R"({"name": "Front"})"));
    salon.when(parsed<Location>(R"({"name": "Front", "time_zone": "UTC"})"))
        .event<RecordCreated<Location>>();
    EXPECT_FALSE(salon.when(parsed<Resource>(R"({"name": "Eva", "type": "staff"})"))
                     .event<RecordCreated<Resource>>()
                     .slug);  // never made from a person's name
}

TEST(Book, refuses_a_deleted_service_and_a_party_of_nobody) {
    auto salon = a_salon();
    RecordDeleted<Service> deleted;
    deleted.id = haircut;
    salon.and_given(deleted)
        .when(book_at(monday_noon))
        .then_field_error("/service_id", "not_found");
    const auto nobody = from_json<BookAppointment>(json::parse_own(
        R"({"service_id": ")" + to_string(haircut) + R"(", "start": "2026-06-08T12:00:00Z",
            "party_size": 0})"));
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().errors[0].pointer + " " + nobody.error().errors[0].code,
              "/party_size min");
}

}  // namespace
}  // namespace almanac::testing
