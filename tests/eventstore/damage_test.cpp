// Damage on disk: a torn end that nobody was told of is cut off; anything else is refused with
// nothing touched, or found by the read. Never a wrong or a silently shorter answer.
// Every case is seeded; ALMANAC_SEED repeats a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>

#include "tests/eventstore/directory_picture.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;

std::uint64_t seed_of_this_run() {
    const char* given = std::getenv("ALMANAC_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

std::string bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
void write_bytes(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}
fs::path write_ahead_log(const fs::path& data) {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(data / "p0000" / "log"))
        if (entry.path().extension() == ".log") newest = std::max(newest, entry.path());
    return newest;
}

class Damage : public testing::Test {
  protected:
    // What was acknowledged after each command: the mark's file, and how long the log was then.
    struct Acknowledged {
        std::uint64_t position;
        std::string mark;
        std::size_t log_bytes;
    };

    Damage() : seed_(seed_of_this_run()), random_(seed_) {
        must(DataDirectory::create(original_, small_directory()));
        write_history();
    }
    void write_history() {
        const auto held = must(DataDirectory::open(original_));
        auto opened = must(held.open_partition(0, small_open()));
        Writer writer(*opened.log, *opened.mark, clock_, {});
        std::uint64_t position = 0;
        for (int i = 0; i < 120; ++i) {
            std::vector<EventDraft> events;
            for (std::uint64_t n = 1 + random_() % 4; n > 0; --n)
                events.push_back(draft("test.happened", {"thing:" + std::to_string(random_() % 9)},
                                       "{\"n\":\"" + std::string(random_() % 700, 'x') + "\"}"));
            std::promise<Result<Appended>> done;
            must(writer.append(tenant_number(static_cast<std::uint8_t>(random_() % 3)), by_test(),
                               std::move(events), std::nullopt,
                               [&](Result<Appended> result) { done.set_value(result); }));
            position = must(done.get_future().get()).last_position;
            acknowledged_.push_back({position, bytes_of(original_ / "p0000" / "mark"),
                                     fs::file_size(write_ahead_log(original_))});
        }
        must(opened.log->scan(1, position, [&](std::uint64_t, std::string_view bytes) {
            records_.emplace_back(bytes);
            return true;
        }));
    }
    void fresh_copy() {
        fs::remove_all(copy_);
        fs::copy(original_, copy_, fs::copy_options::recursive);
    }
    // Everything that can be asked equals what was written, as far as the log goes; or `corrupt`.
    Result<void> check_answers(const Log& log, bool may_be_corrupt) {
        const auto last = log.last_position();
        EXPECT_LE(last, records_.size());
        std::uint64_t seen = 0;
        auto scanned = log.scan(1, last, [&](std::uint64_t position, std::string_view bytes) {
            ++seen;
            EXPECT_EQ(bytes, records_[position - 1]);
            return true;
        });
        EXPECT_TRUE(scanned || may_be_corrupt);
        if (!scanned) return scanned;
        EXPECT_EQ(seen, last);
        if (last != 0) {
            const auto end = must(decode(records_[last - 1]));
            EXPECT_EQ(end.index + 1, end.count) << "half a command";
        }
        for (std::uint8_t tenant = 0; tenant < 3; ++tenant) {
            for (int thing = 0; thing < 9; ++thing) {
                const auto tag = "thing:" + std::to_string(thing);
                std::vector<std::uint64_t> expected;
                std::vector<std::uint64_t> found;
                for (std::uint64_t p = 1; p <= last; ++p) {
                    const auto view = must(RecordView::parse(records_[p - 1]));
                    if (view.tenant() == tenant_number(tenant) && view.has_tag(tag))
                        expected.push_back(p);
                }
                auto read = log.tagged(tenant_number(tenant), tag, 0, [&](std::uint64_t position) {
                    found.push_back(position);
                    return true;
                });
                EXPECT_TRUE(read || may_be_corrupt);
                if (!read) return read;
                EXPECT_EQ(found, expected);
            }
        }
        return {};
    }
    // Opens the copy. Refusals must leave it as it was.
    Result<Partition> open_copy() {
        const auto held = must(DataDirectory::open(copy_));
        const auto before = picture_of(copy_);
        auto opened = held.open_partition(0, small_open());
        if (!opened) {
            EXPECT_EQ(picture_of(copy_), before) << opened.error().detail;
        }
        return opened;
    }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    TemporaryDirectory directory_{true};
    fs::path original_ = directory_.path() / "original";
    fs::path copy_ = directory_.path() / "copy";
    ManualClock clock_{noon()};
    std::vector<Acknowledged> acknowledged_;
    std::vector<std::string> records_;
};

TEST_F(Damage, a_cut_log_opens_if_and_only_if_all_that_was_acknowledged_is_there) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    int opened_count = 0;
    int refused_count = 0;
    for (int round = 0; round < 250; ++round) {
        fresh_copy();
        const auto& told = acknowledged_[random_() % acknowledged_.size()];
        write_bytes(copy_ / "p0000" / "mark", told.mark);
        const auto log = write_ahead_log(copy_);
        const auto around = acknowledged_[random_() % acknowledged_.size()].log_bytes;
        const auto cut = round % 5 == 0 ? around : random_() % (fs::file_size(log) + 1);
        fs::resize_file(log, cut);
        SCOPED_TRACE("cut at " + std::to_string(cut) + ", told " + std::to_string(told.position));
        const auto opened = open_copy();
        EXPECT_EQ(opened.has_value(), cut >= told.log_bytes);
        if (opened) {
            ++opened_count;
            EXPECT_GE(opened->log->last_position(), told.position);
            must(check_answers(*opened->log, false));
        } else {
            ++refused_count;
            EXPECT_EQ(opened.error().code, "log_behind_mark") << opened.error().detail;
        }
    }
    EXPECT_GT(opened_count, 20);
    EXPECT_GT(refused_count, 20);
}

