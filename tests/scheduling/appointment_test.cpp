// The rules of appointments, one by one (domain page: scheduling, "Appointment").
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

TEST(Book, TakesAFreeSlotAndQuotesThePrice) {
    auto salon = a_salon();
    const auto booked = salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(booked.status, AppointmentStatus::confirmed);
    EXPECT_EQ(booked.reference, "BK-20260601-0001");
    EXPECT_EQ(booked.price, (Money{2500, "EUR"}));
    EXPECT_EQ(booked.occupancy.end, monday_noon + 60min);
    ASSERT_EQ(booked.occupancy.resources.size(), 1u);
    EXPECT_EQ(booked.occupancy.resources[0].id, maria);
    ASSERT_TRUE(booked.customer);
    EXPECT_EQ(booked.customer->first_name.open, "Lucía");
}

TEST(Book, RefusesATakenSlot) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(book_at(monday_noon)).then_rejected("scheduling.slot_taken");
}

TEST(Book, CountsReferencesPerDayOfBooking) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(salon.after(book_at(monday_noon + 60min)).event<AppointmentBooked>().reference,
              "BK-20260601-0002");
    salon.at("2026-06-02T08:00:00Z");
    EXPECT_EQ(salon.after(book_at(monday_noon + 120min)).event<AppointmentBooked>().reference,
              "BK-20260602-0001");
}

TEST(Book, StartsPendingWhereConfirmationOrPaymentIsRequired) {
    for (const bool payment : {false, true}) {
        auto service = a_haircut();
        (payment ? service.requires_payment : service.requires_confirmation) = true;
        auto salon = a_salon(service);
        EXPECT_EQ(salon.after(book_at(monday_noon)).event<AppointmentBooked>().status,
                  AppointmentStatus::pending);
        salon.when(book_at(monday_noon))
            .then_rejected("scheduling.slot_taken");  // it occupies its slot
    }
}

TEST(Book, NamesEveryBadFieldAtOnce) {
    auto wish = book_at(monday_noon);
    wish.service_id = id_of<ServiceId>(99);
    wish.client_id = id_of<ClientId>(98);
    const auto decided = a_salon().when(wish);
    decided.then_field_error("/service_id", "not_found");
    decided.then_field_error("/client_id", "not_found");
}

TEST(Book, RefusesAnInactiveServiceAndADeletedClient) {
    auto service = a_haircut();
    service.active = false;
    a_salon(service).when(book_at(monday_noon)).then_field_error("/service_id", "inactive");
    auto salon = a_salon();
    RecordDeleted<Client> deleted;
    deleted.id = lucia;
    salon.and_given(deleted).when(book_at(monday_noon)).then_field_error("/client_id", "not_found");
}

TEST(Book, RefusesAPartyAboveCapacity) {
    auto wish = book_at(monday_noon);
    wish.party_size = 2;
    a_salon().when(wish).then_field_error("/party_size", "max");
}

TEST(Book, OnlyAWalkInHasNoClient) {
    auto wish = book_at(monday_noon);
    wish.client_id.reset();
    a_salon().when(wish).then_field_error("/client_id", "required");
    wish.method = BookingMethod::walk_in;
    EXPECT_FALSE(a_salon().when(wish).event<AppointmentBooked>().customer);
}

TEST(Book, RefusesALocalDayBefore1970) {
    auto salon =
        given(a_tenant(), a_location("Pacific/Honolulu"), a_resource(maria, ResourceType::staff),
              always_open(maria), a_haircut(), a_client());
    auto wish = book_at(*parse_instant("1970-01-01T00:00:00Z"));  // 14:00 of the day before, there
    wish.method = BookingMethod::walk_in;
    salon.when(wish).then_field_error("/start", "range");
    wish.start = *parse_instant("1970-01-01T19:00:00Z");
    EXPECT_EQ(salon.when(wish).event<AppointmentBooked>().occupancy.service_day, LocalDate{});
}

