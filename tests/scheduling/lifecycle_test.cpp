// The state machine of appointments as a whole, and what keeps and what changes in each step
// (domain page: scheduling, "Appointment").
#include <functional>
#include <set>

#include "domain/scheduling/payment.hpp"
#include "domain/scheduling/visit.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using enum AppointmentStatus;
using Statuses = std::set<AppointmentStatus>;

const Statuses every_status{pending, confirmed, in_progress, completed, cancelled, no_show};

RecordCreated<Service> by_maria_or_ana() {
    auto service = a_haircut();
    service.requirements[0].candidates = {maria, ana};
    return service;
}

// One appointment in this state, at the instant of its start.
Given salon_in(AppointmentStatus status) {
    auto service = by_maria_or_ana();
    service.requires_confirmation = true;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    if (status != pending) salon.after(ConfirmAppointment{first_booking});
    salon.at(monday_noon);
    switch (status) {
        case pending:
        case confirmed:
            break;
        case in_progress:
            salon.after(StartAppointment{first_booking});
            break;
        case completed:
            salon.after(CompleteAppointment{first_booking, {}, {}});
            break;
        case cancelled:
            salon.after(CancelAppointment{first_booking, CancelledBy::business, {}});
            break;
        case no_show:
            salon.after(MarkNoShow{first_booking});
            break;
    }
    EXPECT_EQ(salon.fold<Appointment>(first_booking).status, status);
    return salon;
}

struct Step {
    std::string name;
    std::function<Decided(Given&)> take;
    Statuses from;
    std::optional<AppointmentStatus> to;  // none: it stays as it was
};
template <class Command>
Step step(std::string name, Command command, Statuses from,
          std::optional<AppointmentStatus> to = std::nullopt) {
    return {std::move(name), [command](Given& salon) { return salon.after(command); },
            std::move(from), to};
}
std::vector<Step> every_step() {
    return {step("confirm", ConfirmAppointment{first_booking}, {pending}, confirmed),
            step("check_in", CheckInAppointment{first_booking}, {confirmed}),
            step("start", StartAppointment{first_booking}, {confirmed}, in_progress),
            step("complete", CompleteAppointment{first_booking, {}, {}}, {confirmed, in_progress},
                 completed),
            step("no_show", MarkNoShow{first_booking}, {pending, confirmed}, no_show),
            step("cancel", CancelAppointment{first_booking, CancelledBy::client, {}},
                 {pending, confirmed}, cancelled),
            step("reschedule", RescheduleAppointment{first_booking, monday_noon + 24h, {}},
                 {pending, confirmed}),
            step("reassign", ReassignAppointment{first_booking, {ana}}, {pending, confirmed})};
}

TEST(Lifecycle, every_step_is_possible_in_its_states_and_a_conflict_in_all_others) {
    for (const auto& each : every_step()) {
        for (const auto status : every_status) {
            SCOPED_TRACE(each.name + " " + std::string(enum_name(status)));
            auto salon = salon_in(status);
            const auto decided = each.take(salon);
            if (each.from.contains(status)) {
                ASSERT_TRUE(decided.decision()) << decided.decision().error().code;
                EXPECT_EQ(salon.fold<Appointment>(first_booking).status, each.to.value_or(status));
            } else {
                decided.then_rejected("scheduling.invalid_transition");
                EXPECT_EQ(decided.decision().error().kind, RejectionKind::conflict);
            }
        }
    }
}

TEST(Lifecycle, money_is_taken_and_given_back_in_every_state) {
    for (const auto status : every_status) {
        SCOPED_TRACE(std::string(enum_name(status)));
        auto salon = salon_in(status);
        salon.after(RecordPayment{first_booking, {1000, "EUR"}, PaymentMethod::transfer, "T-7", {}})
            .event<PaymentRecorded>();
        EXPECT_EQ(salon.fold<Appointment>(first_booking).payment_status,
                  PaymentStatus::partially_paid);
        salon.after(RefundPayment{first_booking, {400, "EUR"}, std::string("late"), {}, {}})
            .event<PaymentRefunded>();
        const auto& a = salon.fold<Appointment>(first_booking);
        EXPECT_EQ(a.payment_status, PaymentStatus::partially_refunded);
        EXPECT_EQ(a.status, status);
    }
}