TEST_F(Damage, a_flipped_byte_of_the_log_never_loses_what_was_acknowledged) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    int refused_count = 0;
    for (int round = 0; round < 200; ++round) {
        fresh_copy();
        const auto& told = acknowledged_[random_() % acknowledged_.size()];
        write_bytes(copy_ / "p0000" / "mark", told.mark);
        const auto log = write_ahead_log(copy_);
        auto bytes = bytes_of(log);
        const auto at = random_() % bytes.size();
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random_() % 8)));
        write_bytes(log, bytes);
        SCOPED_TRACE("byte " + std::to_string(at) + ", told " + std::to_string(told.position));
        const auto opened = open_copy();
        EXPECT_TRUE(opened || at < told.log_bytes) << opened.error().detail;
        if (opened) {
            EXPECT_GE(opened->log->last_position(), told.position);
            must(check_answers(*opened->log, false));
        } else {
            ++refused_count;
            EXPECT_EQ(opened.error().kind, kernel::RejectionKind::corrupt);
        }
    }
    EXPECT_GT(refused_count, 20);
}

TEST_F(Damage, a_flipped_byte_anywhere_is_refused_found_or_harmless) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    {  // a restart moves the write-ahead log into table files
        const auto held = must(DataDirectory::open(original_));
        must(held.open_partition(0, small_open()));
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(original_ / "p0000" / "log"))
        if (entry.file_size() > 0 && !entry.path().filename().string().starts_with("LOG"))
            files.push_back(entry.path().lexically_relative(original_));
    int found = 0;
    for (int round = 0; round < 250; ++round) {
        fresh_copy();
        const auto& file = files[random_() % files.size()];
        auto bytes = bytes_of(copy_ / file);
        const auto at = random_() % bytes.size();
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random_() % 8)));
        write_bytes(copy_ / file, bytes);
        SCOPED_TRACE(file.string() + " byte " + std::to_string(at));
        const auto opened = open_copy();
        if (!opened) {
            ++found;
            EXPECT_NE(exit_code(opened.error()), 1) << opened.error().code;
            continue;
        }
        EXPECT_EQ(opened->log->last_position(), records_.size());
        if (const auto answers = check_answers(*opened->log, true); !answers) {
            ++found;
            EXPECT_EQ(answers.error().kind, kernel::RejectionKind::corrupt)
                << answers.error().detail;
        }
    }
    EXPECT_GT(found, 20);
}

