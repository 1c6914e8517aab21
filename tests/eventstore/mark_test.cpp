// The mark: golden bytes, torn slots, and what is refused.
#include "eventstore/mark.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {
namespace {

Mark some_mark(std::uint64_t position) {
    Mark mark;
    mark.position = position;
    for (std::size_t i = 0; i < 32; ++i) mark.hash[i] = static_cast<std::uint8_t>(i);
    mark.keyring_generation = 0x1112131415161718;
    for (std::size_t i = 0; i < 16; ++i) mark.log_id.bytes[i] = static_cast<std::uint8_t>(0xa0 + i);
    mark.manifest = {0x3132333435363738, 0x4142434445464748};
    return mark;
}

std::string read_all(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}
void write_all(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}
std::string hex(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[static_cast<std::uint8_t>(c) >> 4];
        text += digits[static_cast<std::uint8_t>(c) & 15];
    }
    return text;
}

TEST(Mark, golden_bytes) {
    const auto slot = encode_mark_slot(some_mark(0x0102030405060708), 0x2122232425262728);
    ASSERT_EQ(slot.size(), 4096U);
    EXPECT_EQ(hex(slot.substr(0, 104)),
              "414c4d4e4d41524b"
              "00000001"
              "2122232425262728"
              "0102030405060708"
              "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
              "1112131415161718"
              "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
              "3132333435363738"
              "4142434445464748"
              "dfe12464");
    EXPECT_EQ(slot.substr(104), std::string(4096 - 104, '\0'));
    const auto decoded = decode_mark_slot(slot);
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->mark, some_mark(0x0102030405060708));
    EXPECT_EQ(decoded->serial, 0x2122232425262728U);
}

TEST(Mark, every_flipped_bit_of_what_counts_is_a_torn_slot) {
    const auto slot = encode_mark_slot(some_mark(7), 1);
    for (std::size_t bit = 0; bit < 104 * 8; ++bit) {
        auto broken = slot;
        broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(decode_mark_slot(broken)) << bit;
    }
}

class MarkFileTest : public testing::Test {
  protected:
    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "mark";
};

TEST_F(MarkFileTest, the_newest_write_is_read_back) {
    auto mark = must(MarkFile::create(file_, some_mark(0)));
    EXPECT_EQ(must(MarkFile::read(file_)).mark, some_mark(0));
    for (std::uint64_t i = 1; i < 10; ++i) {
        must(mark->write(some_mark(i)));
        EXPECT_EQ(must(MarkFile::read(file_)).mark, some_mark(i));
        EXPECT_EQ(std::filesystem::file_size(file_), 8192U);
    }
    mark = must(MarkFile::open(file_));
    EXPECT_EQ(mark->current(), some_mark(9));
    must(mark->write(some_mark(10)));
    EXPECT_EQ(must(MarkFile::read(file_)).mark, some_mark(10));
}

TEST_F(MarkFileTest, a_write_torn_at_any_sector_leaves_the_mark_before_or_the_new_one) {
    auto mark = must(MarkFile::create(file_, some_mark(1)));
    must(mark->write(some_mark(2)));
    const auto before = read_all(file_);
    must(mark->write(some_mark(3)));
    const auto after = read_all(file_);
    for (std::size_t from = 0; from < after.size(); from += 512) {
        for (std::size_t to = from; to <= after.size(); to += 512) {
            auto torn = before;
            torn.replace(from, to - from, after, from, to - from);
            write_all(file_, torn);
            const auto read = must(MarkFile::read(file_)).mark.position;
            ASSERT_TRUE(read == 2 || read == 3);
        }
    }
    // Garbage instead of the slot that was being written: the other one counts.
    for (std::size_t slot = 0; slot < 2; ++slot) {
        auto torn = after;
        torn.replace(slot * 4096, 4096, 4096, '\x5a');
        write_all(file_, torn);
        const auto read = must(MarkFile::read(file_)).mark.position;
        EXPECT_EQ(read, slot == 0 ? 3U : 2U);
    }
}

TEST_F(MarkFileTest, refuses_what_it_cannot_know) {
    EXPECT_EQ(MarkFile::read(file_).error().code, "mark_missing");
    must(MarkFile::create(file_, some_mark(1)));
    EXPECT_FALSE(MarkFile::create(file_, some_mark(2)));
    write_all(file_, std::string(8192, '\0'));
    EXPECT_EQ(MarkFile::read(file_).error().code, "corrupt");
    write_all(file_, "");
    EXPECT_EQ(MarkFile::open(file_).error().code, "corrupt");
}

}  // namespace
}  // namespace almanac::eventstore
