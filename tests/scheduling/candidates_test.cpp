// Who can fill a role: type, specialties, status, maintenance and location of a resource, and how
// many of them are looked at (domain page: scheduling, "Records", "Who is there" and "Slots").
#include "domain/scheduling/snapshot_source.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::year;

const auto annexe = id_of<LocationId>(11);

template <class Change>
RecordChanged<Resource> changed(const ResourceId& id, std::vector<std::string> names,
                                Change change) {
    RecordChanged<Resource> e;
    e.id = id;
    e.changes.names = std::move(names);
    change(e.changes.value);
    return e;
}
RecordChanged<Resource> with_specialties(const ResourceId& id, std::vector<std::string> all) {
    return changed(id, {"specialties"}, [&](Resource& r) { r.specialties = std::move(all); });
}
RecordChanged<Resource> with_status(const ResourceId& id, ResourceStatus status) {
    return changed(id, {"status"}, [&](Resource& r) { r.status = status; });
}
RecordChanged<Resource> in_maintenance(const ResourceId& id, std::optional<LocalDate> from,
                                       std::optional<LocalDate> until) {
    return changed(id, {"status", "maintenance_from", "maintenance_until"}, [&](Resource& r) {
        r.status = ResourceStatus::under_maintenance;
        r.maintenance_from = from;
        r.maintenance_until = until;
    });
}
RecordChanged<Resource> moved_to(const ResourceId& id, const LocationId& location) {
    return changed(id, {"location_id"}, [&](Resource& r) { r.location_id = location; });
}
RecordCreated<Service> matching(ResourceMatch match) {
    auto service = a_haircut();
    service.requirements[0].candidates.clear();
    service.requirements[0].match = std::move(match);
    return service;
}
RecordCreated<Location> an_annexe() {
    auto e = a_location();
    e.id = annexe;
    e.name = "Annexe";
    e.is_default = false;
    return e;
}
ResourceId who(const Decided& decided) {
    const auto& e = decided.event<AppointmentBooked>();
    return e.occupancy.resources.empty() ? ResourceId{} : ResourceId{e.occupancy.resources[0].id};
}

TEST(Requirements, none_means_any_one_of_the_staff) {
    auto service = a_haircut();
    service.requirements.clear();
    auto salon = a_salon(service);
    EXPECT_EQ(who(salon.after(book_at(monday_noon))), maria);
    EXPECT_EQ(who(salon.after(book_at(monday_noon))), ana);
    salon.when(book_at(monday_noon)).then_rejected("scheduling.slot_taken");  // no room steps in
}

TEST(Requirements, a_match_asks_for_type_and_for_all_specialties) {
    const auto salon_for = [](ResourceMatch match) {
        auto salon = a_salon(matching(std::move(match)));
        salon.and_given(with_specialties(maria, {"cuts"}));
        salon.and_given(with_specialties(ana, {"colour", "cuts"}));
        salon.and_given(with_specialties(chair, {"cuts"}));
        return salon;
    };
    auto both = salon_for({ResourceType::staff, {"cuts", "colour"}});
    EXPECT_EQ(who(both.after(book_at(monday_noon))), ana);
    both.when(book_at(monday_noon)).then_rejected("scheduling.slot_taken");
    EXPECT_EQ(who(salon_for({ResourceType::room, {}}).when(book_at(monday_noon))), chair);
    auto any_type = salon_for({std::nullopt, {"cuts"}});
    EXPECT_EQ(who(any_type.after(book_at(monday_noon))), maria);
    EXPECT_EQ(who(any_type.after(book_at(monday_noon))), ana);
    EXPECT_EQ(who(any_type.after(book_at(monday_noon))), chair);
    salon_for({ResourceType::staff, {"nails"}})
        .when(book_at(monday_noon))
        .then_rejected("scheduling.no_resource");
    salon_for({ResourceType::vehicle, {}})
        .when(book_at(monday_noon))
        .then_rejected("scheduling.no_resource");
}

TEST(Requirements, roles_are_filled_in_their_order) {
    auto service = a_haircut();
    Requirement seat;
    seat.role = "seat";
    seat.match = ResourceMatch{ResourceType::room, {}};
    Requirement assistant;
    assistant.role = "assistant";
    assistant.candidates = {maria, ana};
    service.requirements = {seat, assistant};
    const auto e = a_salon(service).when(book_at(monday_noon)).event<AppointmentBooked>();
    EXPECT_EQ(e.occupancy.resources,
              (std::vector<AssignedResource>{{"seat", chair}, {"assistant", maria}}));
}

TEST(ResourceStatus, in_use_is_ignored_and_under_maintenance_is_not_booked) {
    auto salon = a_salon();
    salon.and_given(with_status(maria, ResourceStatus::in_use));
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
    salon.and_given(with_status(maria, ResourceStatus::under_maintenance));
    salon.when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
    salon.and_given(with_status(maria, ResourceStatus::available));
    salon.when(book_at(monday_noon)).event<AppointmentBooked>();
}

TEST(ResourceStatus, one_that_is_not_active_or_deleted_is_not_booked) {
    auto salon = a_salon();
    salon.and_given(changed(maria, {"active"}, [](Resource& r) { r.active = false; }));
    salon.when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
    auto wish = book_at(monday_noon);
    wish.resource_ids = {maria};
    salon.when(wish).then_field_error("/resource_ids/0", "inactive");
    RecordDeleted<Resource> deleted;
    deleted.id = maria;
    salon.and_given(deleted);
    salon.when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
    salon.when(wish).then_field_error("/resource_ids/0", "not_found");
}

