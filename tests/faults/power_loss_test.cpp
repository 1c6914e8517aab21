// The power goes, again and again: after every change of the disk nothing that was acknowledged is
// missing, and a start is an ordinary one.
#include <gtest/gtest.h>

#include "eventstore/disk.hpp"
#include "tests/faults/business.hpp"
#include "tests/faults/places.hpp"

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;
using Then = FaultEnvironment::Then;

class PowerLoss : public testing::Test {
  protected:
    PowerLoss() { eventstore::must(Business(original_).create()); }
    // A business that has had some days already, so that a start has something to recover.
    void live_before(int commands) {
        Business business(original_);
        eventstore::must(business.open({}));
        EXPECT_EQ(business.run(told_, commands), commands);
        business.close();
    }
    fs::path fresh_copy() {
        fs::remove_all(copy_);
        fs::copy(original_, copy_, fs::copy_options::recursive);
        return copy_;
    }
    // An ordinary start with all that was acknowledged, after which it goes on.
    static void expect_all_there(Business& business, const Business::Options& options, Told& told) {
        eventstore::must(business.open(options));
        eventstore::must(business.check(told));
        EXPECT_EQ(business.run(told, 3), 3);
        business.close();
    }
    eventstore::TemporaryDirectory directory_{true};
    fs::path original_ = directory_.path() / "original";
    fs::path copy_ = directory_.path() / "copy";
    Told told_;
};

TEST_F(PowerLoss, after_any_change_of_the_disk_nothing_acknowledged_is_missing) {
    live_before(20);
    std::uint64_t changes = 0;
    {
        const auto data = fresh_copy();
        FaultEnvironment disk(data);
        auto told = told_;
        Business business(data);
        eventstore::must(business.open({}));
        ASSERT_EQ(business.run(told, 60), 60);
        business.close();
        changes = disk.changes();
    }
    ASSERT_GT(changes, 150U);
    for (const auto place : places(changes, 120)) {
        SCOPED_TRACE("after change " + std::to_string(place + 1));
        const auto data = fresh_copy();
        FaultEnvironment disk(data, seed_of_this_run() + place);
        disk.power_loss_after(place + 1, Then::calls_fail);
        auto told = told_;
        Business business(data);
        Business::Options options;
        options.alone_jobs_max = place % 2 == 0 ? 64 : 0;
        if (business.open(options)) business.run(told, 60);
        business.close();
        disk.restart();
        expect_all_there(business, options, told);
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
}

// Names may survive in any order: a new CURRENT without the manifest that it names would not open.
TEST_F(PowerLoss, at_any_rename_of_a_start_names_that_are_left_belong_together) {
    live_before(20);
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        for (std::uint64_t place = 1;; ++place) {
            SCOPED_TRACE("rename " + std::to_string(place) + ", seed " + std::to_string(seed));
            const auto data = fresh_copy();
            FaultEnvironment disk(data, seed_of_this_run() + seed);
            disk.power_loss_after(Call::rename, place, Then::calls_fail);
            auto told = told_;
            Business business(data);
            if (business.open({})) business.run(told, 3);
            business.close();
            const bool was_reached = !disk.has_power();
            disk.restart();
            const auto opened = business.open({});
            ASSERT_TRUE(opened) << opened.error().code << ": " << opened.error().detail << " seed "
                                << seed_of_this_run();
            eventstore::must(business.check(told));
            business.close();
            if (!was_reached) break;
        }
    }
}

// Its name in the directory above as well as what is in it, wherever it is made.
TEST_F(PowerLoss, a_new_data_directory_is_there_once_it_was_made) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed_of_this_run() + seed));
        const auto root = directory_.path() / ("root " + std::to_string(seed));
        fs::create_directory(root);
        const auto data = root / "new" / "data";
        FaultEnvironment disk(root, seed_of_this_run() + seed);
        eventstore::must(eventstore::DataDirectory::create(data, eventstore::small_directory(1)));
        disk.restart();
        const auto opened = eventstore::DataDirectory::open(data);
        ASSERT_TRUE(opened) << opened.error().detail;
    }
}

TEST_F(PowerLoss, a_directory_that_somebody_made_before_is_there_too) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed_of_this_run() + seed));
        const auto root = directory_.path() / ("given " + std::to_string(seed));
        fs::create_directory(root);
        const auto data = root / "data";
        FaultEnvironment disk(root, seed_of_this_run() + seed);
        ASSERT_EQ(eventstore::disk_make_directory(data, 0777), 0);  // and synced by nobody
        eventstore::must(eventstore::DataDirectory::create(data, eventstore::small_directory(1)));
        disk.restart();
        const auto opened = eventstore::DataDirectory::open(data);
        ASSERT_TRUE(opened) << opened.error().detail;
    }
}

