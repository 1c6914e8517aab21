// How long a hold lasts, and which service it is of (domain page: scheduling, "Hold").
#include "domain/scheduling/hold.hpp"

#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace std::chrono_literals;

TEST(HoldTerms, last_from_30_to_1800_seconds_and_300_where_nothing_is_said) {
    const auto read = [](const std::string& more) {
        return from_json<HoldSlot>(json::parse_own(R"({"service_id": ")" + to_string(haircut) +
                                                   R"(", "start": "2026-06-08T12:00:00Z")" + more +
                                                   "}"));
    };
    const auto fault = [&](const std::string& more) {
        const auto wish = read(more);
        return wish ? std::string()
                    : wish.error().errors[0].pointer + " " + wish.error().errors[0].code;
    };
    EXPECT_EQ(read("")->ttl_seconds, 300);
    EXPECT_EQ(fault(R"(, "ttl_seconds": 29)"), "/ttl_seconds min");
    EXPECT_EQ(fault(R"(, "ttl_seconds": 30)"), "");
    EXPECT_EQ(fault(R"(, "ttl_seconds": 1800)"), "");
    EXPECT_EQ(fault(R"(, "ttl_seconds": 1801)"), "/ttl_seconds max");
    EXPECT_EQ(fault(R"(, "client_id": ")" + to_string(lucia) + '"'), "/client_id unknown_field");
}

TEST(HoldTerms, are_of_one_service) {
    auto colour = a_haircut();
    colour.id = id_of<ServiceId>(31);
    auto salon = a_salon().and_given(colour);
    const auto held = salon.after(HoldSlot{haircut, monday_noon, 1, {}, 300}).event<HoldPlaced>();
    auto wish = book_at(monday_noon);
    wish.hold_id = held.id;
    wish.service_id = colour.id;
    salon.when(wish).then_field_error("/service_id", "differs_from_hold");
    wish.service_id = haircut;
    salon.when(wish).event<AppointmentBooked>();
}

}  // namespace
}  // namespace almanac::testing
