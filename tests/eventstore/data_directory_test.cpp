// Data directories: made once, held by one, refused with a documented exit code and untouched.
#include "eventstore/data_directory.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/eventstore/directory_picture.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;

class DataDirectoryTest : public testing::Test {
  protected:
    void create(unsigned partitions = 1) {
        must(DataDirectory::create(path_, small_directory(partitions)));
    }
    void append_events(unsigned count, unsigned partition = 0, std::uint64_t generation = 0) {
        const auto held = must(DataDirectory::open(path_));
        auto opened = must(held.open_partition(partition, small_open()));
        WriterHooks hooks;
        hooks.sync_keyring = [=]() -> Result<std::uint64_t> { return generation; };
        Writer writer(*opened.log, *opened.mark, clock_, std::move(hooks));
        for (unsigned i = 0; i < count; ++i)
            must(writer.append(tenant_number(static_cast<std::uint8_t>(i % 3)), by_test(),
                               {draft("test.happened", {"thing:" + std::to_string(i)})},
                               std::nullopt, [](const Result<Appended>& done) { must(done); }));
    }
    // Opens the partition; a refusal must leave every file as it was.
    Result<Partition> try_open(OpenOptions options = small_open()) {
        const auto held = must(DataDirectory::open(path_));
        const auto before = picture_of(path_);
        auto opened = held.open_partition(0, options);
        if (!opened) {
            EXPECT_EQ(picture_of(path_), before) << opened.error().detail;
        }
        return opened;
    }
    void refused(const std::string& code, int exit, OpenOptions options = small_open()) {
        const auto opened = try_open(options);
        ASSERT_FALSE(opened) << "expected " << code;
        EXPECT_EQ(opened.error().code, code) << opened.error().detail;
        EXPECT_EQ(exit_code(opened.error()), exit);
    }
    // Refused as a start and as an acceptance, twice, with nothing touched.
    void never_accepted(const std::string& code) {
        for (int round = 0; round < 2; ++round) {
            refused(code, 14);
            const auto before = picture_of(path_);
            const auto accepted = accept_loss();
            ASSERT_FALSE(accepted);
            EXPECT_EQ(accepted.error().code, code) << accepted.error().detail;
            EXPECT_EQ(picture_of(path_), before);
        }
    }
    void copy_log(const fs::path& from, const fs::path& to) {
        fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    fs::path log() const { return path_ / "p0000" / "log"; }
    fs::path older_copy_of_a_closed_log() {
        create();
        append_events(3);
        auto older = directory_.path() / "older";
        copy_log(log(), older);
        return older;
    }
    // Five events, a copy of the log while it is open, five more, flushed into a table file that
    // the same list of files names afterwards, and more until the mark knows it.
    fs::path older_copy_of_an_open_log() {
        create();
        auto older = directory_.path() / "older";
        const auto held = must(DataDirectory::open(path_));
        auto opened = must(held.open_partition(0, small_open()));
        const auto append = [&](unsigned count) {
            Writer writer(*opened.log, *opened.mark, clock_, {});
            for (unsigned i = 0; i < count; ++i)
                must(writer.append(tenant_number(1), by_test(), {draft("test.happened", {"a:b"})},
                                   std::nullopt, [](const Result<Appended>& done) { must(done); }));
        };
        append(5);
        copy_log(log(), older);
        append(5);
        must(opened.log->checkpoint(directory_.path() / "checkpoint"));  // flushes
        const auto then = must(read_manifest(older)).whole;
        const auto& mark = opened.mark->current();
        // RocksDB tells of a flush a little later than it is done.
        while (mark.manifest.bytes <= then.bytes && mark.position < 10'000) append(1);
        EXPECT_EQ(mark.manifest.number, then.number);
        EXPECT_GT(mark.manifest.bytes, then.bytes);
        newest_ = mark.position;
        return older;
    }
    Result<Fork> accept_loss() {
        return must(DataDirectory::open(path_)).accept_loss(0, small_open());
    }

    TemporaryDirectory directory_;
    fs::path path_ = directory_.path() / "data";
    std::uint64_t newest_ = 0;
    ManualClock clock_{noon()};
};

OpenOptions with_keyring(std::uint64_t generation, std::optional<kernel::Uuid> log_id = {}) {
    auto options = small_open();
    options.keyring = [=](const fs::path& keyring) -> Result<KeyringState> {
        EXPECT_EQ(keyring.filename(), "keyring");
        return KeyringState{generation, log_id};
    };
    return options;
}

TEST_F(DataDirectoryTest, is_made_with_its_partitions_and_opens) {
    auto options = small_directory(3);
    options.sandbox_time = noon();
    must(DataDirectory::create(path_, options));
    const auto held = must(DataDirectory::open(path_));
    EXPECT_EQ(held.partitions(), 3U);
    EXPECT_EQ(held.sandbox_time(), noon());
    std::vector<kernel::Uuid> log_ids;
    for (unsigned i = 0; i < 3; ++i) {
        const auto opened = must(held.open_partition(i, small_open()));
        EXPECT_EQ(opened.log->last_position(), 0U);
        EXPECT_EQ(opened.mark->current().log_id, opened.log->log_id());
        EXPECT_EQ(opened.unfinished_fork, std::nullopt);
        EXPECT_TRUE(fs::is_directory(opened.views_path()));
        EXPECT_TRUE(fs::exists(opened.erasures_path()));
        log_ids.push_back(opened.log->log_id());
    }
    EXPECT_NE(log_ids[0], log_ids[1]);
    EXPECT_FALSE(log_ids[0].is_nil());
}

TEST_F(DataDirectoryTest, is_never_made_over_something) {
    create();
    append_events(5);
    const auto before = picture_of(path_);
    const auto again = DataDirectory::create(path_, small_directory());
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "data_exists");
    EXPECT_EQ(exit_code(again.error()), 11);
    EXPECT_EQ(picture_of(path_), before);
    fs::create_directory(directory_.path() / "other");
    std::ofstream(directory_.path() / "other" / "letter") << "dear";
    EXPECT_EQ(DataDirectory::create(directory_.path() / "other", small_directory()).error().code,
              "data_exists");
    EXPECT_EQ(picture_of(directory_.path() / "other").size(), 1U);
    fs::create_directory(directory_.path() / "empty");
    EXPECT_TRUE(DataDirectory::create(directory_.path() / "empty", small_directory()));
}

TEST_F(DataDirectoryTest, what_is_none_is_missing) {
    const auto missing = DataDirectory::open(path_);
    EXPECT_EQ(missing.error().code, "data_missing");
    EXPECT_EQ(exit_code(missing.error()), 10);
    EXPECT_FALSE(fs::exists(path_));
}

TEST_F(DataDirectoryTest, a_second_server_is_refused) {
    create();
    auto held = std::make_optional(must(DataDirectory::open(path_)));
    const auto before = picture_of(path_);
    const auto second = DataDirectory::open(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "data_locked");
    EXPECT_EQ(exit_code(second.error()), 12);
    const auto child = ::fork();
    if (child == 0) {
        const auto third = DataDirectory::open(path_);
        ::_exit(third ? 0 : exit_code(third.error()));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 12);
    EXPECT_EQ(picture_of(path_), before);
    held.reset();
    EXPECT_TRUE(DataDirectory::open(path_));
}

TEST_F(DataDirectoryTest, a_newer_or_damaged_format_is_refused) {
    create();
    std::ifstream stream(path_ / "format");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_TRUE(text.starts_with("almanac data directory\nformat 1\npartitions 1\nchecksum "));
    const auto code = [&](const std::string& changed) {
        std::ofstream(path_ / "format", std::ios::trunc) << changed;
        const auto before = picture_of(path_);
        const auto opened = DataDirectory::open(path_);
        EXPECT_EQ(picture_of(path_), before);
        return opened ? "opened" : opened.error().code;
    };
    EXPECT_EQ(code("almanac data directory\nformat 2\nanything else\n"), "newer_format");
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_NE(code(changed), "opened") << i;
    }
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_EQ(code(text.substr(0, size)), "corrupt") << size;
    EXPECT_EQ(code(text), "opened");
}