// Several lives of one directory: what one loss leaves is what the next one strikes, starts too.
TEST_F(PowerLoss, lives_of_one_directory_keep_all_that_was_ever_acknowledged) {
    std::mt19937_64 random(seed_of_this_run());
    for (int house = 0; house < 8; ++house) {
        const auto data = fresh_copy();
        FaultEnvironment disk(data, random());
        Told told;
        for (int life = 0; life < 12; ++life) {
            SCOPED_TRACE("house " + std::to_string(house) + ", life " + std::to_string(life));
            disk.power_loss_after(1 + random() % 200, Then::calls_fail);
            Business business(data);
            Business::Options options;
            options.alone_jobs_max = random() % 2 == 0 ? 64 : 0;
            options.mark_interval_ms = random() % 2 == 0 ? 0 : 50;
            const auto opened = business.open(options);
            EXPECT_TRUE(opened || !disk.has_power()) << opened.error().detail;
            if (opened) {
                if (const auto checked = business.check(told); !checked) {
                    EXPECT_FALSE(disk.has_power()) << checked.error().detail;
                }
                business.run(told, 100);
            }
            business.close();
            disk.restart();
            ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
        }
        Business business(data);
        eventstore::must(business.open({}));
        eventstore::must(business.check(told));
        business.close();
    }
}

// Zeros behind the last record, a file that changes its name, a thread that writes beside commits.
TEST_F(PowerLoss, write_ahead_files_made_of_prepared_ones_lose_nothing) {
    live_before(20);
    std::mt19937_64 random(seed_of_this_run());
    std::uint64_t used = 0;
    for (int house = 0; house < 80; ++house) {
        SCOPED_TRACE("house " + std::to_string(house));
        const auto data = fresh_copy();
        FaultEnvironment disk(data, random());
        disk.power_loss_after(1 + random() % 500, Then::calls_fail);
        auto told = told_;
        Business business(data);
        Business::Options options;
        options.wal_prepared_bytes = (1 + random() % 4) * (16UL << 10);
        options.alone_jobs_max = random() % 2 == 0 ? 64 : 0;
        if (business.open(options)) {
            business.run(told, 150);
            used += business.log().prepared_files_used();
        }
        business.close();
        disk.restart();
        expect_all_there(business, options, told);
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    EXPECT_GT(used, 10U);
}

// A disk that lies about its syncs loses what was acknowledged. The mark knows: the start refuses,
// or nothing was lost after all. (So the tests above can fail.)
TEST_F(PowerLoss, a_log_that_was_never_really_synced_is_refused) {
    live_before(5);
    int refused = 0;
    for (std::uint64_t house = 0; house < 20; ++house) {
        SCOPED_TRACE("seed " + std::to_string(seed_of_this_run() + house));
        const auto data = fresh_copy();
        FaultEnvironment disk(data, seed_of_this_run() + house);
        auto told = told_;
        Business business(data);
        eventstore::must(business.open({}));
        disk.fail({.effect = Effect::ignored, .lasting = true, .where = "/log/"});
        disk.power_loss_after(Call::write, 50, Then::calls_fail);
        EXPECT_LT(business.run(told, 60), 60);
        business.close();
        EXPECT_FALSE(disk.has_power());
        disk.restart();
        if (const auto opened = business.open({}); !opened) {
            ++refused;
            EXPECT_EQ(opened.error().kind, kernel::RejectionKind::corrupt) << opened.error().code;
        } else {
            eventstore::must(business.check(told));
        }
        business.close();
    }
    EXPECT_GT(refused, 5);
}

TEST_F(PowerLoss, while_a_directory_is_made_leaves_one_that_serves_or_none) {
    fs::remove_all(original_);
    std::uint64_t changes = 0;
    {
        FaultEnvironment disk(copy_);
        eventstore::must(eventstore::DataDirectory::create(copy_, eventstore::small_directory()));
        changes = disk.changes();
    }
    for (std::uint64_t place = 0; place <= changes; ++place) {
        SCOPED_TRACE("after change " + std::to_string(place + 1));
        fs::remove_all(copy_);
        FaultEnvironment disk(copy_, seed_of_this_run() + place);
        disk.power_loss_after(place + 1, Then::calls_fail);
        const auto made = eventstore::DataDirectory::create(copy_, eventstore::small_directory());
        disk.restart();
        if (!fs::exists(copy_)) continue;
        const auto held = eventstore::DataDirectory::open(copy_);
        if (!held) {
            EXPECT_FALSE(made) << "made, and then it was not there";
            EXPECT_EQ(held.error().code, "data_missing") << held.error().detail;
            continue;
        }
        const auto partition = held->open_partition(0, eventstore::small_open());
        EXPECT_TRUE(partition) << partition.error().detail;
    }
}

}  // namespace
}  // namespace almanac::faults
