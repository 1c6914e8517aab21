// The disk of a backup folder fails at a call, or the power goes while a backup is made: the backup
// before is whole, what was not finished is none, and the business goes on.
#include <gtest/gtest.h>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/restore.hpp"
#include "tests/faults/business.hpp"
#include "tests/faults/places.hpp"

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;
using eventstore::must;
using kernel::Result;
using Then = FaultEnvironment::Then;

class FailingBackup : public testing::Test {
  protected:
    // A folder with one backup of a business that goes on. Only the folder is on the disk that
    // fails; a business is closed before that disk goes.
    FailingBackup() {
        Business business(data_);
        must(business.create());
        must(business.open({}));
        Business::write_master_key(master_key_);
        EXPECT_EQ(business.run(told_, 10), 10);
        must(back_up(business));
        fs::rename(folder_, first_folder_);
        told_first_ = told_;
        EXPECT_EQ(business.run(told_, 10), 10);
        business.close();
    }
    void fresh_folder() {
        fs::remove_all(folder_);
        fs::copy(first_folder_, folder_, fs::copy_options::recursive);
    }
    Result<eventstore::BackupReport> back_up(const Business& business) const {
        eventstore::BackupOptions options;
        options.folder = folder_;
        options.now = eventstore::noon();
        const auto source = business.source();
        return eventstore::take_backup({&source, 1}, options);
    }
    // The newest backup of the folder has all that was acknowledged before it was answered; where
    // none was, the first one's or more.
    void expect_restored(const Told& asked, const Told& acknowledged) {
        fs::remove_all(restored_);
        eventstore::RestoreOptions wish;
        wish.folder = folder_;
        wish.data = restored_;
        wish.master_key = master_key_;
        wish.ballast_bytes = 1 << 16;
        const auto report = eventstore::restore_backup(catalogue_, wish);
        ASSERT_TRUE(report) << report.error().code << ": " << report.error().detail;
        Business restored(restored_);
        must(restored.open({}));
        must(restored.check({asked.asked, acknowledged.acknowledged, 0}));
        restored.close();
    }
    void expect_both_go_on(Business& business) {
        EXPECT_EQ(business.run(told_, 1), 1);
        const auto next = back_up(business);
        ASSERT_TRUE(next) << next.error().code << ": " << next.error().detail;
        EXPECT_TRUE(next->verified);
        EXPECT_FALSE(fs::exists(folder_ / ".making"));
        business.close();
    }
    // What a backup asks of the disk when all goes well.
    template <class Count>
    std::uint64_t count_in_a_backup(Count count) {
        fresh_folder();
        const FaultEnvironment disk(folder_);
        Business business(data_);
        must(business.open({}));
        must(back_up(business));
        business.close();
        return count(disk);
    }

    eventstore::TemporaryDirectory directory_{true};
    fs::path data_ = directory_.path() / "data";
    fs::path folder_ = directory_.path() / "backups";
    fs::path first_folder_ = directory_.path() / "first";
    fs::path restored_ = directory_.path() / "restored";
    fs::path master_key_ = directory_.path() / "master.key";
    kernel::Catalogue catalogue_;
    Told told_;
    Told told_first_;
};

TEST_F(FailingBackup, at_any_call_leaves_the_backup_before_and_a_business_that_goes_on) {
    struct Kind {
        Call call;
        Effect effect;
        const char* code;
    };
    for (const auto& [call, effect, code] :
         {Kind{Call::write, Effect::no_space, "disk_full"},
          Kind{Call::write, Effect::io_error, "io_error"},
          Kind{Call::create, Effect::io_error, "io_error"},
          Kind{Call::sync, Effect::io_error, "io_error"},
          Kind{Call::sync_directory, Effect::io_error, "io_error"},
          Kind{Call::rename, Effect::io_error, "io_error"}}) {
        const auto count =
            count_in_a_backup([call = call](const auto& disk) { return disk.calls(call); });
        ASSERT_GT(count, 2U);
        int failed = 0;
        for (const auto place : places(count, 12)) {
            SCOPED_TRACE("call " + std::to_string(static_cast<int>(call)) + ", the " +
                         std::to_string(place + 1) + "th of " + std::to_string(count) + ", seed " +
                         std::to_string(seed_of_this_run()));
            fresh_folder();
            FaultEnvironment disk(folder_, seed_of_this_run() + place);
            disk.fail({.call = call, .nth = place + 1, .effect = effect});
            const auto before = told_;
            Business business(data_);
            must(business.open({}));
            const auto report = back_up(business);
            if (!report) {
                ++failed;
                EXPECT_EQ(report.error().code, code) << report.error().detail;
            }
            disk.heal();
            expect_restored(before, report ? before : told_first_);
            expect_both_go_on(business);
            ASSERT_FALSE(HasFailure());
        }
        EXPECT_GT(failed, 0);
    }
}

TEST_F(FailingBackup, a_power_loss_leaves_the_backup_before_or_all_of_the_new_one) {
    const auto changes = count_in_a_backup([](const auto& disk) { return disk.changes(); });
    ASSERT_GT(changes, 20U);
    int unfinished = 0;
    for (const auto place : places(changes, 60)) {
        SCOPED_TRACE("after change " + std::to_string(place + 1) + " of " +
                     std::to_string(changes) + ", seed " + std::to_string(seed_of_this_run()));
        fresh_folder();
        FaultEnvironment disk(folder_, seed_of_this_run() + place);
        disk.power_loss_after(place + 1, Then::calls_fail);
        const auto before = told_;
        Business business(data_);
        must(business.open({}));
        const auto report = back_up(business);
        if (!report) ++unfinished;
        disk.restart();
        expect_restored(before, report ? before : told_first_);
        expect_both_go_on(business);
        ASSERT_FALSE(HasFailure());
    }
    EXPECT_GT(unfinished, 10);
}

// A disk that lies about its syncs breaks what was answered, so the test above can fail.
TEST_F(FailingBackup, a_backup_that_was_never_really_synced_is_found_damaged_or_missing) {
    int found = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        fresh_folder();
        FaultEnvironment disk(folder_, seed_of_this_run() + seed);
        disk.fail({.call = Call::sync, .effect = Effect::ignored, .lasting = true});
        disk.fail({.call = Call::sync_directory, .effect = Effect::ignored, .lasting = true});
        Business business(data_);
        must(business.open({}));
        const auto name = must(back_up(business)).manifest.name;
        business.close();
        disk.restart();
        eventstore::RestoreOptions wish;
        wish.folder = folder_;
        wish.backup = name;
        wish.data = restored_;
        wish.master_key = master_key_;
        wish.ballast_bytes = 1 << 16;
        fs::remove_all(restored_);
        const auto report = eventstore::restore_backup(catalogue_, wish);
        if (!report) ++found;
    }
    EXPECT_GT(found, 5) << "seed " << seed_of_this_run();
}

}  // namespace
}  // namespace almanac::faults
