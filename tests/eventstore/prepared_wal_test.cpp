// Write-ahead files made of prepared ones: nothing that was committed is missing after a kill, and
// the zeros behind it are nobody's business.
#include "eventstore/prepared_wal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "eventstore/log.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;

constexpr std::uint64_t prepared_bytes = 512 << 10;
constexpr auto variable = "ALMANAC_TEST_KILLED_LOG";

class PreparedWalTest : public testing::Test {
  protected:
    static LogOptions options() {
        LogOptions options;
        options.write_buffer_bytes = 512 << 10;
        options.wal_bytes_max = 512 << 10;
        options.wal_prepared_bytes = prepared_bytes;
        return options;
    }
    void open(const fs::path& path, LogMode mode = LogMode::read_write) {
        log_.reset();
        log_ = must(Log::open(path, mode, options()));
    }
    void append(std::size_t data_bytes = 4'000) {
        Record record;
        record.type = "test.happened";
        record.tenant = tenant_number(1);
        record.sequence = log_->last_position();
        record.time = noon();
        record.actor = {"system", ""};
        record.tags = {"thing:1"};
        record.data = R"({"text":")" + std::string(data_bytes, 'x') + R"("})";
        const auto bytes = must(encode(record));
        LogBatch batch(*log_);
        batch.put_event(log_->last_position() + 1, record, bytes);
        must(log_->commit(batch));
    }
    void append_until_used(std::uint64_t files) {
        for (int i = 0; i < 100'000 && log_->prepared_files_used() < files; ++i) append();
        ASSERT_GE(log_->prepared_files_used(), files);
    }
    std::uint64_t readable() {
        std::uint64_t count = 0;
        must(log_->scan(1, log_->last_position(), [&](std::uint64_t, std::string_view bytes) {
            must(decode(bytes));
            ++count;
            return true;
        }));
        return count;
    }
    // Does `work` in a process of its own (this program once more, which comes to this place with a
    // directory of its own), and kills it (-9) there. Answers the last position. Once in a test.
    template <class Work>
    std::uint64_t killed_after(Work work) {
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        if (std::getenv(variable) == nullptr) ::setenv(variable, path_.c_str(), 1);
        const auto told = fs::path(std::getenv(variable)).parent_path() / "told";
        EXPECT_EXIT(
            {
                path_ = std::getenv(variable);
                work();
                std::ofstream(told) << log_->last_position();
                fs::remove_all(directory_.path());
                std::raise(SIGKILL);
            },
            testing::KilledBySignal(SIGKILL), "");
        ::unsetenv(variable);
        std::uint64_t last = 0;
        std::ifstream(told) >> last;
        return last;
    }
    static fs::path newest_wal(const fs::path& log) {
        fs::path newest;
        for (const auto& entry : fs::directory_iterator(log))
            if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
        return newest;
    }

    // Up to the last one that is not 0.
    static std::uint64_t written_bytes(const fs::path& file) {
        std::ifstream stream(file, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
        return bytes.find_last_not_of('\0') + 1;
    }

    TemporaryDirectory directory_;
    fs::path path_ = directory_.path() / "log";
    std::unique_ptr<Log> log_;
};

class PreparedWalKills : public PreparedWalTest, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(files, PreparedWalKills, testing::Values(1, 2, 3, 4));

TEST_P(PreparedWalKills, lose_nothing_that_was_committed) {
    const auto last = killed_after([&] {
        open(path_, LogMode::create);
        append_until_used(static_cast<std::uint64_t>(GetParam()));
        for (int i = 0; i < 7; ++i) append(static_cast<std::size_t>(i) * 9'000);
        int tries = 0;  // that newest file may be one that grows
        while (fs::file_size(newest_wal(path_)) != prepared_bytes && ++tries < 10'000) append();
        if (tries == 10'000) throw std::runtime_error("no zeros lie behind what was written");
    });
    ASSERT_GT(last, 10U);
    {
        const auto seen = must(Log::open(path_, LogMode::read_only));
        EXPECT_EQ(seen->last_position(), last);
    }
    open(path_);
    EXPECT_EQ(log_->last_position(), last);
    EXPECT_EQ(readable(), last);
    append();
    EXPECT_EQ(readable(), last + 1);
}

TEST_F(PreparedWalTest, a_torn_end_is_an_ordinary_start_without_it) {
    const auto last = killed_after([&] {
        open(path_, LogMode::create);
        append_until_used(1);
        append();
    });
    const auto wal = newest_wal(path_);
    std::fstream file(wal, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes(prepared_bytes, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    const auto end = bytes.find_last_not_of('\0');
    ASSERT_GT(end, 2'000U);
    file.seekp(static_cast<std::streamoff>(end - 2'000));  // within the last record
    file.write(std::string(2'001, '\0').data(), 2'001);
    file.close();
    open(path_);
    EXPECT_EQ(log_->last_position(), last - 1);
    EXPECT_EQ(readable(), last - 1);
    append();
    EXPECT_EQ(readable(), last);
}

TEST_F(PreparedWalTest, a_file_that_is_closed_has_only_what_was_written) {
    open(path_, LogMode::create);
    append_until_used(2);
    append();
    log_.reset();
    for (const auto& entry : fs::directory_iterator(path_)) {
        const bool is_wal = entry.path().extension() == ".log";
        EXPECT_TRUE(!is_wal || entry.file_size() < prepared_bytes) << entry.path();
    }
    open(path_);
    EXPECT_EQ(readable(), log_->last_position());
}

TEST_F(PreparedWalTest, more_than_was_prepared_grows_the_file) {
    const auto last = killed_after([&] {
        open(path_, LogMode::create);
        append_until_used(1);
        append(900'000);
        if (fs::file_size(newest_wal(path_)) <= prepared_bytes)
            throw std::runtime_error("it has not grown");
    });
    open(path_);
    EXPECT_EQ(log_->last_position(), last);
    EXPECT_EQ(readable(), last);
}

// Where a write begins with a block of the file, a reader goes on with it behind a hole of zeros.
TEST_F(PreparedWalTest, what_was_not_synced_is_in_the_next_write_too) {
    constexpr std::uint64_t block = 32 << 10;
    const auto hole = directory_.path() / "hole";
    const auto last = killed_after([&] {
        open(path_, LogMode::create);
        append_until_used(1);
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        fs::path wal;
        do {  // room for one entry before the next block
            append(1'000);
            wal = newest_wal(path_);
            begin = written_bytes(wal) + 1;  // the last byte of an event's write is 0
            end = (begin + block - 1) / block * block;
        } while (end - begin < 300 || end - begin > 8'000);
        LogBatch entry(*log_);
        const std::string value(end - begin - 34, 'x');  // with what is written around it: all
        entry.put(Space::policies, "a timer", value);
        must(log_->commit(entry));
        if (const auto at = written_bytes(wal); at + 6 < end || at > end)
            throw std::runtime_error("the entry does not fill its block");
        append(100);
        if (newest_wal(path_) != wal) throw std::runtime_error("it has gone to another file");
        std::ofstream(path_.parent_path() / "hole") << begin << ' ' << end << ' ' << wal.string();
    });
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string wal;
    std::ifstream(hole) >> begin >> end >> wal;
    ASSERT_GT(end, begin);
    std::fstream file(wal, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(begin));
    const std::string zeros(end - begin, '\0');
    file.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
    file.close();
    open(path_);
    EXPECT_EQ(log_->last_position(), last);
    EXPECT_TRUE(must(log_->get(Space::policies, "a timer")));
}

// An older log's records may lie in it: behind the new ones they would be read as events.
TEST_F(PreparedWalTest, a_start_makes_nothing_of_what_it_finds) {
    open(path_, LogMode::create);
    append();
    log_.reset();
    std::ofstream(path_ / "preparing.wal") << "half";
    std::ofstream(path_ / "prepared.wal") << std::string(prepared_bytes, 'x');
    open(path_);
    EXPECT_EQ(log_->prepared_files_used(), 0U);
    EXPECT_FALSE(fs::exists(path_ / "prepared.wal"));
    EXPECT_FALSE(fs::exists(path_ / "preparing.wal"));
    append();
    EXPECT_EQ(readable(), 2U);
}

TEST_F(PreparedWalTest, what_could_not_be_prepared_is_tried_again_with_the_next_file) {
    open(path_, LogMode::create);
    fs::create_directories(path_ / "preparing.wal" / "in the way");
    for (int i = 0; i < 200; ++i) append();  // some files of half a MiB
    EXPECT_EQ(log_->prepared_files_used(), 0U);
    fs::remove_all(path_ / "preparing.wal");
    append_until_used(1);
}

TEST_F(PreparedWalTest, who_writes_little_has_none) {
    open(path_, LogMode::create);
    for (int i = 0; i < 3; ++i) append(100);
    log_.reset();
    EXPECT_FALSE(fs::exists(path_ / "prepared.wal"));
    EXPECT_FALSE(fs::exists(path_ / "preparing.wal"));
}

// It copies the write-ahead file at hand, and nothing of the zeros behind it.
TEST_F(PreparedWalTest, a_checkpoint_of_a_log_that_is_written_holds_what_was_written) {
    open(path_, LogMode::create);
    append_until_used(1);
    std::atomic<bool> done = false;
    std::atomic<std::uint64_t> committed = log_->last_position();
    const std::jthread writer([&] {
        while (!done) {
            append();
            committed = log_->last_position();
        }
    });
    for (int i = 0; i < 20; ++i) {
        const auto path = directory_.path() / ("copy" + std::to_string(i));
        const auto before = committed.load();
        const auto made = log_->checkpoint(path);
        EXPECT_TRUE(made);
        // Older ones are linked, with their zeros; the one at hand is copied, without.
        const auto wal = newest_wal(path);
        const auto size = wal.empty() ? 0 : fs::file_size(wal);
        EXPECT_LT(size, written_bytes(wal) + 32);
        EXPECT_FALSE(fs::exists(path / "prepared.wal"));
        const auto copy = Log::open(path, LogMode::read_only);
        EXPECT_TRUE(copy && (*copy)->last_position() >= before);
        fs::remove_all(path);
    }
    done = true;
}

}  // namespace
}  // namespace almanac::eventstore
