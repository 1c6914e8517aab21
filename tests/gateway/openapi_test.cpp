// The document is valid OpenAPI 3.1, says exactly what the route table and the router do, and
// changes only on purpose.
#include "gateway/openapi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "domain/house.hpp"
#include "domain/identity/api_key.hpp"
#include "domain/kernel/module.hpp"
#include "gateway/router.hpp"
#include "tests/gateway/openapi_validator.hpp"

namespace almanac::gateway {
namespace {

using kernel::json::Object;
using kernel::json::Value;

struct House {
    kernel::Catalogue catalogue = build_catalogue();
    std::vector<RouteEntry> table = route_table(catalogue);
    Object document(bool sandbox = true) const {
        return build_openapi(catalogue, table, "https://api.example.com", sandbox);
    }
};

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

// "GET /v1/tenants" -> operation
std::map<std::string, Object> operations_of(const Object& document) {
    std::map<std::string, Object> operations;
    for (const auto& [path, item] : document.at("paths").get_object()) {
        for (const auto& [method, operation] : item.get_object()) {
            if (method == "parameters") continue;
            operations[upper(std::string(method)) + ' ' + std::string(path)] =
                operation.get_object();
        }
    }
    return operations;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + '\n';
    return all;
}

Object& at_path(Object& document, std::initializer_list<const char*> path) {
    auto* here = &document;
    for (const auto* key : path) here = &here->at(key).get_object();
    return *here;
}

TEST(OpenApi, IsValid) {
    const House house;
    EXPECT_EQ(joined(testing::faults_of(house.document())), "");
    EXPECT_EQ(joined(testing::faults_of(house.document(false))), "");
}

TEST(OpenApi, TheJudgeFindsWhatIsBroken) {
    const House house;
    const auto sound = house.document();
    const auto broken = [&](auto&& spoil) {
        auto document = sound;
        spoil(document);
        return testing::faults_of(document).size();
    };
    const char* appointments = "/v1/tenants/{tenant}/appointments";
    EXPECT_GT(broken([](Object& d) { d["openapi"] = "3.0.3"; }), 0U);
    EXPECT_GT(broken([](Object& d) { d.erase("info"); }), 0U);
    EXPECT_GT(broken([](Object& d) { d["surprise"] = 1; }), 0U);
    EXPECT_GT(broken([](Object& d) { at_path(d, {"components", "schemas"}).erase("Money"); }), 0U);
    EXPECT_GT(broken([](Object& d) { at_path(d, {"components", "parameters"}).erase("Tenant"); }),
              0U);
    EXPECT_GT(broken([](Object& d) { at_path(d, {"components", "responses"}).erase("409"); }), 0U);
    EXPECT_GT(broken([](Object& d) { at_path(d, {"components"}).erase("securitySchemes"); }), 0U);
    EXPECT_GT(broken([&](Object& d) { at_path(d, {"paths", appointments}).erase("parameters"); }),
              0U);
    EXPECT_GT(broken([&](Object& d) {
                  at_path(d, {"paths", appointments, "post"})["operationId"] = "list_appointments";
              }),
              0U);
    EXPECT_GT(
        broken([&](Object& d) { at_path(d, {"paths", appointments, "post"}).erase("responses"); }),
        0U);
    EXPECT_GT(broken([](Object& d) {
                  at_path(d, {"components", "schemas", "Money"})["required"] = {"amount", "colour"};
              }),
              0U);
    EXPECT_GT(broken([](Object& d) {
                  at_path(d, {"components", "schemas", "Money", "properties", "amount"})["type"] =
                      "int";
              }),
              0U);
    EXPECT_GT(
        broken([](Object& d) { at_path(d, {"components", "schemas", "Money"})["maximun"] = 1; }),
        0U);
}

TEST(OpenApi, EqualsTheRouteTableBothWays) {
    const House house;
    for (const bool sandbox : {true, false}) {
        std::map<std::string, std::string> expected;
        for (const auto& route : house.table) {
            if (sandbox || !route.sandbox_only) {
                expected[route.method + ' ' + route.path_template] = route.name;
            }
        }
        std::map<std::string, std::string> found;
        for (const auto& [where, operation] : operations_of(house.document(sandbox))) {
            found[where] = std::string(operation.at("operationId").get_string());
        }
        EXPECT_EQ(found, expected);
    }
    EXPECT_EQ(operations_of(house.document(true)).size(),
              operations_of(house.document(false)).size() + 1);
}

TEST(OpenApi, EveryDocumentedOperationIsDispatchedToItsRoute) {
    const House house;
    const Router router(house.table);
    for (const auto& [where, operation] : operations_of(house.document())) {
        Request request;
        request.method = where.substr(0, where.find(' '));
        const auto path = where.substr(where.find(' ') + 1);
        for (std::size_t at = 1; at <= path.size();) {
            const auto end = std::min(path.find('/', at), path.size());
            const auto segment = path.substr(at, end - at);
            request.segments.push_back(segment.starts_with('{') ? "one" : segment);
            at = end + 1;
        }
        std::string allowed;
        const auto match = router.match(request, allowed);
        ASSERT_TRUE(match) << where;
        EXPECT_EQ(match->route->name, std::string(operation.at("operationId").get_string()))
            << where;
    }
}

TEST(OpenApi, SaysPermissionAndKeyOfEveryRoute) {
    const House house;
    const auto operations = operations_of(house.document());
    for (const auto& route : house.table) {
        const auto& operation = operations.at(route.method + ' ' + route.path_template);
        const auto* permission = operation.if_contains("x-permission");
        EXPECT_EQ(permission == nullptr ? "" : std::string(permission->get_string()),
                  route.permission);
        EXPECT_EQ(!operation.at("security").get_array().empty(), route.needs_auth) << route.name;
        const bool asks = !route.permission.empty() || route.streams_body;  // or its lines do
        EXPECT_EQ(route.needs_auth, asks) << route.name;
    }
}

TEST(OpenApi, EveryRefusalOfAnOperationWithAKeyIsAProblem) {
    const House house;
    const auto document = house.document();
    const auto operations = operations_of(document);
    for (const auto& route : house.table) {
        if (!route.needs_auth) continue;
        const auto& operation = operations.at(route.method + ' ' + route.path_template);
        const auto& responses = operation.at("responses").get_object();
        for (const auto* status : {"400", "401", "403", "404", "409", "422", "429", "503"}) {
            EXPECT_TRUE(responses.contains(status)) << route.name << ' ' << status;
        }
        const bool command = route.kind == RouteKind::command;
        EXPECT_EQ(responses.contains("201"), command && route.command->creates) << route.name;
        EXPECT_EQ(responses.contains("412"), command && !route.command->creates) << route.name;
        const bool takes_a_body = route.streams_body || (command && route.command->has_body) ||
                                  route.name == "start_backup";
        EXPECT_EQ(responses.contains("415"), takes_a_body) << route.name;
    }
    for (const auto& [status, response] : document.at("components").at("responses").get_object()) {
        EXPECT_TRUE(response.at("content").get_object().contains("application/problem+json"))
            << status;
    }
}

TEST(OpenApi, IsTheSameEveryTime) {
    const auto text = [] { return kernel::json::dump(Value(House().document())); };
    EXPECT_EQ(text(), text());
}

TEST(OpenApi, NoServerUrlMeansTheOneThatServedIt) {
    const House house;
    const auto document = build_openapi(house.catalogue, house.table, "", false);
    EXPECT_EQ(document.at("servers").at(0).at("url").get_string(), "/");
}

TEST(OpenApi, MoneyIsSharedAndPersonalFieldsMayBeNull) {
    const House house;
    const auto document = house.document();
    const auto& schemas = document.at("components").at("schemas").get_object();
    const auto& price = schemas.at("CreateService").at("properties").at("price");
    EXPECT_EQ(price.at("oneOf").at(0).at("$ref").get_string(), "#/components/schemas/Money");
    // One Money for all; that a price is not negative is said where it stands.
    EXPECT_EQ(price.at("properties").at("amount").at("minimum").to_number<int>(), 0);
    const auto& money = schemas.at("Money").at("properties").at("amount").get_object();
    EXPECT_FALSE(money.contains("minimum"));
    const auto& client = schemas.at("Client").at("properties").get_object();
    EXPECT_EQ(client.at("first_name").at("type").get_array().size(), 2U);
    EXPECT_TRUE(client.at("allergies").get_object().contains("x-sensitive"));
    EXPECT_TRUE(client.at("id").at("readOnly").get_bool());
    EXPECT_TRUE(client.contains("masked"));
    EXPECT_FALSE(schemas.at("ApiKey").at("properties").get_object().contains("hash"));
    EXPECT_FALSE(schemas.at("Appointment").at("properties").get_object().contains("occupancy"));
}

TEST(RouteTable, RefusesTwoRoutesOfOneShape) {
    kernel::Catalogue catalogue;
    tenancy::declare(catalogue);
    identity::declare(catalogue);
    kernel::Module again(catalogue, "again");
    again.command<identity::RevokeApiKey, identity::ApiKey>(
        "revoke_again", "POST api_keys/{key}/revoke", "again.key:revoke", "");
    EXPECT_THROW(route_table(catalogue), std::logic_error);
}

TEST(RouteTable, LeavesHiddenCommandsOut) {
    const House house;
    EXPECT_NE(house.catalogue.command("found_tenant"), nullptr);
    EXPECT_TRUE(
        std::ranges::none_of(house.table, [](const auto& r) { return r.name == "found_tenant"; }));
}

TEST(RouteTable, NamesPathParametersInOrder) {
    EXPECT_EQ(path_parameters("/v1/tenants/{tenant}/clients/{id}"),
              (std::vector<std::string_view>{"tenant", "id"}));
    EXPECT_TRUE(path_parameters("/healthz").empty());
}

// Who adds, moves or removes a route changes this list with it, so that nobody does so unawares.
constexpr std::string_view operations_snapshot = R"(
POST /v1/tenants create_tenant tenancy.tenant:create
PATCH /v1/tenants/{tenant} change_tenant tenancy.tenant:change
POST /v1/admin/clock move_clock tenancy.clock:move
POST /v1/admin/clock/accept accept_clock tenancy.clock:accept
POST /v1/tenants/{tenant}/api_keys issue_api_key identity.api_key:create
POST /v1/tenants/{tenant}/api_keys/{id}/revoke revoke_api_key identity.api_key:revoke
POST /v1/tenants/{tenant}/locations create_location scheduling.location:create
PATCH /v1/tenants/{tenant}/locations/{id} change_location scheduling.location:change
DELETE /v1/tenants/{tenant}/locations/{id} delete_location scheduling.location:delete
POST /v1/tenants/{tenant}/locations/{id}/restore restore_location scheduling.location:delete
POST /v1/tenants/{tenant}/service_categories create_service_category scheduling.service_category:create
PATCH /v1/tenants/{tenant}/service_categories/{id} change_service_category scheduling.service_category:change
DELETE /v1/tenants/{tenant}/service_categories/{id} delete_service_category scheduling.service_category:delete
POST /v1/tenants/{tenant}/service_categories/{id}/restore restore_service_category scheduling.service_category:delete
POST /v1/tenants/{tenant}/calendar_views create_calendar_view scheduling.calendar_view:create
PATCH /v1/tenants/{tenant}/calendar_views/{id} change_calendar_view scheduling.calendar_view:change
DELETE /v1/tenants/{tenant}/calendar_views/{id} delete_calendar_view scheduling.calendar_view:delete
POST /v1/tenants/{tenant}/calendar_views/{id}/restore restore_calendar_view scheduling.calendar_view:delete
POST /v1/tenants/{tenant}/services create_service scheduling.service:create
PATCH /v1/tenants/{tenant}/services/{id} change_service scheduling.service:change
DELETE /v1/tenants/{tenant}/services/{id} delete_service scheduling.service:delete
POST /v1/tenants/{tenant}/services/{id}/restore restore_service scheduling.service:delete
POST /v1/tenants/{tenant}/resources create_resource scheduling.resource:create
PATCH /v1/tenants/{tenant}/resources/{id} change_resource scheduling.resource:change
DELETE /v1/tenants/{tenant}/resources/{id} delete_resource scheduling.resource:delete
POST /v1/tenants/{tenant}/resources/{id}/restore restore_resource scheduling.resource:delete
POST /v1/tenants/{tenant}/clients create_client scheduling.client:create
PATCH /v1/tenants/{tenant}/clients/{id} change_client scheduling.client:change
DELETE /v1/tenants/{tenant}/clients/{id} delete_client scheduling.client:delete
POST /v1/tenants/{tenant}/clients/{id}/restore restore_client scheduling.client:delete
POST /v1/tenants/{tenant}/resources/{id}/schedules set_schedule scheduling.schedule:create
PUT /v1/tenants/{tenant}/resources/{id}/overrides/{date} set_override scheduling.override:set
DELETE /v1/tenants/{tenant}/resources/{id}/overrides/{date} remove_override scheduling.override:remove
POST /v1/tenants/{tenant}/holds hold_slot scheduling.hold:create
POST /v1/tenants/{tenant}/holds/{id}/release release_hold scheduling.hold:release
POST /v1/tenants/{tenant}/blocks add_block scheduling.block:create
DELETE /v1/tenants/{tenant}/blocks/{id} remove_block scheduling.block:delete
POST /v1/tenants/{tenant}/appointments book_appointment scheduling.appointment:create
PATCH /v1/tenants/{tenant}/appointments/{id} change_appointment scheduling.appointment:change
POST /v1/tenants/{tenant}/appointments/{id}/confirm confirm_appointment scheduling.appointment:confirm
POST /v1/tenants/{tenant}/appointments/{id}/reschedule reschedule_appointment scheduling.appointment:reschedule
POST /v1/tenants/{tenant}/appointments/{id}/reassign reassign_appointment scheduling.appointment:reassign
POST /v1/tenants/{tenant}/appointments/{id}/cancel cancel_appointment scheduling.appointment:cancel
POST /v1/tenants/{tenant}/appointments/{id}/check_in check_in_appointment scheduling.appointment:check_in
POST /v1/tenants/{tenant}/appointments/{id}/start start_appointment scheduling.appointment:start
POST /v1/tenants/{tenant}/appointments/{id}/complete complete_appointment scheduling.appointment:complete
POST /v1/tenants/{tenant}/appointments/{id}/no_show mark_no_show scheduling.appointment:no_show
POST /v1/tenants/{tenant}/appointments/{id}/record_payment record_payment scheduling.appointment:record_payment
POST /v1/tenants/{tenant}/appointments/{id}/refund refund_payment scheduling.appointment:refund
POST /v1/tenants/{tenant}/appointment_series book_series scheduling.appointment_series:create
POST /v1/tenants/{tenant}/appointment_series/{id}/cancel cancel_series scheduling.appointment_series:cancel
POST /v1/tenants/{tenant}/resources/{id}/calendar_feed issue_calendar_feed scheduling.calendar_feed:create
DELETE /v1/tenants/{tenant}/resources/{id}/calendar_feed revoke_calendar_feed scheduling.calendar_feed:revoke
POST /v1/tenants/{tenant}/loyalty_programs create_loyalty_program loyalty.loyalty_program:create
PATCH /v1/tenants/{tenant}/loyalty_programs/{id} change_loyalty_program loyalty.loyalty_program:change
DELETE /v1/tenants/{tenant}/loyalty_programs/{id} delete_loyalty_program loyalty.loyalty_program:delete
POST /v1/tenants/{tenant}/loyalty_programs/{id}/restore restore_loyalty_program loyalty.loyalty_program:delete
POST /v1/tenants/{tenant}/loyalty_programs/{id}/activate activate_loyalty_program loyalty.loyalty_program:activate
POST /v1/tenants/{tenant}/loyalty_programs/{id}/stop stop_loyalty_program loyalty.loyalty_program:activate
POST /v1/tenants/{tenant}/loyalty_accounts enrol_member loyalty.loyalty_account:create
POST /v1/tenants/{tenant}/loyalty_accounts/{id}/adjust adjust_points loyalty.loyalty_account:adjust
POST /v1/tenants/{tenant}/loyalty_accounts/{id}/transfer transfer_points loyalty.loyalty_account:transfer
POST /v1/tenants/{tenant}/loyalty_accounts/{id}/freeze freeze_loyalty_account loyalty.loyalty_account:freeze
POST /v1/tenants/{tenant}/loyalty_accounts/{id}/unfreeze unfreeze_loyalty_account loyalty.loyalty_account:freeze
POST /v1/tenants/{tenant}/loyalty_accounts/{id}/set_tier set_loyalty_tier loyalty.loyalty_account:set_tier
POST /v1/tenants/{tenant}/redemptions redeem_points loyalty.redemption:create
POST /v1/tenants/{tenant}/redemptions/{id}/commit commit_redemption loyalty.redemption:commit
POST /v1/tenants/{tenant}/redemptions/{id}/cancel cancel_redemption loyalty.redemption:cancel
POST /v1/tenants/{tenant}/referral_codes create_referral_code loyalty.referral_code:create
POST /v1/tenants/{tenant}/referrals register_referral loyalty.referral:create
GET /v1/tenants/{tenant}/resources/{id}/schedules list_resource_schedules scheduling.schedule:read
GET /v1/tenants/{tenant}/slots find_slots scheduling.slot:read
GET /v1/tenants/{tenant}/calendar calendar scheduling.calendar:read
GET /v1/tenants/{tenant}/free_busy free_busy scheduling.free_busy:read
GET /v1/tenants/{tenant}/reports/appointment_stats appointment_stats scheduling.report:read
GET /v1/tenants/{tenant}/reports/client_summary client_summary scheduling.report:read
GET /v1/tenants/{tenant}/reports/dashboard dashboard scheduling.report:read
GET /v1/tenants/{tenant}/reports/business_metrics business_metrics scheduling.report:read
GET /v1/tenants/{tenant}/reports/utilisation utilisation scheduling.report:read
GET /v1/tenants/{tenant}/reports/monthly_booking_stats monthly_booking_stats scheduling.report:read
GET /v1/tenants/{tenant}/reports/calendar_availability_summary calendar_availability_summary scheduling.report:read
GET /v1/tenants/{tenant}/reports/service_performance service_performance scheduling.report:read
GET /v1/tenants/{tenant}/loyalty_accounts/{id}/ledger loyalty_ledger loyalty.loyalty_account:read
GET /v1/tenants/{tenant}/reports/points_expiring points_expiring loyalty.report:read
GET /v1/tenants/{tenant}/reports/loyalty_tiers loyalty_tiers loyalty.report:read
GET /v1/tenants/{tenant}/reports/loyalty loyalty_report loyalty.report:read
GET /v1/tenants/{tenant}/reports/loyalty_leaderboard loyalty_leaderboard loyalty.report:read
GET /v1/tenants/{tenant}/reports/referral_funnel referral_funnel loyalty.report:read
GET /v1/tenants list_tenants tenancy.tenant:read
GET /v1/tenants/{tenant} get_tenant tenancy.tenant:read
GET /v1/tenants/{tenant}/history get_tenant_history tenancy.tenant:read
GET /v1/tenants/{tenant}/api_keys list_api_keys identity.api_key:read
GET /v1/tenants/{tenant}/api_keys/{id} get_api_key identity.api_key:read
GET /v1/tenants/{tenant}/api_keys/{id}/history get_api_key_history identity.api_key:read
GET /v1/tenants/{tenant}/locations list_locations scheduling.location:read
GET /v1/tenants/{tenant}/locations/{id} get_location scheduling.location:read
GET /v1/tenants/{tenant}/locations/{id}/history get_location_history scheduling.location:read
GET /v1/tenants/{tenant}/service_categories list_service_categories scheduling.service_category:read
GET /v1/tenants/{tenant}/service_categories/{id} get_service_category scheduling.service_category:read
GET /v1/tenants/{tenant}/service_categories/{id}/history get_service_category_history scheduling.service_category:read
GET /v1/tenants/{tenant}/calendar_views list_calendar_views scheduling.calendar_view:read
GET /v1/tenants/{tenant}/calendar_views/{id} get_calendar_view scheduling.calendar_view:read
GET /v1/tenants/{tenant}/calendar_views/{id}/history get_calendar_view_history scheduling.calendar_view:read
GET /v1/tenants/{tenant}/services list_services scheduling.service:read
GET /v1/tenants/{tenant}/services/{id} get_service scheduling.service:read
GET /v1/tenants/{tenant}/services/{id}/history get_service_history scheduling.service:read
GET /v1/tenants/{tenant}/resources list_resources scheduling.resource:read
GET /v1/tenants/{tenant}/resources/{id} get_resource scheduling.resource:read
GET /v1/tenants/{tenant}/resources/{id}/history get_resource_history scheduling.resource:read
GET /v1/tenants/{tenant}/clients list_clients scheduling.client:read
GET /v1/tenants/{tenant}/clients/{id} get_client scheduling.client:read
GET /v1/tenants/{tenant}/clients/{id}/history get_client_history scheduling.client:read
GET /v1/tenants/{tenant}/schedules list_schedules scheduling.schedule:read
GET /v1/tenants/{tenant}/schedules/{id} get_schedule scheduling.schedule:read
GET /v1/tenants/{tenant}/schedules/{id}/history get_schedule_history scheduling.schedule:read
GET /v1/tenants/{tenant}/overrides list_overrides scheduling.override:read
GET /v1/tenants/{tenant}/overrides/{id} get_override scheduling.override:read
GET /v1/tenants/{tenant}/overrides/{id}/history get_override_history scheduling.override:read
GET /v1/tenants/{tenant}/holds list_holds scheduling.hold:read
GET /v1/tenants/{tenant}/holds/{id} get_hold scheduling.hold:read
GET /v1/tenants/{tenant}/holds/{id}/history get_hold_history scheduling.hold:read
GET /v1/tenants/{tenant}/blocks list_blocks scheduling.block:read
GET /v1/tenants/{tenant}/blocks/{id} get_block scheduling.block:read
GET /v1/tenants/{tenant}/blocks/{id}/history get_block_history scheduling.block:read
GET /v1/tenants/{tenant}/appointments list_appointments scheduling.appointment:read
GET /v1/tenants/{tenant}/appointments/{id} get_appointment scheduling.appointment:read
GET /v1/tenants/{tenant}/appointments/{id}/history get_appointment_history scheduling.appointment:read
GET /v1/tenants/{tenant}/appointment_series list_appointment_series scheduling.appointment_series:read
GET /v1/tenants/{tenant}/appointment_series/{id} get_appointment_series scheduling.appointment_series:read
GET /v1/tenants/{tenant}/appointment_series/{id}/history get_appointment_series_history scheduling.appointment_series:read
GET /v1/tenants/{tenant}/calendar_feeds list_calendar_feeds scheduling.calendar_feed:read
GET /v1/tenants/{tenant}/calendar_feeds/{id} get_calendar_feed scheduling.calendar_feed:read
GET /v1/tenants/{tenant}/calendar_feeds/{id}/history get_calendar_feed_history scheduling.calendar_feed:read
GET /v1/tenants/{tenant}/loyalty_programs list_loyalty_programs loyalty.loyalty_program:read
GET /v1/tenants/{tenant}/loyalty_programs/{id} get_loyalty_program loyalty.loyalty_program:read
GET /v1/tenants/{tenant}/loyalty_programs/{id}/history get_loyalty_program_history loyalty.loyalty_program:read
GET /v1/tenants/{tenant}/loyalty_accounts list_loyalty_accounts loyalty.loyalty_account:read
GET /v1/tenants/{tenant}/loyalty_accounts/{id} get_loyalty_account loyalty.loyalty_account:read
GET /v1/tenants/{tenant}/loyalty_accounts/{id}/history get_loyalty_account_history loyalty.loyalty_account:read
GET /v1/tenants/{tenant}/redemptions list_redemptions loyalty.redemption:read
GET /v1/tenants/{tenant}/redemptions/{id} get_redemption loyalty.redemption:read
GET /v1/tenants/{tenant}/redemptions/{id}/history get_redemption_history loyalty.redemption:read
GET /v1/tenants/{tenant}/referral_codes list_referral_codes loyalty.referral_code:read
GET /v1/tenants/{tenant}/referral_codes/{id} get_referral_code loyalty.referral_code:read
GET /v1/tenants/{tenant}/referral_codes/{id}/history get_referral_code_history loyalty.referral_code:read
GET /v1/tenants/{tenant}/referrals list_referrals loyalty.referral:read
GET /v1/tenants/{tenant}/referrals/{id} get_referral loyalty.referral:read
GET /v1/tenants/{tenant}/referrals/{id}/history get_referral_history loyalty.referral:read
GET /healthz get_health -
GET /readyz get_readiness -
GET /metrics get_metrics -
GET /openapi.json get_openapi -
GET /calendars/{tenant}/{file} get_calendar_feed_file -
GET /docs get_docs -
GET /docs/errors/{code} get_error_page -
GET /v1/tenants/{tenant}/events list_events audit.event:read
POST /v1/tenants/{tenant}/import import_commands -
POST /v1/admin/backup start_backup system.backup:create
GET /v1/admin/backup get_backup system.backup:read
)";

TEST(OpenApi, TheOperationsAreThese) {
    const House house;
    std::string list;
    for (const auto& route : house.table) {
        list += route.method + ' ' + route.path_template + ' ' + route.name + ' ' +
                (route.permission.empty() ? "-" : route.permission) + '\n';
    }
    EXPECT_EQ(list, operations_snapshot.substr(1));
}

}  // namespace
}  // namespace almanac::gateway