TEST_F(Damage, zeros_in_the_log_are_never_passed_over) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    for (std::size_t at = 0; at < acknowledged_.back().log_bytes; at += 4096) {
        fresh_copy();
        const auto log = write_ahead_log(copy_);
        auto bytes = bytes_of(log);
        const auto end = std::min(bytes.size(), at + (at % 8192 == 0 ? 32768 : 4096));
        std::fill(bytes.begin() + static_cast<long>(at), bytes.begin() + static_cast<long>(end),
                  '\0');
        write_bytes(log, bytes);
        SCOPED_TRACE("zeros from " + std::to_string(at) + " to " + std::to_string(end));
        const auto opened = open_copy();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, kernel::RejectionKind::corrupt);
    }
}

// RocksDB reads a log in blocks of 32 KiB. Where records end with the blocks it takes a zeroed one
// for nothing at all and goes on with the next.
TEST(DamagedBlock, a_block_of_zeros_between_records_is_found) {
    const TemporaryDirectory directory(true);
    const auto path = directory.path() / "log";
    constexpr std::size_t block_bytes = 32 << 10;
    {
        must(Log::open(path, LogMode::create));
        const auto log = must(Log::open(path, LogMode::read_write));
        for (std::uint64_t position = 1; position <= 3; ++position) {
            Record record;
            record.tenant = tenant_number(1);
            record.sequence = position - 1;
            LogBatch empty(*log);
            empty.put_event(position, record, std::string(20'000, 'x'));
            const auto besides = empty.bytes() - 20'000;
            LogBatch batch(*log);
            batch.put_event(position, record, std::string(block_bytes - 7 - besides, 'x'));
            must(log->commit(batch));
        }
        fs::copy(path, directory.path() / "killed");
    }
    const auto killed = directory.path() / "killed";
    must(must(Log::open(killed, LogMode::read_only))->check_tail());
    auto file = fs::path();
    for (const auto& entry : fs::directory_iterator(killed))
        if (entry.path().extension() == ".log") file = std::max(file, entry.path());
    auto bytes = bytes_of(file);
    ASSERT_EQ(bytes.size(), 3 * block_bytes);
    std::fill_n(bytes.begin() + block_bytes, block_bytes, '\0');
    write_bytes(file, bytes);
    const auto log = must(Log::open(killed, LogMode::read_only));
    EXPECT_EQ(log->last_position(), 3U) << "RocksDB says that something is wrong";
    const auto checked = log->check_tail();
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, "corrupt");
    EXPECT_EQ(checked.error().detail,
              "The write-ahead log lacks position 2, but not what follows it.");
}

// RocksDB takes the unreadable end of its manifest for torn and goes on without the files in it.
TEST_F(Damage, a_damaged_or_cut_list_of_files_is_never_believed) {
    SCOPED_TRACE("seed " + std::to_string(seed_));
    {
        const auto held = must(DataDirectory::open(original_));
        must(held.open_partition(0, small_open()));
    }
    const auto log = original_ / "p0000" / "log";
    auto name = bytes_of(log / "CURRENT");
    name.pop_back();
    const auto manifest = bytes_of(log / name);
    const auto file = copy_ / "p0000" / "log" / name;
    fresh_copy();
    for (std::size_t at = random_() % 7; at < manifest.size(); at += 7) {
        auto broken = manifest;
        if (at % 2 == 0) {
            broken[at] = static_cast<char>(broken[at] ^ (1 << (random_() % 8)));
        } else {
            broken.resize(at);
        }
        write_bytes(file, broken);
        SCOPED_TRACE("byte " + std::to_string(at));
        const auto held = must(DataDirectory::open(copy_));
        const auto opened = held.open_partition(0, small_open());
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().kind, kernel::RejectionKind::corrupt);
        EXPECT_EQ(bytes_of(file), broken);
        EXPECT_FALSE(held.accept_loss(0, small_open()));
    }
    // Unreadable bytes after what was known to be whole are a torn write.
    write_bytes(file, manifest + std::string(20, 'x'));
    EXPECT_TRUE(open_copy());
}

}  // namespace
}  // namespace almanac::eventstore
