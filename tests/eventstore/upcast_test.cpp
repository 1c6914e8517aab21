// Old events are read as new ones: a real example of three versions, and what is refused.
#include "eventstore/upcast.hpp"

#include <gtest/gtest.h>

namespace almanac::eventstore {
namespace {
using kernel::json::Object;
using kernel::json::parse_own;
using kernel::json::Value;

// scheduling.service_created: version 1 had the price in whole euros and one duration in hours;
// version 2 money in minor units; version 3 the duration in minutes and buffers.
Upcasters service_created() {
    Upcasters upcasters;
    upcasters.add("scheduling.service_created", 1, [](Value data) -> kernel::Result<Value> {
        auto& object = data.as_object();
        const auto euros = object.find("price_euros");
        if (euros == object.end() || !euros->value().is_int64())
            return kernel::corrupt("There is no price.");
        const auto cents = euros->value().as_int64() * 100;
        object.erase(euros);
        object["price"] = Object{{"amount", cents}, {"currency", "EUR"}};
        return data;
    });
    upcasters.add("scheduling.service_created", 2, [](Value data) -> kernel::Result<Value> {
        auto& object = data.as_object();
        object["duration_minutes"] = object.at("duration_hours").as_int64() * 60;
        object.erase("duration_hours");
        object["buffer_before_minutes"] = 0;
        object["buffer_after_minutes"] = 0;
        return data;
    });
    return upcasters;
}

const Value version_3 = parse_own(
    R"({"name":"Colour","price":{"amount":4500,"currency":"EUR"},"duration_minutes":120,
        "buffer_before_minutes":0,"buffer_after_minutes":0})");

TEST(Upcast, a_chain_leads_from_every_old_version_to_the_newest) {
    const auto upcasters = service_created();
    const auto from_1 = upcasters.apply(
        {"scheduling.service_created", 1, parse_own(R"({"name":"Colour","price_euros":45,
                                                       "duration_hours":2})")});
    ASSERT_TRUE(from_1) << from_1.error().detail;
    EXPECT_EQ(from_1->version, 3);
    EXPECT_EQ(from_1->data, version_3);
    const auto from_2 =
        upcasters.apply({"scheduling.service_created", 2,
                         parse_own(R"({"name":"Colour","price":{"amount":4500,"currency":"EUR"},
                       "duration_hours":2})")});
    EXPECT_EQ(from_2->data, version_3);
    EXPECT_FALSE(upcasters.is_current("scheduling.service_created", 2));
}

TEST(Upcast, what_is_current_or_unknown_stays_as_it_is) {
    const auto upcasters = service_created();
    const auto current = upcasters.apply({"scheduling.service_created", 3, version_3});
    EXPECT_EQ(current->version, 3);
    EXPECT_EQ(current->data, version_3);
    const auto other = upcasters.apply({"scheduling.appointment_booked", 1, version_3});
    EXPECT_EQ(other->type, "scheduling.appointment_booked");
    EXPECT_EQ(other->version, 1);
    EXPECT_TRUE(upcasters.is_current("scheduling.service_created", 3));
    EXPECT_TRUE(upcasters.is_current("scheduling.appointment_booked", 1));
}

TEST(Upcast, a_renamed_type_goes_on_under_its_new_name) {
    auto upcasters = service_created();
    upcasters.add_rename("catalogue.treatment_added", 4, "scheduling.service_created",
                         [](Value data) -> kernel::Result<Value> { return data; });
    const auto read = upcasters.apply(
        {"catalogue.treatment_added", 4, parse_own(R"({"name":"Colour","price_euros":45,
                                                     "duration_hours":2})")});
    EXPECT_EQ(read->type, "scheduling.service_created");
    EXPECT_EQ(read->data, version_3);
}

TEST(Upcast, a_step_that_cannot_read_says_which_event) {
    const auto read =
        service_created().apply({"scheduling.service_created", 1, parse_own(R"({"name":"x"})")});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, kernel::RejectionKind::corrupt);
    EXPECT_NE(read.error().detail.find("scheduling.service_created of version 1"),
              std::string::npos);
}

TEST(Upcast, two_steps_from_one_place_and_circles_are_mistakes_of_the_program) {
    auto upcasters = service_created();
    const auto same = [](Value data) -> kernel::Result<Value> { return data; };
    EXPECT_THROW(upcasters.add("scheduling.service_created", 2, same), std::logic_error);
    upcasters.add_rename("a", 1, "b", same);
    EXPECT_THROW(upcasters.add_rename("b", 1, "a", same), std::logic_error);
}

}  // namespace
}  // namespace almanac::eventstore
