// The terms of a programme as they are read: what is kept, what is refused and where.
#include "domain/kernel/codec.hpp"
#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

constexpr auto sparse = R"({"name": "Club", "points_per_currency_unit_ppm": 1000000,
    "redemption": {"points": 100, "value": {"amount": 500, "currency": "EUR"}}, "tiers": []})";

Result<CreateRecord<LoyaltyProgram>> read_with(std::string_view fields) {
    auto body = json::parse_own(sparse);
    json::merge_patch(body, json::parse_own(fields));
    return from_json<CreateRecord<LoyaltyProgram>>(body);
}
std::string refusal(std::string_view fields) {
    const auto program = read_with(fields);
    if (program) return "accepted";
    std::string all;
    for (const auto& e : program.error().errors) all += e.pointer + ' ' + e.code + ';';
    return all;
}

TEST(ProgramFields, have_defaults) {
    const auto program = read_with("{}");
    ASSERT_TRUE(program);
    EXPECT_EQ(program->redemption_ttl_minutes, 30);
    EXPECT_EQ(program->minimum_redemption, 1);
    EXPECT_EQ(program->redemption_step, 1);
    EXPECT_EQ(program->maximum_share_ppm, ppm_one);
    EXPECT_EQ(program->expiry.kind, ExpiryKind::none);
    EXPECT_FALSE(program->transfers_allowed);
}

TEST(ProgramFields, are_refused_where_they_cannot_be) {
    EXPECT_EQ(refusal(R"({"expiry": {"kind": "after_days"}})"), "/expiry/days expiry;");
    EXPECT_EQ(refusal(R"({"expiry": {"kind": "none", "days": 3}})"), "/expiry/days expiry;");
    EXPECT_EQ(refusal(R"({"expiry": {"kind": "inactivity", "days": 90, "years": 1}})"),
              "/expiry/years expiry;");
    EXPECT_EQ(refusal(R"({"expiry": {"kind": "end_of_year", "years": 1}})"), "accepted");
    EXPECT_EQ(refusal(R"({"expiry": {"kind": "after_days", "days": 365}})"), "accepted");
    const auto tier = [](std::string_view name, int threshold) {
        return fmt::format(
            R"({{"name": "{}", "threshold": {}, "multiplier_ppm": 1000000, "benefits": []}})", name,
            threshold);
    };
    const auto tiers = [&](std::string_view one, std::string_view other, int threshold) {
        return refusal(R"({"tiers": [)" + tier(one, 500) + ',' + tier(other, threshold) + "]}");
    };
    EXPECT_EQ(tiers("silver", "gold", 1'000), "accepted");
    EXPECT_EQ(tiers("silver", "silver", 1'000), "/tiers/1/name repeated;");
    EXPECT_EQ(tiers("silver", "gold", 500), "/tiers/1/threshold order;");
    EXPECT_EQ(refusal(R"({"redemption_ttl_minutes": 5})"), "accepted");
    EXPECT_EQ(refusal(R"({"redemption_ttl_minutes": 1440})"), "accepted");
    for (const auto* minutes : {"4", "1441"}) {
        const auto refused = refusal(fmt::format(R"({{"redemption_ttl_minutes": {}}})", minutes));
        EXPECT_TRUE(refused.starts_with("/redemption_ttl_minutes ")) << refused;
    }
    EXPECT_EQ(refusal(R"({"active_from": "2026-02-01", "active_until": "2026-01-31"})"),
              "/active_until before_start;");
    const auto worthless = refusal(R"({"redemption": {"value": {"amount": 0}}})");
    EXPECT_TRUE(worthless.starts_with("/redemption/value")) << worthless;
}

}  // namespace
}  // namespace almanac::testing
