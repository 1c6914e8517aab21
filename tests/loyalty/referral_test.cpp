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
    }
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

}  // namespace
}  // namespace almanac::testing
