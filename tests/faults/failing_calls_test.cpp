// One call of the disk fails, each in its turn: what was acknowledged stays, nothing is tried
// again, and the next start serves.
#include <gtest/gtest.h>

#include "tests/faults/business.hpp"
#include "tests/faults/places.hpp"

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;

constexpr int commands = 40;

class FailingCalls : public testing::Test {
  protected:
    FailingCalls() {
        Business business(original_);
        eventstore::must(business.create());
        eventstore::must(business.open({}));
        EXPECT_EQ(business.run(told_, 20), 20);
        business.close();
    }
    fs::path fresh_copy() {
        fs::remove_all(copy_);
        fs::copy(original_, copy_, fs::copy_options::recursive);
        return copy_;
    }
    // How many calls of each kind a start and its commands make when all goes well.
    std::uint64_t calls_of(std::initializer_list<Call> kinds) {
        const auto data = fresh_copy();
        FaultEnvironment disk(data);
        auto told = told_;
        Business business(data);
        eventstore::must(business.open({}));
        EXPECT_EQ(business.run(told, commands), commands);
        business.close();
        std::uint64_t sum = 0;
        for (const auto kind : kinds) sum += disk.calls(kind);
        return sum;
    }
    static Business::Options options_of(std::uint64_t place) {
        Business::Options options;
        options.alone_jobs_max = place % 2 == 0 ? 64 : 0;
        return options;
    }
    // Nothing is missing or wrong, and the business goes on.
    static void expect_served(Business& business, Told& told, const Business::Options& options) {
        const auto opened = business.open(options);
        ASSERT_TRUE(opened) << opened.error().code << ": " << opened.error().detail;
        eventstore::must(business.check(told));
        EXPECT_EQ(business.run(told, 3), 3);
        eventstore::must(business.check(told));
        business.close();
    }
    eventstore::TemporaryDirectory directory_{true};
    fs::path original_ = directory_.path() / "original";
    fs::path copy_ = directory_.path() / "copy";
    Told told_;
};

// What a failed sync did not save is not saved by a later one: the power goes after it.
TEST_F(FailingCalls, an_input_output_error_at_any_sync_loses_nothing_acknowledged) {
    for (const auto call : {Call::sync, Call::sync_directory}) {
        const auto count = calls_of({call});
        ASSERT_GT(count, call == Call::sync ? 80U : 2U);
        for (const auto place : places(count, count)) {
            SCOPED_TRACE("sync " + std::to_string(place + 1) + " of " + std::to_string(count));
            const auto data = fresh_copy();
            FaultEnvironment disk(data, seed_of_this_run() + place);
            disk.fail({.call = call, .nth = place + 1});
            auto told = told_;
            Business business(data);
            const auto options = options_of(place);
            const auto opened = business.open(options);
            if (!opened) {
                EXPECT_EQ(eventstore::exit_code(opened.error()), 18) << opened.error().code;
            } else if (const int done = business.run(told, commands); done < commands) {
                EXPECT_TRUE(business.status().read_only);
                EXPECT_EQ(business.run(told, 1), 0) << "after a failed sync nobody tries again";
            }
            business.close();
            disk.restart();
            expect_served(business, told, options);
            ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
        }
    }
}

TEST_F(FailingCalls, no_space_at_any_write_is_told_and_the_ballast_is_the_way_out) {
    const auto count = calls_of({Call::write});
    ASSERT_GT(count, 120U);
    int full = 0;
    for (const auto place : places(count, count)) {
        SCOPED_TRACE("write " + std::to_string(place + 1) + " of " + std::to_string(count));
        const auto data = fresh_copy();
        FaultEnvironment disk(data, seed_of_this_run() + place);
        disk.fail({.call = Call::write, .nth = place + 1, .effect = Effect::no_space});
        auto told = told_;
        Business business(data);
        const auto options = options_of(place);
        const auto opened = business.open(options);
        if (!opened) {
            EXPECT_EQ(opened.error().code, "disk_full") << opened.error().detail;
            ++full;
        } else if (const int done = business.run(told, commands); done < commands) {
            ++full;
            EXPECT_TRUE(business.status().read_only);
            EXPECT_FALSE(fs::exists(business.ballast())) << "the ballast is given up";
            // What can be read is right while nothing can be written.
            eventstore::must(business.check(told));
        }
        business.close();
        // Nobody makes room: the ballast's is enough for a start.
        expect_served(business, told, options);
        EXPECT_TRUE(fs::exists(business.ballast())) << "and made again by a start";
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    EXPECT_GT(full, 50);
}

TEST_F(FailingCalls, an_error_at_any_change_of_names_loses_nothing_acknowledged) {
    for (const auto call : {Call::create, Call::rename, Call::remove}) {
        for (std::uint64_t place = 0, count = calls_of({call}); place < count; ++place) {
            SCOPED_TRACE("call " + std::to_string(static_cast<int>(call)) + ", the " +
                         std::to_string(place + 1) + "th");
            const auto data = fresh_copy();
            FaultEnvironment disk(data, seed_of_this_run() + place);
            disk.fail({.call = call, .nth = place + 1});
            auto told = told_;
            Business business(data);
            const auto options = options_of(place);
            if (business.open(options)) business.run(told, commands);
            business.close();
            disk.restart();
            expect_served(business, told, options);
            ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
        }
    }
}

TEST_F(FailingCalls, a_bit_flipped_on_the_way_is_refused_or_read_as_corrupt) {
    std::uint64_t reads = 0;
    {
        const auto data = fresh_copy();
        FaultEnvironment disk(data);
        eventstore::must(Business::look(data, told_));
        reads = disk.calls(Call::read);
    }
    ASSERT_GT(reads, 20U);
    int found = 0;
    for (const auto place : places(reads, 200)) {
        SCOPED_TRACE("read " + std::to_string(place + 1));
        FaultEnvironment disk(copy_, seed_of_this_run() + place);
        disk.fail({.call = Call::read, .nth = place + 1, .effect = Effect::bit_flip});
        // Right answers, or a refusal: `look` lets no other pass.
        if (!Business::look(copy_, told_)) ++found;
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    EXPECT_GT(found, 10);
}

}  // namespace
}  // namespace almanac::faults
