// A directory cut or with one bit flipped at any place is refused, found by the read or by the
// check of everything, or nothing acknowledged is missing: never a wrong or shorter answer.
#include <gtest/gtest.h>

#include <tuple>

#include "tests/eventstore/directory_picture.hpp"
#include "tests/faults/business.hpp"
#include "tests/faults/places.hpp"

namespace almanac::faults {
namespace {
namespace fs = std::filesystem;

// Together 2,000 in a run that is not told to try every place.
constexpr std::uint64_t flips = 1'200;
constexpr std::uint64_t log_cuts = 500;
constexpr std::uint64_t keyring_cuts = 300;

class DamagedPlaces : public testing::Test {
  protected:
    DamagedPlaces() {
        Business business(data_);
        eventstore::must(business.create());
        for (const int commands : {12, 8}) {  // tables by the second start, and a log behind them
            eventstore::must(business.open({}));
            EXPECT_EQ(business.run(told_, commands), commands);
            business.close();
        }
        eventstore::must(Business::look(data_, told_));
    }
    // Every byte of every file that says anything.
    struct Place {
        fs::path file;
        std::uint64_t byte;
    };
    std::vector<Place> all_bytes() const {
        std::vector<Place> bytes;
        for (const auto& entry : fs::recursive_directory_iterator(data_)) {
            const auto name = entry.path().filename().string();
            if (!entry.is_regular_file() || name == "ballast" || name.starts_with("LOG")) continue;
            for (std::uint64_t at = 0; at < entry.file_size(); ++at)
                bytes.push_back({entry.path(), at});
        }
        std::ranges::sort(bytes, {},
                          [](const Place& place) { return std::tie(place.file, place.byte); });
        return bytes;
    }
    // Cuts the file there, looks, and puts the rest back.
    template <class Look>
    static void with_cut(const fs::path& file, std::uint64_t at, Look&& look) {
        const auto saved = file.string() + ".saved";
        fs::copy_file(file, saved);
        fs::resize_file(file, at);
        look();
        fs::remove(file);
        fs::rename(saved, file);
    }
    fs::path newest(const fs::path& directory, std::string_view extension) const {
        fs::path found;
        for (const auto& entry : fs::directory_iterator(directory))
            if (entry.path().extension() == extension) found = std::max(found, entry.path());
        return found;
    }
    eventstore::TemporaryDirectory directory_{true};
    fs::path data_ = directory_.path() / "data";
    Told told_;
};

TEST_F(DamagedPlaces, one_flipped_bit_anywhere_is_found_or_harmless) {
    const auto bytes = all_bytes();
    std::mt19937_64 random(seed_of_this_run());
    std::uint64_t found = 0;
    const auto before = eventstore::picture_of(data_ / "p0000" / "log");
    for (const auto place : places(bytes.size(), flips)) {
        const auto& [file, byte] = bytes[place];
        const auto bit = static_cast<unsigned>(random() % 8);
        SCOPED_TRACE(file.lexically_relative(data_).string() + " byte " + std::to_string(byte) +
                     " bit " + std::to_string(bit));
        FaultEnvironment::flip_bit(file, byte, bit);
        if (const auto looked = Business::look(data_, told_); !looked) {
            ++found;
            EXPECT_NE(eventstore::exit_code(looked.error()), 1) << looked.error().code;
        }
        FaultEnvironment::flip_bit(file, byte, bit);
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    EXPECT_GT(found, 100U);
    eventstore::must(Business::look(data_, told_));
    EXPECT_EQ(eventstore::picture_of(data_ / "p0000" / "log").size(), before.size());
}

// All of it is acknowledged and marked, so every cut of the log's is a loss, and refused.
TEST_F(DamagedPlaces, a_log_cut_at_any_byte_is_refused) {
    const auto log = newest(data_ / "p0000" / "log", ".log");
    const auto size = fs::file_size(log);
    ASSERT_GT(size, 2'000U);
    for (const auto at : places(size, log_cuts)) {
        SCOPED_TRACE("cut at " + std::to_string(at));
        with_cut(log, at, [&] {
            const auto looked = Business::look(data_, told_);
            ASSERT_FALSE(looked);
            EXPECT_EQ(looked.error().code, "log_behind_mark") << looked.error().detail;
        });
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    eventstore::must(Business::look(data_, told_));
}

TEST_F(DamagedPlaces, a_keyring_cut_at_any_byte_of_its_log_is_refused_or_needed_by_nobody) {
    const auto log = newest(data_ / "p0000" / "keyring", ".log");
    const auto size = fs::file_size(log);
    std::uint64_t refused = 0;
    for (const auto at : places(size, keyring_cuts)) {
        SCOPED_TRACE("cut at " + std::to_string(at));
        with_cut(log, at, [&] {
            if (const auto looked = Business::look(data_, told_); !looked) {
                ++refused;
                EXPECT_EQ(looked.error().code, "keyring_behind_log") << looked.error().detail;
            }
        });
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
    EXPECT_EQ(refused, places(size, keyring_cuts).size()) << "every batch of keys has its events";
}

// A write that nobody was told of, torn at any byte, is an ordinary start; what was told is there.
TEST_F(DamagedPlaces, a_torn_last_write_that_was_not_acknowledged_is_an_ordinary_start) {
    const auto log = newest(data_ / "p0000" / "log", ".log");
    const auto told_bytes = fs::file_size(log);
    const auto marked = directory_.path() / "marked";
    fs::copy(data_, marked, fs::copy_options::recursive);
    Told more = told_;
    // One more command in the same log: its bytes, under the mark of before.
    Business business(data_);
    eventstore::must(business.open({}));
    ASSERT_EQ(business.run(more, 1), 1);
    business.close();
    const auto grown = newest(data_ / "p0000" / "log", ".log");
    std::uint64_t start = grown == log ? told_bytes : 0;
    const auto end = fs::file_size(grown);
    ASSERT_GT(end, start);
    fs::copy_file(marked / "p0000" / "mark", data_ / "p0000" / "mark",
                  fs::copy_options::overwrite_existing);
    more.acknowledged = told_.acknowledged;
    const auto torn = directory_.path() / "torn";
    for (const auto at : places(end - start, 150)) {
        SCOPED_TRACE("torn after " + std::to_string(at) + " bytes");
        fs::remove_all(torn);
        fs::copy(data_, torn, fs::copy_options::recursive);
        fs::resize_file(torn / grown.lexically_relative(data_), start + at);
        Business again(torn);
        const auto opened = again.open({});
        ASSERT_TRUE(opened) << opened.error().detail;
        eventstore::must(again.check(more));
        auto told = more;
        EXPECT_EQ(again.run(told, 2), 2);
        again.close();
        ASSERT_FALSE(HasFailure()) << "seed " << seed_of_this_run();
    }
}

}  // namespace
}  // namespace almanac::faults
