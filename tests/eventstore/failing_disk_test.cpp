// When the disk fails: read-only at once, outcomes that say what is known, reads go on.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <latch>

#include "tests/eventstore/faulty_disk.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {

// The disk outlives the partition, so it comes first.
struct HoldsDisk {
    FaultyDisk disk_;
};
class FailingDisk : private HoldsDisk,
                    public WriterTest,
                    public testing::WithParamInterface<std::size_t> {
  protected:
    FailingDisk() : WriterTest(HoldsDisk::disk_.env()) {}
    Writer& begin(WriterHooks hooks = {}) {
        WriterOptions options;
        options.alone_jobs_max = GetParam();
        return start(std::move(hooks), options);
    }
    FaultyDisk& disk() { return disk_; }
};

INSTANTIATE_TEST_SUITE_P(AloneJobsMax, FailingDisk, testing::Values(0, 64),
                         testing::PrintToStringParamName());

TEST_P(FailingDisk, a_failed_sync_turns_the_partition_read_only_and_is_never_retried) {
    std::string told;
    WriterHooks hooks;
    hooks.failed = [&](const kernel::Rejection& why) { told += why.code; };
    auto& writer = begin(std::move(hooks));
    ASSERT_EQ(append({"thing:a"}).get(), Outcome::durable);
    disk().fail_log_syncs(true);
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::unknown);
    const auto syncs = disk().log_syncs();
    disk().fail_log_syncs(false);  // it would work again: nobody may try
    const auto refused = writer.submit(Job{});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, kernel::RejectionKind::unavailable);
    EXPECT_EQ(refused.error().code, "read_only");
    EXPECT_TRUE(writer.status().read_only);
    EXPECT_EQ(told, "io_error");
    EXPECT_EQ(disk().log_syncs(), syncs);
    // What was acknowledged can be read, and nothing else can be seen.
    EXPECT_EQ(log().last_position(), 1U);
    EXPECT_EQ(must(log().record(1)).type, "test.happened");
    EXPECT_EQ(must(log().last_tagged(tenant_number(1), "thing:a")), 1U);
    EXPECT_EQ(mark().position, 1U);
    LogBatch batch(log());
    batch.put(Space::meta, "x", "y");
    EXPECT_FALSE(log().commit(batch));
}

TEST_P(FailingDisk, what_follows_from_events_waits_for_no_sync_of_its_own) {
    begin();
    const auto syncs_of = [&](const std::function<void(Stage&)>& work) {
        const auto before = disk().log_syncs();
        EXPECT_EQ(submit(work).get(), Outcome::durable);
        return disk().log_syncs() - before;
    };
    const auto put = [](Space space) {
        return [space](Stage& stage) { stage.put(space, "key", "value"); };
    };
    const auto append_one = [](Stage& stage) {
        must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}));
    };
    EXPECT_EQ(syncs_of(append_one), 1U);
    EXPECT_EQ(syncs_of(put(Space::policies)), 0U);
    EXPECT_EQ(syncs_of(put(Space::snapshots)), 0U);
    EXPECT_EQ(syncs_of(put(Space::results)), 1U);
    EXPECT_EQ(syncs_of(put(Space::meta)), 1U);
    EXPECT_EQ(syncs_of([&](Stage& stage) {
                  put(Space::policies)(stage);
                  append_one(stage);
              }),
              1U);
}

TEST_P(FailingDisk, all_in_flight_end_unknown_and_all_queued_not_started) {
    Gate let_sync;
    std::latch syncing(1);
    WriterHooks hooks;
    hooks.sync_keyring = [&]() -> Result<std::uint64_t> {
        syncing.count_down();
        let_sync.pass();
        return 0;
    };
    start(std::move(hooks), never_alone());
    disk().fail_log_syncs(true);
    auto syncs = append({"thing:a"});
    syncing.wait();
    std::latch decided(1);
    auto staged = submit([&](Stage& stage) {
        must(stage.append(tenant_number(1), by_test(), {draft("test.x", {"thing:a"})}));
        decided.count_down();
    });
    decided.wait();
    Gate go_on;
    std::latch deciding(1);
    auto blocking = submit([&](Stage&) {
        deciding.count_down();
        go_on.pass();
    });
    deciding.wait();
    auto queued = append({"thing:b"});
    let_sync.open();
    EXPECT_EQ(syncs.get(), Outcome::unknown);  // from here on it is read-only
    go_on.open();
    EXPECT_EQ(queued.get(), Outcome::not_started);
    EXPECT_EQ(staged.get(), Outcome::unknown);
    EXPECT_EQ(blocking.get(), Outcome::unknown);
}

TEST_P(FailingDisk, a_full_disk_says_so_and_a_restart_recovers_what_was_acknowledged) {
    std::string told;
    WriterHooks hooks;
    hooks.failed = [&](const kernel::Rejection& why) {
        told = why.code;
        partition_->release_ballast();
    };
    begin(std::move(hooks));
    for (int i = 0; i < 5; ++i) ASSERT_EQ(append({"thing:a"}).get(), Outcome::durable);
    EXPECT_TRUE(std::filesystem::exists(partition_->ballast_path()));
    disk().fill_up(true);
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::unknown);
    EXPECT_EQ(told, "disk_full");
    EXPECT_FALSE(std::filesystem::exists(partition_->ballast_path()));
    disk().fill_up(false);
    reopen();
    EXPECT_GE(log().last_position(), 5U);
    EXPECT_EQ(std::filesystem::file_size(partition_->ballast_path()), 1U << 16);
    begin();
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::durable);
}

TEST_P(FailingDisk, a_keyring_that_cannot_be_synced_keeps_the_batch_out_of_the_log) {
    WriterHooks hooks;
    hooks.sync_keyring = []() -> Result<std::uint64_t> {
        return kernel::unavailable("io_error", "no keyring");
    };
    auto& writer = begin(std::move(hooks));
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::unknown);
    EXPECT_TRUE(writer.status().read_only);
    EXPECT_EQ(writer.status().failure, "io_error: no keyring");
    EXPECT_EQ(log().last_position(), 0U);
    reopen();
    EXPECT_EQ(log().last_position(), 0U);
}

// A file size limit of one byte makes every write of the mark fail with EFBIG; the log's writes
// are unharmed only until the next one, so the mark is written by itself.
TEST_P(FailingDisk, a_mark_that_failed_once_is_not_written_again) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    auto next = mark();
    next.position = 1;
    const rlimit tight{1, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    const auto failed = partition_->mark->write(next);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, kernel::RejectionKind::unavailable);
    EXPECT_FALSE(partition_->mark->write(next));
    EXPECT_EQ(mark().position, 0U);
    // A writer over such a mark: the log has the event, the caller must ask.
    auto& writer = begin();
    EXPECT_EQ(append({"thing:a"}).get(), Outcome::unknown);
    EXPECT_TRUE(writer.status().read_only);
    reopen();
    EXPECT_EQ(log().last_position(), 1U);
    EXPECT_EQ(mark().position, 1U);
}

}  // namespace
}  // namespace almanac::eventstore
