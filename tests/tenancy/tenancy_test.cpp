// Tenants, API keys and the sandbox clock, rule by rule.
#include "domain/identity/api_key.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "tests/scheduling/salon.hpp"

namespace almanac::testing {
namespace {
using namespace identity;

tenancy::CreateTenant bella() {
    tenancy::CreateTenant wish;
    wish.slug = "bella-hair-salon";
    wish.name = "Bella Hair Salon";
    wish.time_zone = "Europe/Madrid";
    wish.currency = "EUR";
    return wish;
}

TEST(Tenants, AreRegisteredOnceBySlug) {
    auto system = given();
    const auto e = system.after(bella()).event<tenancy::TenantRegistered>();
    EXPECT_EQ(e.slug, "bella-hair-salon");
    system.when(bella()).then_rejected("slug_taken");
    system.when(bella()).then_field_error("/slug", "taken");
}

TEST(Tenants, BeginWithTheirKeyAndADefaultLocationInTheirZone) {
    tenancy::FoundTenant wish;
    static_cast<tenancy::TenantProfile&>(wish) = bella();
    wish.slug = "bella-hair-salon";
    auto own = given();
    const auto decided = own.after(wish);
    EXPECT_EQ(decided.event<tenancy::TenantCreated>(0).signing_key, "public-key");
    const auto& location = decided.event<RecordCreated<Location>>(1);
    EXPECT_EQ(location.time_zone, "Europe/Madrid");
    EXPECT_TRUE(location.is_default);
    EXPECT_EQ(Uuid{location.id}, decided.event<tenancy::TenantCreated>(0).default_location_id);
    own.when(wish).then_nothing();  // finishing a half-made one twice changes nothing
}

TEST(Tenants, NeverChangeTheirSlug) {
    auto own = a_salon();
    const auto id = TenantId{id_number(1)};
    own.when(tenancy::PatchTenant{id, {{"slug", "other"}}}).then_field_error("/slug", "fixed");
    own.when(tenancy::PatchTenant{id, {{"time_zone", "Mars/Olympus"}}})
        .then_field_error("/time_zone", "format");
    const auto e =
        own.after(tenancy::PatchTenant{id, {{"name", "Bella"}}}).event<tenancy::TenantChanged>();
    EXPECT_EQ(e.changes.names, std::vector<std::string>{"name"});
    own.when(tenancy::PatchTenant{TenantId{id_number(2)}, {}}).then_rejected("not_found");
}

TEST(ApiKeys, AreShownOnceAndKeptAsAHash) {
    auto own = given();
    const auto e = own.after(IssueApiKey{"till", {"scheduling.*:*"}, {}}).event<ApiKeyIssued>();
    ASSERT_TRUE(own.disclosed.contains("key"));
    EXPECT_TRUE(own.disclosed["key"].starts_with("alk_"));
    EXPECT_EQ(e.hash.size(), 64u);
    EXPECT_EQ(e.hash.find(own.disclosed["key"]), std::string::npos);
    own.after(RevokeApiKey{e.id}).then(ApiKeyRevoked{e.id});
    own.when(RevokeApiKey{e.id}).then_nothing();
    EXPECT_TRUE(own.fold<ApiKeyDirectory>(Whole{}).entries.empty());
    own.when(RevokeApiKey{id_of<ApiKeyId>(3)}).then_rejected("not_found");
}

TEST(ApiKeys, RefuseWhatIsNoPatternOrAlreadyOver) {
    auto own = given();
    own.when(IssueApiKey{"x", {"everything"}, {}}).then_field_error("/scopes/0", "format");
    own.when(IssueApiKey{"x", {"a.b:*", "a.B:c"}, {}}).then_field_error("/scopes/1", "format");
    own.when(IssueApiKey{"x", {"a.b:*"}, parse_instant("2020-01-01T00:00:00Z")})
        .then_field_error("/expires_at", "past");
}

TEST(ApiKeys, NobodyGrantsMoreThanTheyMayDo) {
    auto own = given();
    own.permitted([](std::string_view p) { return allows("scheduling.*:*", p); });
    own.when(IssueApiKey{"x", {"scheduling.appointment:create"}, {}}).event<ApiKeyIssued>();
    own.when(IssueApiKey{"x", {"identity.api_key:create"}, {}}).then_rejected("denied");
    own.when(IssueApiKey{"x", {"*.*:*"}, {}}).then_rejected("denied");
}

TEST(Permissions, PatternsMatchPartByPart) {
    EXPECT_TRUE(allows("*.*:*", "scheduling.client:read"));
    EXPECT_TRUE(allows("scheduling.*:read", "scheduling.client:read"));
    EXPECT_FALSE(allows("scheduling.*:read", "scheduling.client:create"));
    EXPECT_FALSE(allows("scheduling.client:*", "scheduling.clients:read"));
    EXPECT_FALSE(allows("scheduling.*:read", "scheduling.*:*"));
    EXPECT_FALSE(allows("", "scheduling.client:read"));
}

TEST(SandboxClock, MovesForwardOnly) {
    auto system = given();
    system.when(tenancy::MoveClock{*parse_instant("2026-05-01T00:00:00Z")})
        .then_rejected("clock_backwards");
    system.when(tenancy::MoveClock{*parse_instant("2026-06-01T08:00:00Z")})
        .then_nothing();  // a barrier
    EXPECT_EQ(system.when(tenancy::MoveClock{*parse_instant("2026-07-01T00:00:00Z")})
                  .event<tenancy::ClockMoved>()
                  .now,
              *parse_instant("2026-07-01T00:00:00Z"));
}

// Decided at 8:00 after a move to noon that has not yet reached the clock of the decisions.
TEST(SandboxClock, AMoveThatIsStillBeingWrittenCounts) {
    const auto noon = *parse_instant("2026-06-01T12:00:00Z");
    auto system = given(tenancy::ClockMoved{noon});
    system.when(tenancy::MoveClock{*parse_instant("2026-06-01T10:00:00Z")})
        .then_rejected("clock_backwards");
    system.when(tenancy::MoveClock{noon}).then_nothing();
}

}  // namespace
}  // namespace almanac::testing
