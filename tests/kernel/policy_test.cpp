// How policies are declared.
#include <gtest/gtest.h>

#include "domain/house.hpp"
#include "domain/kernel/module.hpp"

namespace almanac::kernel {
namespace {

struct Rang {
    static constexpr std::string_view type = "bell.rang";
    static constexpr std::uint16_t version = 1;
    std::string at;
};
BOOST_DESCRIBE_STRUCT(Rang, (), (at))
struct Bell {
    static constexpr std::string_view kind = "bell";
    static constexpr std::uint32_t version = 1;
    using Key = std::string;
};
BOOST_DESCRIBE_STRUCT(Bell, (), ())
auto tags(const Rang& e) {
    return Tags<Bell>{}.add<Bell>(e.at);
}
[[maybe_unused]] void evolve(Bell&, const Rang&) {}
struct Silence {
    std::string at;
};
BOOST_DESCRIBE_STRUCT(Silence, (), (at))

Reactions hear(const Rang& e, const Happened& happened) {
    return Reactions{}.set_timer(e.at, happened.time + std::chrono::minutes{1}, Silence{e.at});
}
Reactions fade(const Silence& silence, const TimerFired&) {
    return Reactions{}.cancel_timer(silence.at);
}

TEST(Policies, are_declared_by_what_they_react_to) {
    Catalogue catalogue;
    Module bell(catalogue, "bell");
    bell.event<Rang>();
    bell.policy("echo", 3).on<Rang>(&hear).on_timer<Silence>(&fade);
    ASSERT_EQ(catalogue.policies().size(), 1U);
    const auto& policy = *catalogue.policies().front();
    EXPECT_EQ(policy.name, "bell.echo");
    EXPECT_EQ(policy.version, 3U);
    EXPECT_FALSE(policy.from_the_beginning);
    const auto* reaction = policy.reaction_to(event_type<Rang>());
    ASSERT_TRUE(reaction);
    const Rang rang{"tower"};
    const auto noon = *parse_instant("2026-12-01T12:00:00Z");
    const auto reactions = reaction->react(&rang, {.time = noon});
    ASSERT_EQ(reactions.timers().size(), 1U);
    EXPECT_EQ(reactions.timers()[0].due, noon + std::chrono::minutes{1});
    EXPECT_EQ(reactions.timers()[0].data, R"({"at":"tower"})");
    const auto faded = policy.timer(json::parse_own(reactions.timers()[0].data), {"tower", noon});
    ASSERT_TRUE(faded);
    EXPECT_FALSE(faded->timers()[0].due);
    EXPECT_FALSE(policy.timer(json::parse_own(R"({"at":1})"), {"tower", noon}));
}

TEST(Policies, contradictions_do_not_start) {
    Catalogue catalogue;
    Module bell(catalogue, "bell");
    bell.policy("echo").on<Rang>(&hear);
    EXPECT_THROW(bell.policy("echo"), std::logic_error);
    EXPECT_THROW(bell.policy(std::string(80, 'x')), std::logic_error);
    EXPECT_THROW(bell.policy("twice").on<Rang>(&hear).on<Rang>(&hear), std::logic_error);
}

// What a policy submits must be a command of the house.
TEST(Policies, commands_are_found_by_their_struct) {
    const auto catalogue = build_catalogue();
    EXPECT_FALSE(catalogue.command(std::type_index(typeid(Silence))));
    for (const auto& command : catalogue.commands())
        EXPECT_EQ(catalogue.command(command->wish), command.get()) << command->name;
}

}  // namespace
}  // namespace almanac::kernel
