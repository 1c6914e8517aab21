// Schemas say what the reader takes: limits of money, local times, and what is filled in.
#include <gtest/gtest.h>

#include <regex>

#include "domain/kernel/module.hpp"

namespace almanac::kernel {
namespace schema_sample {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)
struct Size {
    std::int32_t width = 3;
};
BOOST_DESCRIBE_STRUCT(Size, (), (width))
struct Offer {
    Money price;
    std::optional<Money> discount;
    Money balance;
    LocalTime from;
    Colour colour = Colour::green;
    std::int32_t count = 7;
    std::string unit = "kg";
    Size size;
    std::optional<std::int32_t> rank;
    std::vector<Size> parts;
    bool hidden = false;
};
BOOST_DESCRIBE_STRUCT(Offer, (),
                      (price, discount, balance, from, colour, count, unit, size, rank, parts,
                       hidden))

}  // namespace schema_sample

template <>
inline constexpr auto rules<schema_sample::Size> =
    fields(field(&schema_sample::Size::width, "").may_omit());
template <>
inline constexpr auto rules<schema_sample::Offer> =
    fields(field(&schema_sample::Offer::price, "of one").min(0),
           field(&schema_sample::Offer::discount, "").range(1, 500),
           field(&schema_sample::Offer::colour, "").may_omit(),
           field(&schema_sample::Offer::count, "").may_omit(),
           field(&schema_sample::Offer::unit, "").may_omit(),
           field(&schema_sample::Offer::size, "").may_omit(),
           field(&schema_sample::Offer::hidden, "").internal());

namespace {
using schema_sample::Offer;

const json::Object& property(const json::Object& schema, std::string_view name) {
    return schema.at("properties").get_object().at(name).get_object();
}

TEST(Schema, MoneyShowsTheLimitsOfItsAmount) {
    const auto schema = schema_of<Offer>(Form::open);
    const auto& price = property(schema, "price");
    EXPECT_EQ(price.at("description"), "of one");
    EXPECT_EQ(property(price, "amount").at("minimum"), 0);
    EXPECT_EQ(property(price, "amount").at("description"), "minor units, e.g. cents");
    EXPECT_FALSE(property(price, "amount").contains("maximum"));
    const auto& discount = property(schema, "discount");
    EXPECT_EQ(property(discount, "amount").at("minimum"), 1);
    EXPECT_EQ(property(discount, "amount").at("maximum"), 500);
    EXPECT_FALSE(property(property(schema, "balance"), "amount").contains("minimum"));
    // What happened is not judged again.
    const auto event = schema_of<Offer>(Form::sealed);
    EXPECT_FALSE(property(property(event, "price"), "amount").contains("minimum"));
}

TEST(Schema, LocalTimesAreThoseTheReaderTakes) {
    const auto schema = schema_of<Offer>(Form::open);
    const std::regex pattern(std::string(property(schema, "from").at("pattern").get_string()));
    for (int hour = 0; hour < 30; ++hour) {
        for (int minute = 0; minute < 70; ++minute) {
            const auto text = fmt::format("{:02}:{:02}", hour, minute);
            EXPECT_EQ(std::regex_search(text, pattern), parse_local_time(text).has_value()) << text;
        }
    }
    EXPECT_TRUE(std::regex_search("24:00", pattern));
    EXPECT_FALSE(std::regex_search("24:30", pattern));
}

TEST(Schema, WhatMayBeOmittedShowsWhatItIsThen) {
    const auto schema = schema_of<Offer>(Form::open);
    EXPECT_EQ(property(schema, "colour").at("default"), "green");
    EXPECT_EQ(property(schema, "count").at("default"), 7);
    EXPECT_EQ(property(schema, "unit").at("default"), "kg");
    EXPECT_EQ(json::dump(property(schema, "size").at("default")), R"({"width":3})");
    EXPECT_EQ(property(property(schema, "size"), "width").at("default"), 3);
    for (const auto* name : {"price", "discount", "from", "rank", "parts"}) {
        EXPECT_FALSE(property(schema, name).contains("default")) << name;
    }
    EXPECT_FALSE(property(schema_of<Offer>(Form::sealed), "count").contains("default"));
}

TEST(Schema, NothingIsFilledInWhereAPatchLeavesItOut) {
    const auto schema = custom_schema(Form::open, static_cast<const Patch<Offer>*>(nullptr));
    EXPECT_FALSE(property(schema, "count").contains("default"));
    EXPECT_EQ(property(property(schema, "price"), "amount").at("minimum"), 0);
}

}  // namespace
}  // namespace almanac::kernel
