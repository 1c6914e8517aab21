// Referrals: a code, a newcomer, the first paid visit, the reward after the return window.
#include "domain/loyalty/referral.hpp"

#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

const MemberRef newcomer{MemberKind::client, id_number(42)};

RecordCreated<LoyaltyProgram> rewarding() {
    auto program = a_program();
    program.points_for_referral = 200;
    program.points_for_referee = 50;
    program.referral_return_days = 14;
    program.referral_expires_days = 90;
    return program;
}

struct Story {
    Given club;
    std::string code;
    ReferralId id;
    explicit Story(const RecordCreated<LoyaltyProgram>& program = rewarding())
        : club(a_club(program)) {
        club.and_given(a_person(newcomer));
        code = club.after(CreateReferralCode{lucia_account}).event<ReferralCodeCreated>().code;
    }
    void register_newcomer() {
        id = club.after(RegisterReferral{code, newcomer}).event<ReferralRegistered>().id;
    }
    void pay(std::int64_t refunded = 0) {
        club.after(bought(1, 1'000, "2026-01-05T12:00:00Z", refunded, newcomer));
    }
    ReferralStatus status() { return club.fold<Referral>(id).status; }
};

TEST(ReferralCode, has_letters_that_nobody_takes_for_others) {
    Story story;
    EXPECT_EQ(story.code.size(), 10U);
    EXPECT_EQ(story.code.find_first_of("01ILOU"), std::string::npos);
    EXPECT_NE(story.club.after(CreateReferralCode{lucia_account}).event<ReferralCodeCreated>().code,
              story.code);
    story.club.when(CreateReferralCode{id_of<AccountId>(9)})
        .then_field_error("/account_id", "not_found");
}

TEST(Referral, is_registered_by_a_code_in_either_case) {
    Story story;
    auto lower = story.code;
    for (auto& letter : lower) letter = static_cast<char>(std::tolower(letter));
    const auto& e = story.club.when(RegisterReferral{lower, newcomer}).event<ReferralRegistered>();
    EXPECT_EQ(e.code, story.code);
    EXPECT_EQ(e.referrer, lucia_account);
    auto wrong = story.code;
    wrong.back() = '0';
    story.club.when(RegisterReferral{wrong, newcomer}).then_rejected("loyalty.code_unknown");
    for (const auto* typed : {"O0I1LU", "AB-CD", "\xC3\x91", " "})
        story.club.when(RegisterReferral{typed, newcomer}).then_rejected("loyalty.code_unknown");
    wrong.back() = story.code.back() == '2' ? '3' : '2';
    story.club.when(RegisterReferral{wrong, newcomer}).then_rejected("loyalty.code_unknown");
    story.club.when(RegisterReferral{story.code, {MemberKind::client, id_number(99)}})
        .then_field_error("/referee/id", "not_found");
}

TEST(Referral, of_oneself_is_refused_by_person_and_by_address) {
    Story story;
    story.club.when(RegisterReferral{story.code, lucia_member})
        .then_rejected("loyalty.self_referral");
    for (const auto* kind : {"email:", "phone:"}) {
        const MemberRef member{MemberKind::client, id_number(50)};
        const MemberRef twin{MemberKind::client, id_number(51)};
        auto one = a_person(member);
        auto other = a_person(twin);
        one.keys = other.keys = {kind + to_string(id_number(60'000))};
        auto club = story.club;
        club.and_given(one).and_given(other).and_given(opened(id_of<AccountId>(72), member));
        const auto code =
            club.after(CreateReferralCode{id_of<AccountId>(72)}).event<ReferralCodeCreated>().code;
        club.when(RegisterReferral{code, twin}).then_rejected("loyalty.self_referral");
        // Who comes back as a new client is the same person.
        club.and_given(RecordDeleted<Client>{ClientId{member.id}, one.keys});
        club.when(RegisterReferral{code, twin}).then_rejected("loyalty.self_referral");
        club.when(RegisterReferral{story.code, member})
            .then_field_error("/referee/id", "not_found");
    }
}

// What was paid before the registration was only noted after it.
TEST(Referral, of_who_had_paid_already_is_never_rewarded) {
    Story story;
    story.club.at("2026-01-05T12:00:00Z");
    story.register_newcomer();
    auto late = bought(1, 1'000, "2026-01-05T11:00:00Z", 0, newcomer);
    late.fact.told_at = at("2026-01-05T11:59:59Z");
    story.club.after(late);
    story.club.after(bought(2, 1'000, "2026-01-06T11:00:00Z", 0, newcomer));
    EXPECT_EQ(story.status(), ReferralStatus::registered);
    story.club.at("2026-04-05T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(story.status(), ReferralStatus::expired);
}

TEST(Referral, counts_as_of_the_payment_and_the_end_of_the_window) {
    auto program = rewarding();
    program.active_until = date("2026-01-31");
    Story story(program);
    story.register_newcomer();
    story.club.at("2026-02-20T12:00:00Z");
    auto paid = bought(1, 1'000, "2026-01-05T11:00:00Z", 0, newcomer);
    paid.fact.told_at = at("2026-01-05T12:00:00Z");
    story.club.after(paid);
    EXPECT_EQ(story.club.fold<Referral>(story.id).reward_due, at("2026-01-19T12:00:00Z"));
    const auto decided = story.club.after(AdvanceReferral{story.id});
    EXPECT_EQ(decided.event<ReferralRewarded>().referrer_points, 200);
    EXPECT_EQ(decided.event<PointsEarned>(1).effective_at, at("2026-01-19T12:00:00Z"));
}

TEST(Referral, rewards_nobody_while_no_programme_is_in_force) {
    Story story;
    story.register_newcomer();
    story.club.at("2026-01-05T12:00:00Z");
    story.pay();
    story.club.and_given(ProgramStopped{club_program});
    const auto decided = story.club.at("2026-01-19T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(decided.decision()->list.size(), 1U);
    EXPECT_EQ(decided.event<ReferralRewarded>().referrer_points, 0);
}

TEST(Referral, rewards_no_more_than_an_account_holds) {
    Story story;
    auto much = earned(1, "2026-01-01");
    much.points = much.lots[0].points = balance_points_max;
    story.club.and_given(much);
    story.register_newcomer();
    story.club.at("2026-01-05T12:00:00Z");
    story.pay();
    const auto decided = story.club.at("2026-01-19T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(decided.event<ReferralRewarded>().referrer_points, 0);
}

TEST(Referral, has_one_referrer) {
    Story story;
    story.register_newcomer();
    const auto other =
        story.club.after(CreateReferralCode{marta_account}).event<ReferralCodeCreated>().code;
    story.club.when(RegisterReferral{other, newcomer}).then_rejected("loyalty.already_referred");
}

TEST(Referral, needs_a_programme_in_force) {
    Story story;
    story.club.and_given(ProgramStopped{club_program});
    story.club.when(CreateReferralCode{lucia_account}).then_rejected("loyalty.no_active_program");
    story.club.when(RegisterReferral{story.code, newcomer})
        .then_rejected("loyalty.no_active_program");
}

TEST(Referral, is_of_a_newcomer_once) {
    Story story;
    story.register_newcomer();
    story.club.when(RegisterReferral{story.code, newcomer})
        .then_rejected("loyalty.already_referred");
    story.club.after(bought(2, 100, "2026-01-02T12:00:00Z", 0, marta_member));
    story.club.when(RegisterReferral{story.code, marta_member})
        .then_rejected("loyalty.referee_not_new");
}

TEST(Referral, rewards_both_once_after_the_return_window) {
    Story story;
    story.register_newcomer();
    const auto account = id_of<AccountId>(73);
    story.club.and_given(opened(account, newcomer));
    story.club.at("2026-01-05T12:00:00Z");
    story.pay();
    EXPECT_EQ(story.status(), ReferralStatus::converted);
    story.club.at("2026-01-19T11:59:59Z").after(AdvanceReferral{story.id}).then_nothing();
    story.club.at("2026-01-19T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(story.status(), ReferralStatus::rewarded);
    EXPECT_EQ(balance(story.club, "2026-01-19"), (Balance{200, 0, 0}));
    EXPECT_EQ(balance(story.club, "2026-01-19", account).available, 60);
    story.club.after(AdvanceReferral{story.id}).then_nothing();
}

TEST(Referral, is_reversed_by_a_full_refund_in_the_window) {
    Story story;
    story.register_newcomer();
    story.club.at("2026-01-05T12:00:00Z");
    story.pay();
    story.pay(999);
    EXPECT_EQ(story.status(), ReferralStatus::converted);
    story.pay(1'000);
    EXPECT_EQ(story.status(), ReferralStatus::reversed);
    story.club.at("2026-03-01T00:00:00Z").after(AdvanceReferral{story.id}).then_nothing();
    EXPECT_EQ(balance(story.club, "2026-03-01"), Balance{});
}

TEST(Referral, expires_where_nobody_has_paid_in_time) {
    Story story;
    story.register_newcomer();
    story.club.at("2026-04-01T08:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(story.status(), ReferralStatus::expired);
    story.pay();
    EXPECT_EQ(story.status(), ReferralStatus::expired);
}

TEST(Referral, may_reward_one_side_alone) {
    auto program = rewarding();
    program.points_for_referee = 0;
    Story story(program);
    story.register_newcomer();
    const auto account = id_of<AccountId>(73);
    story.club.and_given(opened(account, newcomer)).at("2026-01-05T12:00:00Z");
    story.pay();
    const auto decided = story.club.at("2026-01-19T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(decided.decision()->list.size(), 2U);
    EXPECT_EQ(balance(story.club, "2026-01-19", account), (Balance{10, 0, 0})) << "what she paid";
    EXPECT_EQ(balance(story.club, "2026-01-19"), (Balance{200, 0, 0}));
}

TEST(Referral, above_the_cap_of_a_month_rewards_the_newcomer_alone) {
    auto program = rewarding();
    program.referral_cap_per_month = 0;
    Story story(program);
    story.register_newcomer();
    story.club.at("2026-01-05T12:00:00Z");
    story.pay();
    const auto decided = story.club.at("2026-01-19T12:00:00Z").after(AdvanceReferral{story.id});
    EXPECT_EQ(decided.event<ReferralRewarded>().referrer_points, 0);
    EXPECT_EQ(balance(story.club, "2026-01-19"), Balance{});
}

TEST(Referral, counts_its_cap_by_the_month) {
    auto program = rewarding();
    program.referral_cap_per_month = 1;
    Story story(program);
    const auto reward = [&](std::uint32_t number, std::string_view paid_on) {
        const MemberRef referee{MemberKind::client, id_number(number)};
        story.club.and_given(a_person(referee));
        story.club.at(paid_on);
        const auto id =
            story.club.after(RegisterReferral{story.code, referee}).event<ReferralRegistered>().id;
        story.club.after(bought(number, 1'000, paid_on, 0, referee));
        const auto due = story.club.fold<Referral>(id).reward_due;
        story.club.at(due.value_or(Instant{}));
        return story.club.after(AdvanceReferral{id}).event<ReferralRewarded>().referrer_points;
    };
    EXPECT_EQ(reward(80, "2026-01-02T12:00:00Z"), 200);
    EXPECT_EQ(reward(81, "2026-01-17T12:00:00Z"), 0) << "due on 31 January";
    EXPECT_EQ(reward(82, "2026-01-18T12:00:00Z"), 200) << "due on 1 February";
}

}  // namespace
}  // namespace almanac::testing