TEST_F(DataDirectoryTest, a_log_that_ends_below_its_mark_is_refused_until_the_loss_is_accepted) {
    create();
    fs::copy(path_, directory_.path() / "old", fs::copy_options::recursive);
    append_events(7);
    const auto old_id = must(try_open()).log->log_id();
    // The log of before, the mark of now.
    fs::remove_all(path_ / "p0000" / "log");
    fs::copy(directory_.path() / "old" / "p0000" / "log", path_ / "p0000" / "log",
             fs::copy_options::recursive);
    refused("log_behind_mark", 15);
    {
        const auto held = must(DataDirectory::open(path_));
        const auto before = picture_of(path_);
        const auto loss = must(held.look_at_loss(0, small_open()));
        EXPECT_EQ(picture_of(path_), before);
        EXPECT_EQ(loss.refusal.code, "log_behind_mark");
        EXPECT_EQ(loss.log_id, old_id);
        EXPECT_EQ(loss.position, 0U);
        EXPECT_EQ(loss.last_time, std::nullopt);
        EXPECT_EQ(loss.mark->position, 7U);
        EXPECT_EQ(loss.missing_events(), 7U);
    }
    const auto fork = must(accept_loss());
    EXPECT_EQ(fork.from_log_id, old_id);
    EXPECT_EQ(fork.position, 0U);
    auto opened = must(try_open());
    EXPECT_EQ(opened.log->log_id(), fork.to_log_id);
    EXPECT_NE(fork.to_log_id, old_id);
    ASSERT_EQ(opened.unfinished_fork, fork);
    LogBatch batch(*opened.log);
    fork_finished(batch);
    must(opened.log->commit(batch));
    opened = {};
    EXPECT_EQ(must(try_open()).unfinished_fork, std::nullopt);
    EXPECT_EQ(accept_loss().error().code, "nothing_to_accept");
}

