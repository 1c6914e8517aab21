// Timers and checkpoints of policies are not synced for their own sake. What a power cut takes of
// them comes again from the events: no reaction is missing, none happens twice.
#include <gtest/gtest.h>

#include <map>

#include "tests/eventstore/policy_fixture.hpp"
#include "tests/faults/places.hpp"

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;
using eventstore::must;
using eventstore::noon;
using eventstore::tenant_number;
using std::chrono::hours;
using Then = FaultEnvironment::Then;

constexpr std::uint8_t tenant = 1;
constexpr std::uint8_t asked_before = 1;  // answered before the second policy was there
constexpr std::uint8_t tasks = 9;

class PolicyPowerLoss : public eventstore::PolicyTest {
  protected:
    PolicyPowerLoss() {
        init();
        open();
        ask(tenant, asked_before, "now");
        EXPECT_TRUE(settle());
        close();
        fs::copy(data(), original(), fs::copy_options::recursive);
    }
    fs::path original() const { return directory_.path() / "original"; }
    void put_back() {
        close();
        fs::remove_all(data());
        fs::copy(original(), data(), fs::copy_options::recursive);
        set_time(noon());
    }
    static std::string wish_of(std::uint8_t number) {
        const std::array wishes{"later", "now", "refuse", "quiet"};
        return wishes.at(number % wishes.size());
    }
    // Opens with a second policy, which is new, and asks until the power goes; of each task that
    // was asked for whether that was acknowledged.
    std::map<std::uint8_t, bool> ask_until_the_power_goes() {
        std::map<std::uint8_t, bool> asked;
        try {
            open({.echoes = true});
            for (std::uint8_t number = asked_before + 1; number <= tasks; ++number) {
                asked[number] = false;
                const lab::Ask wish{task(number), wish_of(number), noon() + hours{1}};
                if (!submit("ask", tenant_number(tenant), wish).get() || !settle()) break;
                asked[number] = true;
            }
        } catch (const std::runtime_error&) {  // it could not even be opened
        }
        close();
        return asked;
    }
    std::map<std::string, int> events_of(std::uint8_t number) {
        std::map<std::string, int> counts;
        const auto& log = store_->partition(0).log();
        must(log.tagged(tenant_number(tenant), "task:" + kernel::to_string(task(number)), 0,
                        [&](std::uint64_t position) {
                            ++counts[must(log.record(position)).type];
                            return true;
                        }));
        return counts;
    }
    // An hour after the last timer was due.
    void expect_each_reaction_once(const std::map<std::uint8_t, bool>& asked) {
        set_time(noon() + hours{2});
        open({.echoes = true});
        ASSERT_TRUE(settle());
        EXPECT_EQ(events_of(asked_before)["lab.answered"], 1);
        EXPECT_EQ(events_of(asked_before)["lab.echoed"], 0);  // a new policy begins at the end
        for (const auto& [number, acknowledged] : asked) {
            auto counts = events_of(number);
            const auto wish = wish_of(number);
            const int answers = wish == "later" || wish == "now" ? 1 : 0;
            EXPECT_EQ(counts["lab.answered"], counts["lab.asked"] * answers) << wish;
            EXPECT_EQ(counts["lab.echoed"], counts["lab.answered"]) << wish;
            EXPECT_TRUE(!acknowledged || counts["lab.asked"] == 1) << wish;
        }
        close();
    }
};

TEST_F(PolicyPowerLoss, after_any_change_of_the_disk_each_reaction_happens_once) {
    std::uint64_t changes = 0;
    {
        put_back();
        FaultEnvironment disk(data());
        const auto asked = ask_until_the_power_goes();
        ASSERT_EQ(asked.size(), std::size_t{tasks - asked_before});
        changes = disk.changes();
        expect_each_reaction_once(asked);
    }
    for (const auto place : places(changes, 60)) {
        SCOPED_TRACE("after change " + std::to_string(place + 1));
        put_back();
        FaultEnvironment disk(data(), seed_of_this_run() + place);
        disk.power_loss_after(place + 1, Then::calls_fail);
        const auto asked = ask_until_the_power_goes();
        disk.restart();
        expect_each_reaction_once(asked);
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
}

}  // namespace
}  // namespace almanac::faults
