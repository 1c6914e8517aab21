// What policies had still to do at the position that a log is restored to, they do afterwards.
#include "eventstore/restore.hpp"
#include "tests/eventstore/policy_fixture.hpp"

namespace almanac::eventstore {
namespace {
using std::chrono::hours;

class RestorePoliciesTest : public PolicyTest {
  protected:
    // Goes on with what is restored to a position, under the same name.
    void restore_to(std::uint64_t position) {
        close();
        BackupOptions backup;
        backup.folder = directory_.path() / "backups";
        backup.now = noon() + hours{48};
        must(back_up_directory(data(), backup));
        open({.policies_run = false});
        RestoreOptions wish;
        wish.folder = backup.folder;
        wish.data = directory_.path() / "restored";
        wish.master_key = data() / "master.key";
        wish.until.positions[0] = position;
        wish.ballast_bytes = 0;
        const auto report = must(restore_backup(*catalogue_, wish));
        EXPECT_EQ(report.partitions.at(0).fork.position, position);
        close();
        std::filesystem::remove_all(data());
        std::filesystem::rename(wish.data, data());
        std::filesystem::remove_all(backup.folder);
    }
    std::uint64_t end() { return store_->partition(0).log().last_position(); }
    // Without what the fork told.
    Told told(std::uint8_t tenant) {
        auto lines = story(tenant);
        std::erase_if(lines, [](const auto& line) { return line.ends_with("forked"); });
        return lines;
    }
};

TEST_F(RestorePoliciesTest, a_timer_that_fired_later_waits_again) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{2});
    ask(1, 2, "later", noon() + hours{3});
    ASSERT_TRUE(settle());
    const auto before = end();
    set_time(noon() + hours{5});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), 2U);
    restore_to(before);
    set_time(noon() + hours{1});
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(status().timers_pending, 2U);
    EXPECT_EQ(told(1), Told{});
    set_time(noon() + hours{2});
    ASSERT_TRUE(settle());
    EXPECT_EQ(told(1), (Told{"14:00 answered later"}));
}

TEST_F(RestorePoliciesTest, a_timer_that_had_fired_does_nothing_twice_and_its_chain_goes_on) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{1}, 3);
    ASSERT_TRUE(settle());
    set_time(noon() + hours{1});
    ASSERT_TRUE(settle());
    const auto once = end();
    set_time(noon() + hours{4});
    ASSERT_TRUE(settle());
    EXPECT_EQ(story(1).size(), 3U);
    restore_to(once);
    set_time(noon() + hours{1});
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(told(1), (Told{"13:00 answered later"}));
    EXPECT_EQ(status().timers_pending, 1U);
    set_time(noon() + hours{5});
    ASSERT_TRUE(settle());
    EXPECT_EQ(told(1).size(), 3U);
}

TEST_F(RestorePoliciesTest, a_timer_cancelled_later_waits_and_one_cancelled_before_is_gone) {
    init();
    open();
    ask(1, 1, "later", noon() + hours{2});
    ask(1, 2, "later", noon() + hours{2});
    ask(1, 2, "never");
    ASSERT_TRUE(settle());
    const auto before = end();
    ask(1, 1, "never");
    ask(1, 3, "later", noon() + hours{2});
    ASSERT_TRUE(settle());
    restore_to(before);
    open();
    set_time(noon() + hours{3});
    ASSERT_TRUE(settle());
    EXPECT_EQ(told(1), (Told{"15:00 answered later"}));
}

TEST_F(RestorePoliciesTest, an_effect_that_was_cut_off_happens_again_and_others_do_not) {
    init();
    open();
    ask(1, 1, "first");
    ASSERT_TRUE(settle());
    ask(1, 2, "second");
    const auto asked = end();  // or behind it, where the policy was quicker
    ASSERT_TRUE(settle());
    const auto& log = store_->partition(0).log();
    std::uint64_t cut = asked;
    while (must(log.record(cut)).type != lab::Asked::type) --cut;
    restore_to(cut);
    open();
    ASSERT_TRUE(settle());
    EXPECT_EQ(told(1).size(), 2U);
    EXPECT_TRUE(told(1)[0].ends_with("answered first"));
    EXPECT_TRUE(told(1)[1].ends_with("answered second"));
}

}  // namespace
}  // namespace almanac::eventstore
