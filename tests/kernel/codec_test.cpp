// Described structs from and to JSON: every bad field at once, by pointer; sealed and open forms;
// schemas that agree with the reader.
#include <gtest/gtest.h>

#include "domain/kernel/patch.hpp"

namespace almanac::kernel {
namespace codec_sample {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)
struct Part {
    std::string name;
    std::optional<std::int32_t> weight;
    bool operator==(const Part&) const = default;
};
BOOST_DESCRIBE_STRUCT(Part, (), (name, weight))
struct Thing {
    std::string name;
    Colour colour = Colour::red;
    std::int32_t count = 7;
    std::optional<Money> price;
    std::vector<Part> parts;
    std::optional<Personal<"thing.secret">> secret;
    std::optional<LocalDate> day;
    std::optional<Instant> at;
    std::optional<Uuid> ref;
    json::Object extra;
    bool hidden = false;
    bool operator==(const Thing&) const = default;
};
BOOST_DESCRIBE_STRUCT(Thing, (),
                      (name, colour, count, price, parts, secret, day, at, ref, extra, hidden))

}  // namespace codec_sample

template <>
inline constexpr auto rules<codec_sample::Thing> =
    fields(field(&codec_sample::Thing::name, "what it is").length(2, 5),
           field(&codec_sample::Thing::count, "").range(0, 10).may_omit(),
           field(&codec_sample::Thing::parts, "").items(0, 2),
           field(&codec_sample::Thing::hidden, "").internal());

namespace {
using codec_sample::Colour;
using codec_sample::Thing;

Result<Thing> read_text(std::string_view text) {
    const auto value = json::parse(text);
    EXPECT_TRUE(value) << text;
    return from_json<Thing>(*value);
}

std::vector<std::string> errors_of(std::string_view text) {
    std::vector<std::string> out;
    const auto thing = read_text(text);
    if (thing) return out;
    for (const auto& e : thing.error().errors) out.push_back(e.pointer + " " + e.code);
    return out;
}
using Errors = std::vector<std::string>;

TEST(Codec, ReadsWhatItWrites) {
    Thing thing;
    thing.name = "abc";
    thing.colour = Colour::green;
    thing.price = Money{-5, "EUR"};
    thing.parts = {{"p\"\n", 3}, {"q", std::nullopt}};
    thing.day = parse_local_date("2026-12-01");
    thing.at = parse_instant("2026-12-01T09:30:00.000001Z");
    thing.ref = parse_uuid("0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000");
    thing.extra = {{"x", 1}};
    const auto text = to_json(thing, Form::open);
    const auto back = from_json<Thing>(json::parse_own(text), Form::open, false);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, thing) << text;
}

TEST(Codec, ReportsEveryBadFieldAtOnce) {
    EXPECT_EQ(
        errors_of(R"({"name":"a","colour":"blue","count":11,"price":{"amount":"x","currency":"XXX"},
                            "parts":[{"weight":1.5}],"day":"2026-02-30","at":"yesterday","ref":"12","nope":1})"),
        (Errors{"/name length", "/colour enum", "/count max", "/price/amount type",
                "/price/currency format", "/parts/0/name required", "/parts/0/weight type",
                "/day format", "/at format", "/ref format", "/nope unknown_field"}));
}

TEST(Codec, RequiredOptionalAndOmissible) {
    EXPECT_EQ(errors_of("{}"), (Errors{"/name required", "/colour required"}));
    const auto thing = read_text(R"({"name":"abc","colour":"red","price":null})");
    ASSERT_TRUE(thing);
    EXPECT_EQ(thing->count, 7);
    EXPECT_FALSE(thing->price);
    EXPECT_EQ(errors_of(R"({"name":null,"colour":"red"})"), Errors{"/name type"});
}

TEST(Codec, CountsCodePointsAndRefusesWhiteSpaceAndControls) {
    EXPECT_TRUE(read_text(R"({"name":"ñandú","colour":"red"})"));
    EXPECT_EQ(errors_of(R"({"name":"   ","colour":"red"})"), Errors{"/name length"});
    EXPECT_EQ(errors_of(R"({"name":"a\u0000b","colour":"red"})"), Errors{"/name format"});
}

TEST(Codec, InternalFieldsAreUnknownFromOutside) {
    EXPECT_EQ(errors_of(R"({"name":"abc","colour":"red","hidden":true})"),
              Errors{"/hidden unknown_field"});
}