TEST(Book, GivesTheFirstReasonThatApplies) {
    auto salon = a_salon();
    salon.when(book_at(*parse_instant("2026-06-01T07:00:00Z")))
        .then_rejected("scheduling.too_soon");
    salon.when(book_at(*parse_instant("2028-06-08T12:00:00Z")))
        .then_rejected("scheduling.too_far_ahead");
    salon.when(book_at(*parse_instant("2026-06-08T20:00:00Z")))
        .then_rejected("scheduling.outside_working_time");
    salon.when(book_at(monday_noon + 10min)).then_rejected("scheduling.off_grid");
}

TEST(Book, StaffGoesOffTheGridWithAReasonNeverOverAnAllocation) {
    auto salon = a_salon();
    auto wish = book_at(*parse_instant("2026-06-08T20:10:00Z"));
    wish.method = BookingMethod::staff;
    wish.off_grid_reason = std::string("wedding");
    salon.after(wish).event<AppointmentBooked>();
    salon.when(wish).then_rejected("scheduling.slot_taken");
    wish.method = BookingMethod::online;
    salon.when(wish).then_field_error("/off_grid_reason", "method");
    wish.method = BookingMethod::staff;
    salon.permitted([](auto) { return false; }).when(wish).then_rejected("denied");
}

TEST(Book, UsesTheResourceThatWasAskedFor) {
    auto service = a_haircut();
    service.requirements[0].candidates = {maria, ana};
    auto wish = book_at(monday_noon);
    wish.resource_ids = {ana};
    EXPECT_EQ(a_salon(service).when(wish).event<AppointmentBooked>().occupancy.resources[0].id,
              ana);
    wish.resource_ids = {id_of<ResourceId>(77)};
    a_salon(service).when(wish).then_field_error("/resource_ids/0", "not_found");
}

TEST(Book, TakesTheResourcesOwnPriceAndDuration) {
    auto salon = a_salon();
    RecordChanged<Resource> own;
    own.id = maria;
    own.changes.names = {"prices"};
    own.changes.value.prices = {{haircut, Money{3000, "EUR"}, 90}};
    const auto e = salon.and_given(own)
                       .when(book_at(*parse_instant("2026-06-08T12:00:00Z")))
                       .event<AppointmentBooked>();
    EXPECT_EQ(e.price, (Money{3000, "EUR"}));
    EXPECT_EQ(e.occupancy.end - e.occupancy.start, 90min);
}

TEST(Confirm, OnlyAPendingOne) {
    auto service = a_haircut();
    service.requires_confirmation = true;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(ConfirmAppointment{first_booking}).then(AppointmentConfirmed{first_booking});
    salon.when(ConfirmAppointment{first_booking}).then_rejected("scheduling.invalid_transition");
    salon.when(ConfirmAppointment{id_of<AppointmentId>(5)}).then_rejected("not_found");
}

TEST(Cancel, FreesTheSlot) {
    auto salon = a_salon();
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(CancelAppointment{first_booking, CancelledBy::business, {}})
        .event<AppointmentCancelled>();
    salon.when(CancelAppointment{first_booking, CancelledBy::business, {}})
        .then_rejected("scheduling.invalid_transition");
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
}