TEST(Maintenance, its_dates_block_and_no_other) {
    const LocalDate monday{year{2026} / 6 / 8};
    const auto closed = "scheduling.outside_working_time";
    auto salon = a_salon();
    salon.and_given(in_maintenance(maria, monday, monday + days{1}));
    salon.when(book_at(monday_noon - days{1})).event<AppointmentBooked>();
    salon.when(book_at(monday_noon)).then_rejected(closed);
    salon.when(book_at(monday_noon + days{1})).then_rejected(closed);
    salon.when(book_at(monday_noon + days{2})).event<AppointmentBooked>();
    salon.and_given(in_maintenance(maria, monday, std::nullopt));
    salon.when(book_at(monday_noon - days{1})).event<AppointmentBooked>();
    salon.when(book_at(monday_noon + days{200})).then_rejected(closed);
    salon.and_given(in_maintenance(maria, std::nullopt, monday));
    salon.when(book_at(monday_noon)).then_rejected(closed);
    salon.when(book_at(monday_noon + days{1})).event<AppointmentBooked>();
}

TEST(AtALocation, only_an_active_one_is_booked) {
    for (const auto status : {LocationStatus::inactive, LocationStatus::under_maintenance}) {
        auto salon = a_salon().and_given(an_annexe()).and_given(moved_to(maria, annexe));
        salon.when(book_at(monday_noon)).event<AppointmentBooked>();
        RecordChanged<Location> shut;
        shut.id = annexe;
        shut.changes.names = {"status"};
        shut.changes.value.status = status;
        salon.and_given(shut).when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
    }
    auto salon = a_salon().and_given(an_annexe()).and_given(moved_to(maria, annexe));
    RecordDeleted<Location> gone;
    gone.id = annexe;
    salon.and_given(gone).when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
}

TEST(AtALocation, all_of_a_slot_are_at_one_and_none_set_is_the_default_one) {
    auto service = a_haircut();
    Requirement second;
    second.role = "second";
    second.candidates = {ana};
    service.requirements.push_back(second);
    auto salon = a_salon(service).and_given(an_annexe());
    EXPECT_EQ(salon.when(book_at(monday_noon)).event<AppointmentBooked>().occupancy.location_id,
              salon_location);
    salon.and_given(moved_to(maria, annexe));
    salon.when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
    salon.and_given(moved_to(ana, annexe));
    EXPECT_EQ(salon.when(book_at(monday_noon)).event<AppointmentBooked>().occupancy.location_id,
              annexe);
    salon.and_given(moved_to(maria, salon_location));
    salon.when(book_at(monday_noon)).then_rejected("scheduling.no_resource");
}

// 200 that count, and beside them those of another type, status, specialty or a closed location.
TEST(Candidates, at_most_200_count_after_location_type_specialties_and_status) {
    const std::vector<std::string> cuts{"cuts"};
    auto service = matching({ResourceType::staff, cuts});
    auto shut = an_annexe();
    shut.status = LocationStatus::inactive;
    auto salon = a_salon(service).and_given(shut).and_given(with_specialties(maria, cuts));
    const auto add = [&](std::uint32_t n, auto change) {
        auto e = a_resource(id_of<ResourceId>(n), ResourceType::staff);
        e.specialties = cuts;
        change(static_cast<Resource&>(e));
        salon.and_given(e);
    };
    for (std::uint32_t i = 0; i < 199; ++i) add(300 + i, [](Resource&) {});
    add(501, [](Resource& r) { r.active = false; });
    add(502, [](Resource& r) { r.status = ResourceStatus::under_maintenance; });
    add(503, [](Resource& r) { r.specialties = {"nails"}; });
    add(504, [](Resource& r) { r.type = ResourceType::equipment; });
    add(505, [](Resource& r) { r.location_id = annexe; });
    EXPECT_EQ(who(salon.when(book_at(monday_noon))), maria);
    add(506, [](Resource&) {});
    const auto refused = salon.when(book_at(monday_noon));
    refused.then_rejected("scheduling.too_many_candidates");
    refused.then_field_error("/resource_ids", "required");
    auto wish = book_at(monday_noon);
    wish.resource_ids = {maria};
    EXPECT_EQ(who(salon.when(wish)), maria);
}

TEST(Candidates, a_location_that_is_asked_for_is_counted_alone) {
    const auto service = matching({ResourceType::staff, {}});
    auto salon = a_salon(service).and_given(an_annexe()).and_given(moved_to(ana, annexe));
    for (std::uint32_t i = 0; i < 200; ++i)
        salon.and_given(a_resource(id_of<ResourceId>(300 + i), ResourceType::staff));
    FoldSource folds(salon.folds(), monday_noon);
    const auto snapshot_at = [&](std::optional<LocationId> only_at) {
        return build_snapshot(folds, haircut, service, monday_noon, monday_noon + 1h, {}, only_at);
    };
    const auto everywhere = snapshot_at(std::nullopt);
    ASSERT_FALSE(everywhere);
    EXPECT_EQ(everywhere.error().code, "scheduling.too_many_candidates");
    EXPECT_FALSE(snapshot_at(salon_location));  // Maria and 200 more
    const auto there = snapshot_at(annexe);
    ASSERT_TRUE(there) << there.error().code;
    ASSERT_EQ(there->resources.size(), 1U);
    EXPECT_EQ(there->resources[0].id, ana);
    ASSERT_EQ(there->locations.size(), 1U);
    EXPECT_EQ(there->locations[0].id, annexe);
}

}  // namespace
}  // namespace almanac::testing