TEST(Book, keeps_every_fact_it_is_given) {
    auto client = a_client();
    client.id = id_of<ClientId>(41);
    client.last_name = std::string("Soto");
    client.email = Personal<"client.email">("eva@example.com");
    client.phone = Personal<"client.phone">("+34600000000");
    auto service = a_haircut();
    service.capacity = 4;
    auto salon = a_salon(service).and_given(client);
    auto wish = book_at(monday_noon);
    wish.client_id = client.id;
    wish.party_size = 3;
    wish.method = BookingMethod::phone;
    wish.client_notes = std::string("by the window");
    wish.staff_notes = std::string("bring the blue towels");
    wish.metadata = json::parse_own(R"({"table": 7})").as_object();
    salon.after(wish).event<AppointmentBooked>();
    RecordChanged<Client> renamed;
    renamed.id = client.id;
    renamed.changes.names = {"last_name"};
    renamed.changes.value.last_name = std::string("Sosa");
    salon.and_given(renamed);
    const auto& a = salon.fold<Appointment>(first_booking);
    EXPECT_EQ(a.service_id, haircut);
    EXPECT_EQ(a.service_name, "Haircut");
    EXPECT_EQ(a.client_id, client.id);
    EXPECT_EQ(a.start, monday_noon);
    EXPECT_EQ(a.end, monday_noon + 60min);
    EXPECT_EQ(a.location_id, salon_location);
    EXPECT_EQ(a.resources, (std::vector<AssignedResource>{{"stylist", maria}}));
    EXPECT_EQ(a.party_size, 3);
    EXPECT_EQ(a.method, BookingMethod::phone);
    EXPECT_EQ(a.price, (Money{2500, "EUR"}));
    EXPECT_EQ(a.client_notes->open, "by the window");
    EXPECT_EQ(a.staff_notes->open, "bring the blue towels");
    EXPECT_EQ(json::dump(json::Value(a.metadata)), R"({"table":7})");
    ASSERT_TRUE(a.customer);  // as the client was when it was booked
    EXPECT_EQ(a.customer->last_name->open, "Soto");
    EXPECT_EQ(a.customer->email->open, "eva@example.com");
    EXPECT_EQ(a.customer->phone->open, "+34600000000");
}

TEST(Book, is_by_one_of_five_methods) {
    const auto fault = [](const std::string& method) {
        const auto wish = from_json<BookAppointment>(json::parse_own(
            R"({"service_id": ")" + to_string(haircut) + R"(", "client_id": ")" + to_string(lucia) +
            R"(", "start": "2026-06-08T12:00:00Z", "method": ")" + method + "\"}"));
        return wish ? std::string()
                    : wish.error().errors[0].pointer + " " + wish.error().errors[0].code;
    };
    for (const auto* method : {"online", "phone", "voice", "walk_in", "staff"})
        EXPECT_EQ(fault(method), "") << method;
    EXPECT_EQ(fault("fax"), "/method enum");
}

TEST(Reference, bears_the_prefix_of_the_tenant_and_its_local_day) {
    auto tenant = a_tenant();
    tenant.reference_prefix = "BHS";
    tenant.time_zone = "Pacific/Auckland";
    auto salon = given(tenant, a_location(), a_resource(maria, ResourceType::staff),
                       always_open(maria), a_haircut(), a_client());
    const auto booked = [&](std::string_view now) {
        return salon.at(now).when(book_at(monday_noon)).event<AppointmentBooked>().reference;
    };
    EXPECT_EQ(booked("2026-06-01T11:59:59Z"), "BHS-20260601-0001");
    EXPECT_EQ(booked("2026-06-01T12:00:00Z"), "BHS-20260602-0001");
}

// As if so many had been booked on each day.
class BusyDay final : public Read {
  public:
    BusyDay(Read& below, std::int32_t used) : below_(below) {
        auto day = std::make_shared<ReferenceDay>();
        day->used = used;
        held_.state = std::move(day);
        held_.revision = 1;
    }
    const TenantId& tenant() const override { return below_.tenant(); }
    const Held& load(const FoldType& type, const std::string& tag) override {
        return tag.starts_with("booking_reference:") ? held_ : below_.load(type, tag);
    }

  private:
    Read& below_;
    Held held_;
};

