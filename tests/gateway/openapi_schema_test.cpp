// What the document says of bodies and parameters is what the kernel's readers do: examples are
// taken, unknown and missing fields refused, and every limit lies where it is documented.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "domain/house.hpp"
#include "domain/kernel/module.hpp"
#include "domain/loyalty/program.hpp"
#include "domain/scheduling/appointment_change.hpp"
#include "domain/scheduling/calendar_view.hpp"
#include "domain/scheduling/service.hpp"
#include "domain/tenancy/tenant.hpp"
#include "gateway/openapi.hpp"
#include "gateway/openapi_examples.hpp"
#include "tests/gateway/openapi_validator.hpp"

namespace almanac::gateway {
namespace {

using kernel::CommandType;
using kernel::FieldError;
using kernel::json::Array;
using kernel::json::Object;
using kernel::json::Value;

// Refusals of a reader that a schema can express; the others are rules across fields.
const std::set<std::string> structural{"required", "unknown_field", "type",  "enum", "min",
                                       "max",      "length",        "items", "range"};

kernel::PathParameters path_of(const std::string& path) {
    kernel::PathParameters parameters;
    for (const auto name : path_parameters(path)) {
        const bool date = name == "date";
        parameters.values.emplace_back(
            name, date ? "2026-12-01" : "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908");
    }
    return parameters;
}

template <class T>
std::vector<FieldError> patch_errors(const Object& body) {
    kernel::Reader in;
    kernel::Patch<T> patch;
    kernel::read_patch<T>(in, body, kernel::Place{}, T{}, patch);
    return in.errors;
}

// Its patch is one field of its body.
std::vector<FieldError> details_errors(const Object& body) {
    using scheduling::ChangeAppointment;
    const auto parsed =
        kernel::detail::parse_command<ChangeAppointment>(Value(body), path_of("appointments/{id}"));
    if (!parsed) return parsed.error().errors;
    kernel::Reader in;
    const kernel::Place at;
    kernel::Patch<scheduling::AppointmentDetails> patch;
    kernel::read_patch<scheduling::AppointmentDetails>(
        in, static_cast<const ChangeAppointment*>(parsed->get())->details,
        kernel::Place{&at, "details"}, {}, patch);
    return in.errors;
}

// The reader of each merge patch; its command reads the patch only when it is decided.
const std::map<std::string, std::function<std::vector<FieldError>(const Object&)>> patch_readers{
    {"change_tenant", patch_errors<tenancy::TenantProfile>},
    {"change_location", patch_errors<scheduling::Location>},
    {"change_service_category", patch_errors<scheduling::ServiceCategory>},
    {"change_calendar_view", patch_errors<scheduling::CalendarView>},
    {"change_appointment", details_errors},
    {"change_service", patch_errors<scheduling::Service>},
    {"change_resource", patch_errors<scheduling::Resource>},
    {"change_client", patch_errors<scheduling::Client>},
    {"change_loyalty_program", patch_errors<loyalty::LoyaltyProgram>},
};

// What the house's own reader finds wrong with a body.
std::vector<FieldError> errors_of(const CommandType& command, const Object& body) {
    if (command.method == "PATCH") return patch_readers.at(command.name)(body);
    const auto parsed = command.parse(Value(body), path_of(command.path));
    return parsed ? std::vector<FieldError>{} : parsed.error().errors;
}

bool has_structural(const std::vector<FieldError>& errors) {
    return std::ranges::any_of(errors, [](const auto& e) { return structural.contains(e.code); });
}

bool has(const std::vector<FieldError>& errors, std::string_view pointer, std::string_view code) {
    return std::ranges::any_of(
        errors, [&](const auto& e) { return e.pointer == pointer && e.code == code; });
}

std::string shown(const std::vector<FieldError>& errors) {
    std::string out;
    for (const auto& e : errors) out += e.pointer + ' ' + e.code + ' ' + e.detail + '\n';
    return out;
}

std::vector<const CommandType*> commands_with_body(const kernel::Catalogue& catalogue) {
    std::vector<const CommandType*> commands;
    for (const auto& command : catalogue.commands()) {
        if (!command->hidden && command->has_body) commands.push_back(command.get());
    }
    return commands;
}

// Agreement of the two judges on one body, as far as structure goes.
void expect_agreement(const CommandType& command, const Object& body, bool accepted,
                      const std::string& why) {
    const auto by_schema = testing::schema_faults({}, Value(command.schema()), Value(body));
    const auto by_reader = errors_of(command, body);
    EXPECT_EQ(by_schema.empty(), accepted) << command.name << ": " << why;
    EXPECT_EQ(!has_structural(by_reader), accepted) << command.name << ": " << why << '\n'
                                                    << shown(by_reader);
}

TEST(OpenApiSchema, EveryPatchHasItsReaderHere) {
    const auto catalogue = build_catalogue();
    for (const auto* command : commands_with_body(catalogue)) {
        EXPECT_EQ(command->method == "PATCH", patch_readers.contains(command->name))
            << command->name;
    }
}

TEST(OpenApiSchema, EveryExampleIsTaken) {
    const auto catalogue = build_catalogue();
    for (const auto* command : commands_with_body(catalogue)) {
        const auto example = example_body(command->name, command->schema());
        const auto errors = errors_of(*command, example.get_object());
        EXPECT_TRUE(errors.empty()) << command->name << '\n' << shown(errors);
        EXPECT_TRUE(testing::schema_faults({}, Value(command->schema()), example).empty());
    }
}

TEST(OpenApiSchema, AnUnknownFieldIsRefusedByBoth) {
    const auto catalogue = build_catalogue();
    for (const auto* command : commands_with_body(catalogue)) {
        auto body = example_body(command->name, command->schema()).get_object();
        body["no_such_field"] = 1;
        expect_agreement(*command, body, false, "an unknown field");
        EXPECT_TRUE(has(errors_of(*command, body), "/no_such_field", "unknown_field"))
            << command->name;
    }
}

TEST(OpenApiSchema, TheRequiredFieldsAreTheReaders) {
    const auto catalogue = build_catalogue();
    for (const auto* command : commands_with_body(catalogue)) {
        if (command->method == "PATCH") continue;
        const auto errors = errors_of(*command, {});
        std::set<std::string> by_reader;
        for (const auto& error : errors) {
            if (error.code == "required") by_reader.insert(error.pointer.substr(1));
        }
        std::set<std::string> by_schema;
        const auto schema = command->schema();
        if (const auto* required = schema.if_contains("required")) {
            for (const auto& name : required->get_array()) {
                by_schema.insert(std::string(name.get_string()));
            }
        }
        EXPECT_EQ(by_schema, by_reader) << command->name;
    }
}

// One field of a body set to `value`, the others as in the example.
Object with(const CommandType& command, std::string_view name, Value value) {
    auto body = example_body(command.name, command.schema()).get_object();
    body[name] = std::move(value);
    return body;
}

bool is_fixed(const CommandType& command, std::string_view name) {
    return has(errors_of(command, with(command, name, true)), "/" + std::string(name), "fixed");
}

bool takes(const Object& schema, std::string_view type) {
    const auto* declared = schema.if_contains("type");
    if (declared == nullptr) return false;
    if (declared->is_string()) return std::string_view(declared->get_string()) == type;
    return std::ranges::any_of(declared->get_array(),
                               [&](const Value& each) { return each == Value(type); });
}

TEST(OpenApiSchema, TypesAndNullsAreTheReaders) {
    const auto catalogue = build_catalogue();
    std::size_t looked_at = 0;
    for (const auto* command : commands_with_body(catalogue)) {
        const auto schema = command->schema();
        for (const auto& [key, property] : schema.at("properties").get_object()) {
            const std::string name(key);
            const auto& rule = property.get_object();
            if (is_fixed(*command, name)) continue;
            auto sample = rule;
            if (takes(rule, "null")) {
                Array types;
                for (const auto& each : rule.at("type").get_array()) {
                    if (each != Value("null")) types.push_back(each);
                }
                sample["type"] = types.front();
            }
            expect_agreement(*command, with(*command, name, example_value(sample)), true,
                             name + " sample");
            if (command->method != "PATCH") {
                expect_agreement(*command, with(*command, name, nullptr), takes(rule, "null"),
                                 name + " null");
            }
            for (const auto& [type, value] : std::initializer_list<std::pair<const char*, Value>>{
                     {"boolean", true}, {"integer", 3}, {"number", 0.5}, {"array", Array{}}}) {
                if (takes(rule, type)) continue;
                expect_agreement(*command, with(*command, name, value), false,
                                 name + " as " + type);
            }
            ++looked_at;
        }
    }
    EXPECT_GT(looked_at, 150U);
}

TEST(OpenApiSchema, LimitsLieWhereTheReaderHasThem) {
    const auto catalogue = build_catalogue();
    std::size_t looked_at = 0;
    for (const auto* command : commands_with_body(catalogue)) {
        const auto schema = command->schema();
        for (const auto& [key, property] : schema.at("properties").get_object()) {
            const std::string name(key);
            const auto& rule = property.get_object();
            const auto check = [&](Value value, bool accepted, const char* why) {
                expect_agreement(*command, with(*command, name, std::move(value)), accepted,
                                 name + why);
                ++looked_at;
            };
            const auto limit = [&](const char* word) {
                return rule.at(word).to_number<std::int64_t>();
            };
            if (rule.contains("maxLength") && !rule.contains("format")) {
                const auto most = static_cast<std::size_t>(limit("maxLength"));
                check(Value(std::string(most, 'a')), true, " longest");
                check(Value(std::string(most + 1, 'a')), false, " too long");
            }
            if (rule.contains("minLength")) check("", false, " empty");
            if (rule.contains("maximum")) {
                check(limit("maximum"), true, " largest");
                check(limit("maximum") + 1, false, " too large");
            }
            if (rule.contains("minimum")) {
                check(limit("minimum"), true, " smallest");
                check(limit("minimum") - 1, false, " too small");
            }
            if (rule.contains("maxItems")) {
                const auto most = static_cast<std::size_t>(limit("maxItems"));
                const auto item = example_value(rule.at("items").get_object());
                check(Value(Array(most, item)), true, " most items");
                check(Value(Array(most + 1, item)), false, " too many items");
            }
        }
    }
    EXPECT_GT(looked_at, 200U);
}

TEST(OpenApiSchema, DefaultsAreWhatTheReaderFillsInAndWouldTake) {
    const auto catalogue = build_catalogue();
    std::size_t looked_at = 0;
    for (const auto* command : commands_with_body(catalogue)) {
        const auto schema = command->schema();
        const auto* required = schema.if_contains("required");
        for (const auto& [key, property] : schema.at("properties").get_object()) {
            const auto* usual = property.get_object().if_contains("default");
            if (usual == nullptr) continue;
            const std::string name(key);
            EXPECT_NE(command->method, "PATCH") << command->name << ' ' << name;
            EXPECT_TRUE(required == nullptr ||
                        std::ranges::find(required->get_array(), Value(name)) ==
                            required->get_array().end())
                << command->name << ' ' << name;
            expect_agreement(*command, with(*command, name, *usual), true, name + " default");
            ++looked_at;
        }
    }
    EXPECT_GT(looked_at, 20U);
}

TEST(OpenApiSchema, MoneyThatMayNotBeNegativeSaysSo) {
    const auto catalogue = build_catalogue();
    const auto* command = catalogue.command("create_service");
    const auto price = [](std::int64_t amount) {
        return Value(Object{{"amount", amount}, {"currency", "EUR"}});
    };
    expect_agreement(*command, with(*command, "price", price(0)), true, "free");
    expect_agreement(*command, with(*command, "price", price(-1)), false, "negative");
}

// As it stands in a URL: a list is comma-separated (`explode: false`).
Value as_text(const Value& example) {
    if (!example.is_array()) return example;
    std::string text;
    for (const auto& each : example.get_array())
        text.append(text.empty() ? "" : ",").append(each.get_string());
    return Value(text);
}

TEST(OpenApiSchema, ParametersOfQueriesAreTheReaders) {
    const auto catalogue = build_catalogue();
    const auto document = build_openapi(catalogue, route_table(catalogue), "", true);
    for (const auto& query : catalogue.queries()) {
        const auto& operation =
            document.at("paths").at("/v1/tenants/{tenant}/" + query->path).at("get").get_object();
        Object asked;
        std::vector<std::string> required;
        for (const auto& parameter : operation.at("parameters").get_array()) {
            if (parameter.get_object().contains("$ref")) continue;
            const std::string name(parameter.at("name").get_string());
            if (!parameter.get_object().contains("required")) continue;
            asked[name] = as_text(parameter.at("example"));
            required.push_back(name);
        }
        const auto path = path_of(query->path);
        EXPECT_TRUE(query->parse(asked, path)) << query->name;
        for (const auto& name : required) {
            auto less = asked;
            less.erase(name);
            const auto refused = query->parse(less, path);
            ASSERT_FALSE(refused) << query->name << ' ' << name;
            EXPECT_TRUE(has(refused.error().errors, "/" + name, "required"));
        }
        asked["no_such_parameter"] = "1";
        EXPECT_FALSE(query->parse(asked, path)) << query->name;
    }
}

}  // namespace
}  // namespace almanac::gateway