TEST(Codec, RefusesTooManyItemsAndWrongKinds) {
    EXPECT_EQ(errors_of(R"({"name":"abc","colour":"red","parts":[{},{},{}]})"),
              Errors{"/parts items"});
    EXPECT_EQ(errors_of(R"({"name":"abc","colour":"red","parts":{}})"), Errors{"/parts type"});
    EXPECT_EQ(errors_of(R"([1])"), Errors{" type"});
    EXPECT_EQ(errors_of(R"({"name":"abc","colour":"red","count":99999999999})"),
              Errors{"/count range"});
    EXPECT_EQ(
        errors_of(
            R"({"name":"abc","colour":"red","price":{"amount":9223372036854775808,"currency":"EUR"}})"),
        Errors{"/price/amount type"});
}

class ReversingSealer final : public Sealer {
  public:
    std::string seal(std::string_view subject, std::string_view field,
                     std::string_view text) override {
        calls.push_back(std::string(subject) + "/" + std::string(field));
        std::string sealed(text.rbegin(), text.rend());
        std::erase(sealed, '"');  // as base64url, it needs no escapes
        return sealed;
    }
    std::vector<std::string> calls;
};

TEST(Codec, PersonalDataIsOpenInCommandsAndSealedEverywhereElse) {
    auto thing = read_text(R"({"name":"abc","colour":"red","secret":"Lucia"})");
    ASSERT_TRUE(thing);
    EXPECT_EQ(thing->secret->open, "Lucia");
    EXPECT_THROW(to_json(*thing), std::logic_error);  // open personal data is never written
    ReversingSealer sealer;
    seal_all(*thing, "thing:1", sealer);
    EXPECT_EQ(sealer.calls, std::vector<std::string>{"thing:1/thing.secret"});
    EXPECT_FALSE(thing->secret->open);
    const auto text = to_json(*thing);
    EXPECT_EQ(text.find("Luc"), std::string::npos);
    const auto back = from_json<Thing>(json::parse_own(text), Form::sealed, false);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->secret->sealed, thing->secret->sealed);
    EXPECT_EQ(back->secret->of, "thing:1");
    ReversingSealer again;
    seal_all(*thing, "other:2", again);
    EXPECT_TRUE(again.calls.empty());  // a sealed value is copied, never sealed again
}

TEST(Patch, ChangesOnlyWhatItNamesAndClearsWithNull) {
    Thing now;
    now.name = "abc";
    now.price = Money{5, "EUR"};
    Patch<Thing> patch;
    Reader in;
    read_patch<Thing>(in, json::parse_own(R"({"price":null,"count":3})").as_object(), Place{}, now,
                      patch);
    ASSERT_TRUE(in.errors.empty());
    apply(patch, now);
    EXPECT_FALSE(now.price);
    EXPECT_EQ(now.count, 3);
    EXPECT_EQ(now.name, "abc");
    EXPECT_EQ(to_json(patch), R"({"count":3,"price":null})");  // in the order of the struct
}

TEST(Patch, MergesNestedObjectsAsRfc7396) {
    Thing now;
    now.name = "abc";
    now.price = Money{5, "EUR"};
    now.extra = {{"a", 1}, {"b", 2}};
    Patch<Thing> patch;
    Reader in;
    read_patch<Thing>(
        in, json::parse_own(R"({"price":{"amount":9},"extra":{"a":null,"c":3}})").as_object(),
        Place{}, now, patch);
    ASSERT_TRUE(in.errors.empty());
    apply(patch, now);
    EXPECT_EQ(now.price, (Money{9, "EUR"}));
    EXPECT_EQ(json::dump(now.extra), R"({"b":2,"c":3})");
}

TEST(Patch, ReportsWhatCannotBeChanged) {
    Patch<Thing> patch;
    Reader in;
    read_patch<Thing>(in, json::parse_own(R"({"name":null,"nope":1,"count":-1})").as_object(),
                      Place{}, Thing{}, patch);
    ASSERT_EQ(in.errors.size(), 3u);
    EXPECT_EQ(in.errors[0].pointer + in.errors[0].code, "/namerequired");
    EXPECT_EQ(in.errors[1].pointer + in.errors[1].code, "/nopeunknown_field");
    EXPECT_EQ(in.errors[2].pointer + in.errors[2].code, "/countmin");
}

TEST(Schema, SaysWhatTheReaderEnforces) {
    const auto schema = schema_of<Thing>(Form::open);
    const auto& properties = schema.at("properties").as_object();
    EXPECT_EQ(properties.at("name").at("minLength"), 2);
    EXPECT_EQ(properties.at("count").at("maximum"), 10);
    EXPECT_EQ(properties.at("parts").at("maxItems"), 2);
    EXPECT_FALSE(properties.contains("hidden"));
    EXPECT_EQ(schema.at("additionalProperties"), false);
    EXPECT_EQ(json::dump(schema.at("required")), R"(["name","colour"])");
    EXPECT_TRUE(schema_of<Thing>(Form::sealed)
                    .at("properties")
                    .at("secret")
                    .as_object()
                    .contains("properties"));
}

}  // namespace
}  // namespace almanac::kernel