TEST_F(DataDirectoryTest, an_older_copy_with_a_shorter_list_of_files_is_behind_its_mark) {
    const auto older = older_copy_of_an_open_log();
    fs::remove_all(log());
    copy_log(older, log());
    refused("log_behind_mark", 15);
    const auto loss = must(must(DataDirectory::open(path_)).look_at_loss(0, small_open()));
    EXPECT_EQ(loss.position, 5U);
    EXPECT_EQ(loss.last_time, noon());
    EXPECT_EQ(loss.missing_events(), newest_ - 5);
    EXPECT_EQ(must(accept_loss()).position, 5U);
    const auto opened = must(try_open());
    EXPECT_EQ(must(opened.log->record(5)).sequence, 4U);
}

TEST_F(DataDirectoryTest, an_older_list_of_files_among_newer_files_is_damage) {
    const auto older = older_copy_of_an_open_log();
    copy_log(older, log());
    never_accepted("corrupt");
}

TEST_F(DataDirectoryTest, an_older_log_laid_over_a_newer_one_is_damage) {
    const auto older = older_copy_of_a_closed_log();
    append_events(4);
    append_events(4);
    copy_log(older, log());
    never_accepted("corrupt");
}

TEST_F(DataDirectoryTest, an_older_copy_that_lacks_nothing_opens) {
    const auto older = older_copy_of_a_closed_log();
    append_events(0);  // starts and stops
    fs::remove_all(log());
    copy_log(older, log());
    EXPECT_EQ(must(try_open()).log->last_position(), 3U);
}