TEST(Cancel, AClientsInsideTheNoticeIsLateAndCarriesTheFee) {
    auto service = a_haircut();
    service.cancellation_notice_minutes = 24 * 60;
    service.late_cancel_fee = {FeeKind::rate, std::nullopt, 500'000};
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    const CancelAppointment by_client{first_booking, CancelledBy::client, {}};
    EXPECT_FALSE(salon.at(monday_noon - 24h)
                     .when(by_client)
                     .event<AppointmentCancelled>()
                     .late);  // at the limit
    const auto late =
        salon.at(monday_noon - 24h + 1us).when(by_client).event<AppointmentCancelled>();
    EXPECT_TRUE(late.late);
    EXPECT_EQ(late.fee, (Money{1250, "EUR"}));
    const auto business = salon.when(CancelAppointment{first_booking, CancelledBy::business, {}})
                              .event<AppointmentCancelled>();
    EXPECT_FALSE(business.fee);  // the business's never costs the client
    EXPECT_FALSE(
        salon.at(monday_noon).when(by_client).event<AppointmentCancelled>().fee);  // until start
}

TEST(Cancel, MayBeClosedToClientsOnly) {
    auto service = a_haircut();
    service.allows_cancellation = false;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(CancelAppointment{first_booking, CancelledBy::client, {}})
        .then_rejected("scheduling.cancellation_not_allowed");
    salon.when(CancelAppointment{first_booking, CancelledBy::business, {}})
        .event<AppointmentCancelled>();
}

TEST(Reschedule, FreesAndTakesAtomicallyAndKeepsTheResource) {
    auto service = a_haircut();
    service.requirements[0].candidates = {maria, ana};
    auto salon = a_salon(service);
    auto wish = book_at(monday_noon);
    wish.resource_ids = {ana};
    salon.after(wish).event<AppointmentBooked>();
    const auto moved = salon.after(RescheduleAppointment{first_booking, monday_noon + 60min, {}})
                           .event<AppointmentRescheduled>();
    EXPECT_EQ(moved.occupancy.resources[0].id, ana);
    EXPECT_EQ(moved.freed.start, monday_noon);
    salon.when(wish).event<AppointmentBooked>();
    wish.start = monday_noon + 60min;
    salon.when(wish).then_rejected("scheduling.slot_taken");
    EXPECT_EQ(salon.fold<Appointment>(first_booking).reschedule_count, 1);
    EXPECT_EQ(salon.fold<Appointment>(first_booking).reference, "BK-20260601-0001");
}

TEST(Reschedule, IsNeverAgainstItselfAndCrossesMonths) {
    auto service = a_haircut();
    service.slot_step_minutes = 30;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.after(RescheduleAppointment{first_booking, monday_noon + 30min, {}})
        .event<AppointmentRescheduled>();
    const auto july = *parse_instant("2026-07-01T12:00:00Z");
    salon.after(RescheduleAppointment{first_booking, july, {}}).event<AppointmentRescheduled>();
    EXPECT_TRUE(salon.fold<ResourceMonth>({maria, monday_noon}).allocations.empty());
    EXPECT_EQ(salon.fold<ResourceMonth>({maria, july}).allocations.size(), 1u);
    salon.when(book_at(july)).then_rejected("scheduling.slot_taken");
}

TEST(DayLimit, CountsLiveOnesByLocalDateNotCancelledOnes) {
    auto service = a_haircut();
    service.max_per_day = 1;
    auto salon = a_salon(service);
    salon.after(book_at(monday_noon)).event<AppointmentBooked>();
    salon.when(book_at(monday_noon + 60min)).then_rejected("scheduling.day_full");
    salon.after(CancelAppointment{first_booking, CancelledBy::business, {}})
        .event<AppointmentCancelled>();
    salon.when(book_at(monday_noon + 60min)).event<AppointmentBooked>();
}

TEST(Tags, AnAppointmentIsInEachResourcesMonthItTouches) {
    auto e = a_salon().when(book_at(monday_noon)).event<AppointmentBooked>();
    e.occupancy.start = *parse_instant("2026-06-30T23:30:00Z");
    e.occupancy.end = *parse_instant("2026-07-01T00:30:00Z");
    const auto list = tags(e).list;
    EXPECT_EQ(list[0], "appointment:" + to_string(first_booking));
    for (const auto* month : {"2026-06", "2026-07"}) {
        EXPECT_NE(std::ranges::find(list, "resource_month:" + to_string(maria) + "/" + month),
                  list.end())
            << month;
    }
}

}  // namespace
}  // namespace almanac::testing