TEST(Reference, widens_past_9999) {
    auto salon = a_salon();
    const auto after = [&](std::int32_t used) {
        BusyDay busy(salon.folds(), used);
        CountingIds ids;
        Context context;
        context.now = *parse_instant("2026-06-01T08:00:00Z");
        context.tenant = busy.tenant();
        context.ids = &ids;
        return Decided(decide(book_at(monday_noon), busy, context))
            .event<AppointmentBooked>()
            .reference;
    };
    EXPECT_EQ(after(9'998), "BK-20260601-9999");
    EXPECT_EQ(after(9'999), "BK-20260601-10000");
    EXPECT_EQ(after(123'455), "BK-20260601-123456");
}

TEST(WalkIn, starts_now_and_ignores_notice_and_grid_but_never_occupancy) {
    auto service = a_haircut();
    service.min_notice_minutes = 24 * 60;
    auto salon = a_salon(service);
    const auto now = monday_noon + 7min;
    salon.at(now);
    auto wish = book_at(now);
    salon.when(wish).then_rejected("scheduling.too_soon");
    wish.method = BookingMethod::walk_in;
    wish.client_id.reset();
    EXPECT_EQ(salon.after(wish).event<AppointmentBooked>().occupancy.start, now);
    wish.start = now + 30min;
    salon.when(wish).then_rejected("scheduling.slot_taken");
    wish.start = now + 60min;
    salon.when(wish).event<AppointmentBooked>();
}

TEST(WalkIn, keeps_to_working_time_window_and_day_limit) {
    auto service = a_haircut();
    service.booking_window_days = 1;
    service.max_per_day = 1;
    auto salon = a_salon(service);
    salon.at(monday_noon);
    auto wish = book_at(monday_noon + 8h);
    wish.method = BookingMethod::walk_in;
    salon.when(wish).then_rejected("scheduling.outside_working_time");
    wish.start = monday_noon + 48h;
    salon.when(wish).then_rejected("scheduling.too_far_ahead");
    wish.start = monday_noon;
    salon.after(wish).event<AppointmentBooked>();
    wish.start = monday_noon + 3h;
    salon.when(wish).then_rejected("scheduling.day_full");
}

// 09:00 to 18:00 in Auckland is 21:00 to 06:00 UTC: one local date lies on two of UTC.
TEST(DayLimit, counts_by_the_local_date_of_the_location) {
    auto service = a_haircut();
    service.max_per_day = 1;
    auto salon =
        given(a_tenant(), a_location("Pacific/Auckland"), a_resource(maria, ResourceType::staff),
              always_open(maria), service, a_client());
    const auto morning = *parse_instant("2026-06-08T21:00:00Z");  // the 9th there
    salon.after(book_at(morning)).event<AppointmentBooked>();
    salon.when(book_at(morning + 8h)).then_rejected("scheduling.day_full");  // the 9th of both
    salon.when(book_at(morning + 24h)).event<AppointmentBooked>();
    salon.when(book_at(morning - 16h)).event<AppointmentBooked>();  // the 8th of both
}

TEST(Reschedule, checks_like_a_booking) {
    auto service = a_haircut();
    service.min_notice_minutes = 60;
    service.booking_window_days = 30;
    service.max_per_day = 1;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(book_at(monday_noon + 24h)).event<AppointmentBooked>();
    salon.at(monday_noon - 90min);
    const auto refused = [&](Instant start, std::string_view code) {
        salon.when(RescheduleAppointment{first_booking, start, {}})
            .then_rejected("scheduling." + std::string(code));
    };
    refused(monday_noon - 60min, "too_soon");
    refused(monday_noon + 24h * 31, "too_far_ahead");
    refused(monday_noon + 8h, "outside_working_time");
    refused(monday_noon + 70min, "off_grid");
    refused(monday_noon + 27h, "day_full");
    salon.when(RescheduleAppointment{first_booking, monday_noon + 2h, {}})
        .event<AppointmentRescheduled>();  // on its own day it does not count against itself
    auto free_days = a_salon();
    free_days.after(book_at(monday_noon)).event<AppointmentBooked>();
    free_days.after(book_at(monday_noon + 24h)).event<AppointmentBooked>();
    free_days.when(RescheduleAppointment{first_booking, monday_noon + 24h, {}})
        .then_rejected("scheduling.slot_taken");
}

TEST(Reschedule, keeps_reference_and_quoted_price_and_costs_nothing) {
    auto service = a_haircut();
    service.cancellation_notice_minutes = 48 * 60;
    service.late_cancel_fee = {FeeKind::fixed, Money{500, "EUR"}, std::nullopt};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    RecordChanged<Service> dearer;
    dearer.id = haircut;
    dearer.changes.names = {"price"};
    dearer.changes.value.price = Money{9900, "EUR"};
    salon.and_given(dearer).at(monday_noon - 1h);
    for (const int times : {1, 2}) {
        salon.after(RescheduleAppointment{first_booking, monday_noon + 24h * times, {}})
            .event<AppointmentRescheduled>();
        const auto& a = salon.fold<Appointment>(first_booking);
        EXPECT_EQ(a.start, monday_noon + 24h * times);
        EXPECT_EQ(a.reference, "BK-20260601-0001");
        EXPECT_EQ(a.price, (Money{2500, "EUR"}));
        EXPECT_FALSE(a.fee);
        EXPECT_EQ(a.reschedule_count, times);
    }
}

TEST(Reschedule, takes_others_only_where_its_own_cannot) {
    auto salon = a_salon(by_maria_or_ana());
    auto wish = book_at(monday_noon);
    wish.resource_ids = {ana};
    salon.after(wish).event<AppointmentBooked>();
    wish.start = monday_noon + 24h;
    salon.after(wish).event<AppointmentBooked>();
    const auto to = [&](Instant start) {
        return salon.when(RescheduleAppointment{first_booking, start, {}})
            .event<AppointmentRescheduled>()
            .occupancy.resources[0]
            .id;
    };
    EXPECT_EQ(to(monday_noon + 48h), ana);
    EXPECT_EQ(to(monday_noon + 24h), maria);  // Ana has the other one then
}

TEST(Reassign, changes_the_resources_and_nothing_else) {
    auto salon = a_salon(by_maria_or_ana());
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    const auto before = salon.fold<Appointment>(first_booking);
    salon.when(ReassignAppointment{first_booking, {maria}}).then_nothing();
    const auto e =
        salon.after(ReassignAppointment{first_booking, {ana}}).event<AppointmentReassigned>();
    EXPECT_EQ(e.freed.resources[0].id, maria);
    const auto& after = salon.fold<Appointment>(first_booking);
    EXPECT_EQ(after.resources[0].id, ana);
    EXPECT_EQ(after.start, before.start);
    EXPECT_EQ(after.end, before.end);
    EXPECT_EQ(after.price, before.price);
    EXPECT_EQ(after.reference, before.reference);
    EXPECT_EQ(after.reschedule_count, 0);
    EXPECT_TRUE(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.empty());
    EXPECT_EQ(salon.fold<ResourceMonth>({ana, monday_noon}).allocations.size(), 1U);
}

TEST(Reassign, is_never_over_an_allocation_or_to_who_does_not_serve) {
    auto salon = a_salon(by_maria_or_ana());
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    auto other = book_at(monday_noon);
    other.resource_ids = {ana};
    salon.after(other).event<AppointmentBooked>();
    salon.when(ReassignAppointment{first_booking, {ana}}).then_rejected("scheduling.slot_taken");
    salon.when(ReassignAppointment{first_booking, {chair}}).then_rejected("scheduling.no_resource");
    salon.when(ReassignAppointment{first_booking, {id_of<ResourceId>(77)}})
        .then_field_error("/resource_ids/0", "not_found");
}

TEST(Complete, early_keeps_its_time_until_the_actual_end_and_the_buffer_after_it) {
    auto service = a_haircut();
    service.slot_step_minutes = 15;
    service.buffer_after_minutes = 15;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon + 30min);
    salon.when(book_at(monday_noon + 45min)).then_rejected("scheduling.slot_taken");
    const auto done =
        salon.after(CompleteAppointment{first_booking, {}, {}}).event<AppointmentCompleted>();
    EXPECT_EQ(done.occupancy.busy_until(), monday_noon + 45min);
    salon.when(book_at(monday_noon + 30min)).then_rejected("scheduling.slot_taken");
    salon.when(book_at(monday_noon + 45min)).event<AppointmentBooked>();
}

TEST(NoShow, frees_from_now_its_buffer_too) {
    auto service = a_haircut();
    service.slot_step_minutes = 15;
    service.buffer_after_minutes = 30;
    service.no_show_fee = {FeeKind::rate, std::nullopt, 400'000};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.at(monday_noon + 15min);
    salon.when(book_at(monday_noon + 15min)).then_rejected("scheduling.slot_taken");
    EXPECT_EQ(salon.after(MarkNoShow{first_booking}).event<AppointmentNoShow>().fee,
              (Money{1000, "EUR"}));  // of the quoted price
    salon.when(book_at(monday_noon + 15min)).event<AppointmentBooked>();
}

}  // namespace
}  // namespace almanac::testing