TEST_F(DataDirectoryTest, a_loss_is_not_accepted_where_the_rest_is_damaged) {
    create();
    append_events(200);
    append_events(0);  // moves them into table files
    const auto before = fs::file_size(path_ / "p0000" / "mark");
    fs::remove(path_ / "p0000" / "mark");
    EXPECT_EQ(before, 2 * mark_slot_bytes);
    for (const auto& entry : fs::directory_iterator(log())) {
        if (entry.path().extension() != ".sst" || entry.file_size() < 8'000) continue;
        std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(3'000);
        file << "damage";
    }
    const auto picture = picture_of(path_);
    const auto accepted = accept_loss();
    ASSERT_FALSE(accepted);
    EXPECT_EQ(exit_code(accepted.error()), 14) << accepted.error().detail;
    EXPECT_EQ(picture_of(path_), picture);
}

TEST_F(DataDirectoryTest, a_fork_is_to_be_told_to_every_tenant_that_has_no_event_after_it) {
    create();
    append_events(7);
    fs::remove(path_ / "p0000" / "mark");
    refused("mark_missing", 14);
    const auto fork = must(accept_loss());
    EXPECT_EQ(fork.position, 7U);
    {
        const auto opened = must(try_open());
        EXPECT_EQ(must(tenants_to_tell(*opened.log, fork)).size(), 3U);
    }
    append_events(1);  // tenant 0
    const auto opened = must(try_open());
    EXPECT_EQ(must(tenants_to_tell(*opened.log, fork)),
              (std::vector{tenant_number(1), tenant_number(2)}));
}

TEST_F(DataDirectoryTest, a_power_cut_while_a_loss_is_accepted_is_finished_by_the_start) {
    create();
    append_events(3);
    const auto mark = picture_of(path_ / "p0000").at("mark").substr(0, 8192);
    fs::resize_file(path_ / "p0000" / "mark", 0);
    const auto fork = must(accept_loss());
    // The log knows, but the mark's file is still the old one.
    std::ofstream(path_ / "p0000" / "mark", std::ios::binary) << mark;
    const auto opened = must(try_open());
    EXPECT_EQ(opened.log->log_id(), fork.to_log_id);
    EXPECT_EQ(opened.mark->current().log_id, fork.to_log_id);
}

TEST_F(DataDirectoryTest, a_mark_of_another_log_is_refused) {
    create(2);
    append_events(3, 0);
    append_events(3, 1);
    fs::copy_file(path_ / "p0001" / "mark", path_ / "p0000" / "mark",
                  fs::copy_options::overwrite_existing);
    refused("log_id_differs", 17);
}

TEST_F(DataDirectoryTest, an_older_keyring_is_refused_and_never_accepted) {
    create();
    append_events(3, 0, 5);
    refused("keyring_behind_log", 16, with_keyring(4));
    EXPECT_TRUE(try_open(with_keyring(5)));
    EXPECT_TRUE(try_open(with_keyring(6)));
    fs::remove(path_ / "p0000" / "mark");
    const auto accepted = must(DataDirectory::open(path_)).accept_loss(0, with_keyring(4));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code, "keyring_behind_log");
}

TEST_F(DataDirectoryTest, a_keyring_of_another_log_is_refused) {
    create();
    append_events(3);
    const auto own = must(try_open()).log->log_id();
    refused("log_id_differs", 17, with_keyring(0, random_log_id()));
    EXPECT_TRUE(try_open(with_keyring(0, own)));
}

TEST_F(DataDirectoryTest, an_unreadable_keyring_is_refused_as_it_says) {
    create();
    auto options = small_open();
    options.keyring = [](const fs::path&) -> Result<KeyringState> {
        return kernel::corrupt("The keyring is damaged.");
    };
    refused("corrupt", 14, options);
}

TEST_F(DataDirectoryTest, missing_parts_are_refused) {
    create();
    append_events(3);
    fs::copy(path_, directory_.path() / "whole", fs::copy_options::recursive);
    const auto without = [&](const fs::path& part) {
        fs::remove_all(path_);
        fs::copy(directory_.path() / "whole", path_, fs::copy_options::recursive);
        EXPECT_GT(fs::remove_all(path_ / part), 0U) << part;
    };
    without("p0000/log");
    refused("log_missing", 14);
    without("p0000/mark");
    refused("mark_missing", 14);
    without("p0000/log/CURRENT");
    const auto opened = try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(exit_code(opened.error()), 14);
    without("p0000/views");
    EXPECT_TRUE(try_open());
}

TEST_F(DataDirectoryTest, reading_only_leaves_every_file_alone) {
    create();
    append_events(50);
    const auto held = must(DataDirectory::open(path_));
    const auto before = picture_of(path_);
    {
        const auto opened = must(held.open_partition_read_only(0, small_open()));
        EXPECT_EQ(opened.log->last_position(), 50U);
        EXPECT_EQ(must(opened.log->record(50)).sequence, 16U);
        EXPECT_EQ(opened.mark, nullptr);
    }
    EXPECT_EQ(picture_of(path_), before);
}

TEST_F(DataDirectoryTest, a_log_beyond_its_mark_is_in_order_and_moves_the_mark) {
    create();
    append_events(3);
    const auto mark = picture_of(path_ / "p0000").at("mark").substr(0, 8192);
    append_events(4);
    std::ofstream(path_ / "p0000" / "mark", std::ios::binary | std::ios::trunc) << mark;
    const auto opened = must(try_open());
    EXPECT_EQ(opened.log->last_position(), 7U);
    EXPECT_EQ(opened.mark->current().position, 7U);
}

TEST(Partitioning, murmur2_is_kafkas) {
    // From Apache Kafka's UtilsTest.
    const auto is = [](std::string_view text, std::int32_t expected) {
        return static_cast<std::int32_t>(murmur2(text)) == expected;
    };
    EXPECT_TRUE(is("21", -973932308));
    EXPECT_TRUE(is("foobar", -790332482));
    EXPECT_TRUE(is("a-little-bit-long-string", -985981536));
    EXPECT_TRUE(is("a-little-bit-longer-string", -1486304829));
    EXPECT_TRUE(is("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971));
    EXPECT_TRUE(is("abc", 479470107));
}

TEST(Partitioning, the_system_tenant_is_in_partition_zero_and_others_are_spread) {
    std::vector<int> tenants(4);
    for (int i = 0; i < 400; ++i) {
        const TenantId tenant{random_log_id()};
        ++tenants[partition_of(tenant, 4)];
        EXPECT_EQ(partition_of(tenant, 1), 0U);
    }
    for (const int count : tenants) EXPECT_GT(count, 50);
    for (unsigned n = 1; n < 50; ++n) EXPECT_EQ(partition_of(kernel::system_tenant, n), 0U);
}

}  // namespace
}  // namespace almanac::eventstore
