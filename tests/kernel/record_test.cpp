// Plain records, by the one that has everything: clients (unique e-mail and phone, personal fields)
// and services (slugs, references).
#include "domain/house.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {

CreateRecord<Client> new_client(std::string email) {
    CreateRecord<Client> wish;
    wish.first_name = std::string("Ana");
    wish.email = Personal<"client.email">(std::move(email));
    return wish;
}
CreateRecord<ServiceCategory> new_category(std::string name) {
    CreateRecord<ServiceCategory> wish;
    wish.name = std::move(name);
    return wish;
}
json::Object patch(std::string_view text) {
    return json::parse_own(text).as_object();
}

TEST(Records, CreateTakesItsUniqueKeys) {
    auto here = given();
    const auto e =
        here.after(new_category("Cortes y Peinados")).event<RecordCreated<ServiceCategory>>();
    EXPECT_EQ(e.slug, "cortes-y-peinados");
    EXPECT_EQ(e.keys, std::vector<std::string>{"slug:service_categories/cortes-y-peinados"});
    here.when(new_category("Cortes y peinados")).then_rejected("slug_taken");
}

TEST(Records, UniqueEmailIsAClaimNotTheAddress) {
    auto here = given();
    const auto e = here.after(new_client("ana@example.com")).event<RecordCreated<Client>>();
    ASSERT_EQ(e.keys.size(), 1u);
    EXPECT_TRUE(e.keys[0].starts_with("email:"));
    EXPECT_EQ(e.keys[0].find("ana"), std::string::npos);
    here.when(new_client("ana@example.com")).then_rejected("email_taken");
    here.when(new_client("ana@example.com")).then_field_error("/email", "taken");
}

TEST(Records, DeletedOnesFreeTheirKeysAndRestoreTakesThemAgain) {
    auto here = given();
    const auto first = here.after(new_client("ana@example.com")).event<RecordCreated<Client>>().id;
    here.after(DeleteRecord<Client>{first}).event<RecordDeleted<Client>>();
    here.when(DeleteRecord<Client>{first}).then_rejected("not_found");
    here.when(PatchRecord<Client>{first, patch(R"({"source":"web"})")}).then_rejected("not_found");
    const auto second = here.after(new_client("ana@example.com")).event<RecordCreated<Client>>().id;
    here.when(RestoreRecord<Client>{first}).then_rejected("email_taken");
    here.after(DeleteRecord<Client>{second}).event<RecordDeleted<Client>>();
    here.after(RestoreRecord<Client>{first}).event<RecordRestored<Client>>();
    EXPECT_FALSE(here.fold<Record<Client>>(first).deleted_at);
    here.when(RestoreRecord<Client>{first}).then_rejected("not_deleted");
    here.when(new_client("ana@example.com")).then_rejected("email_taken");
}

TEST(Records, PatchMovesAUniqueKey) {
    auto here = given();
    const auto id = here.after(new_client("ana@example.com")).event<RecordCreated<Client>>().id;
    const auto e = here.after(PatchRecord<Client>{id, patch(R"({"email":"b@example.com"})")})
                       .event<RecordChanged<Client>>();
    EXPECT_EQ(e.keys_freed.size(), 1u);
    EXPECT_EQ(e.keys_taken.size(), 1u);
    here.after(new_client("ana@example.com")).event<RecordCreated<Client>>();
    here.when(new_client("b@example.com")).then_rejected("email_taken");
    here.after(PatchRecord<Client>{id, patch(R"({"email":null})")}).event<RecordChanged<Client>>();
    here.when(new_client("b@example.com")).event<RecordCreated<Client>>();
}

TEST(Records, APatchThatChangesNothingIsNoEvent) {
    auto here = given();
    const auto id = here.after(new_category("Nails")).event<RecordCreated<ServiceCategory>>().id;
    here.when(PatchRecord<ServiceCategory>{id, patch(R"({"name":"Nails","active":true})")})
        .then_nothing();
}

TEST(Records, PatchReportsEveryBadField) {
    auto here = given();
    const auto id = here.after(new_category("Nails")).event<RecordCreated<ServiceCategory>>().id;
    const auto decided = here.when(
        PatchRecord<ServiceCategory>{id, patch(R"({"name":null,"sort_order":"x","zz":1})")});
    decided.then_field_error("/name", "required");
    decided.then_field_error("/sort_order", "type");
    decided.then_field_error("/zz", "unknown_field");
}

TEST(Records, ReferencesMustExist) {
    auto salon = a_salon();
    CreateRecord<Service> wish;
    wish.name = "Colour";
    wish.category_ids = {id_of<ServiceCategoryId>(1)};
    salon.when(wish).then_field_error("/category_ids/0", "not_found");
    wish.category_ids.clear();
    Requirement role;
    role.role = "stylist";
    role.candidates = {maria, id_of<ResourceId>(404)};
    wish.requirements = {role};
    salon.when(wish).then_field_error("/requirements/0/candidates/1", "not_found");
    CreateRecord<Resource> room;
    room.name = std::string("Room");
    room.location_id = id_of<LocationId>(404);
    salon.when(room).then_field_error("/location_id", "not_found");
}

TEST(Records, DirectoryFollowsItsRecords) {
    auto salon = a_salon();
    EXPECT_EQ(salon.fold<ResourceDirectory>(Whole{}).entries.size(), 3u);
    salon.after(DeleteRecord<Resource>{ana}).event<RecordDeleted<Resource>>();
    EXPECT_FALSE(salon.fold<ResourceDirectory>(Whole{}).find(ana));
    salon.after(RestoreRecord<Resource>{ana}).event<RecordRestored<Resource>>();
    EXPECT_TRUE(salon.fold<ResourceDirectory>(Whole{}).find(ana));
    salon.after(PatchRecord<Resource>{ana, patch(R"({"active":false,"specialties":["cuts"]})")});
    EXPECT_FALSE(salon.fold<ResourceDirectory>(Whole{}).find(ana)->active);
    EXPECT_EQ(salon.fold<ResourceDirectory>(Whole{}).find(ana)->specialties,
              std::vector<std::string>{"cuts"});
}

TEST(House, EveryCommandHasAPermissionOfItsContextAndARoute) {
    const auto catalogue = build_catalogue();
    std::set<std::string> routes;
    for (const auto& command : catalogue.commands()) {
        EXPECT_TRUE(command->permission.starts_with(command->context + '.')) << command->name;
        EXPECT_NE(command->decide, nullptr);
        const bool fresh =
            command->hidden || routes.insert(command->method + ' ' + command->path).second;
        EXPECT_TRUE(fresh) << command->name;
    }
    for (const auto& collection : catalogue.collections())
        EXPECT_FALSE(collection->read_permission.empty());
}

TEST(House, EveryEventOfEveryTypeSurvivesItsJson) {
    const auto catalogue = build_catalogue();
    for (const auto& [name, type] : catalogue.events()) {
        EXPECT_EQ(name.find(std::string(name.substr(0, name.find('.')))), 0u);
        EXPECT_GE(type->reactions.size(), 1u) << name;
        EXPECT_FALSE(type->schema().empty());
    }
    EXPECT_EQ(catalogue.fold_of_tag("directory:resources"), &fold_type<ResourceDirectory>());
    EXPECT_EQ(catalogue.fold_of_tag("appointment:0190"), &fold_type<Appointment>());
    EXPECT_EQ(catalogue.fold_of_tag("nothing:1"), nullptr);
}

}  // namespace
}  // namespace almanac::testing
