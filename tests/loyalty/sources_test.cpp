// Something else that members pay for plugs in by one function and the events after which it is
// looked at, nothing in loyalty changes.
#include "domain/house.hpp"
#include "domain/kernel/event_definition.hpp"
#include "domain/kernel/module.hpp"
#include "tests/loyalty/club.hpp"

namespace almanac::inn {
using namespace kernel;

struct Stay;
using StayId = Id<Stay>;
struct StayPaid {
    static constexpr std::string_view type = "inn.stay_paid";
    static constexpr std::uint16_t version = 1;
    StayId id;
    Uuid client_id;
    std::int64_t amount = 0;
    Instant left_at{};
};
BOOST_DESCRIBE_STRUCT(StayPaid, (), (id, client_id, amount, left_at))
struct Stay {
    static constexpr std::string_view kind = "stay";
    static constexpr std::uint32_t version = 1;
    using Key = StayId;
    Uuid client_id;
    std::int64_t paid = 0;
    Instant left_at{};
};
BOOST_DESCRIBE_STRUCT(Stay, (), (client_id, paid, left_at))
inline auto tags(const StayPaid& e) {
    return Tags<Stay>{}.add<Stay>(e.id);
}
inline void evolve(Stay& stay, const StayPaid& e) {
    stay.client_id = e.client_id;
    stay.paid += e.amount;
    stay.left_at = e.left_at;
}

std::optional<loyalty::PaidFact> paid_fact(const Stay& stay, const StayId& id) {
    loyalty::PaidFact fact;
    fact.source = {"stay", id};
    fact.member = {loyalty::MemberKind::client, stay.client_id};
    fact.completed_at = stay.left_at;
    fact.paid = {stay.paid, "EUR"};
    fact.refunded = {0, "EUR"};
    return fact;
}

void declare(Catalogue& catalogue) {
    Module inn(catalogue, "inn");
    inn.event<StayPaid>().state<Stay>();
    inn.command<loyalty::EarnFrom<Stay>, loyalty::Account>(
           "earn_from_stay", "POST loyalty_accounts/{id}/adjust", "loyalty.loyalty_account:adjust",
           "Books what a stay earns by now.")
        .hidden = true;
    inn.policy("earning").on<StayPaid>(&loyalty::earn<Stay, StayPaid>);
}

}  // namespace almanac::inn

namespace almanac::testing {
namespace {

TEST(Sources, plug_in_by_naming_an_event) {
    auto catalogue = build_catalogue();
    inn::declare(catalogue);
    const auto& policies = catalogue.policies();
    const auto policy = std::ranges::find_if(
        policies, [](const auto& each) { return each->name == "inn.earning"; });
    ASSERT_NE(policy, policies.end());

    auto club = a_club();
    club.at("2026-01-10T12:00:00Z");
    const inn::StayPaid paid{id_of<inn::StayId>(7), lucia_member.id, 5'000,
                             at("2026-01-10T11:00:00Z")};
    const Event event(paid);
    Happened happened;
    happened.time = at("2026-01-10T12:00:00Z");
    const auto* to = (*policy)->reaction_to(*event.type);
    ASSERT_TRUE(to);
    const auto reactions = to->react(event.data.get(), happened);
    ASSERT_EQ(reactions.effects().size(), 1U);
    EXPECT_TRUE(catalogue.command(reactions.effects()[0].command));
    const auto wish =
        *static_cast<const loyalty::EarnFrom<inn::Stay>*>(reactions.effects()[0].wish.get());
    for (int told = 0; told < 2; ++told) {
        club.and_given(paid);
        club.after(wish);
        club.after(wish).then_nothing();
        EXPECT_EQ(balance(club, "2026-01-10"), (Balance{50 * (told + 1), 0, 0}));
    }
}

}  // namespace
}  // namespace almanac::testing
