#include "domain/scheduling/words.hpp"

#include <gtest/gtest.h>

#include "domain/scheduling/matching.hpp"
#include "domain/scheduling/slot_starts.hpp"

namespace almanac::scheduling {
namespace {

TEST(Words, are_zero_at_first_and_keep_what_they_are_given_in_any_number) {
    for (std::size_t size = 0; size <= 9; ++size) {
        Words words(size);
        ASSERT_EQ(words.size(), size);
        for (const auto word : words) EXPECT_EQ(word, 0U);
        for (std::size_t i = 0; i < size; ++i) words[i] = i + 1;
        const Words copy = words;
        EXPECT_EQ(copy, words);
        Words moved = std::move(words);
        EXPECT_EQ(moved, copy);
        if (size == 0) continue;
        moved[size - 1] = 77;
        EXPECT_NE(moved, copy) << "a copy is one of its own";
        EXPECT_EQ(copy[size - 1], size);
        words = copy;
        EXPECT_EQ(words, copy) << "can be used again after a move";
    }
}

TEST(Words, sets_of_every_size_know_their_places) {
    for (const std::size_t bound : {1, 63, 64, 65, 255, 256, 257, 320, 700}) {
        PlaceSet set(bound);
        for (std::size_t place = 0; place < bound; place += 3) set.add(place);
        auto other = set;
        other.remove(0);
        EXPECT_EQ(set.count(), (bound + 2) / 3);
        EXPECT_EQ(other.count() + 1, set.count());
        for (std::size_t place = 0; place < bound; ++place)
            ASSERT_EQ(set.has(place), place % 3 == 0) << place << " of " << bound;
        auto both = set;
        both &= other;
        EXPECT_EQ(both, other);
        both |= set;
        EXPECT_EQ(both, set);
    }
}

TEST(Words, rows_of_starts_keep_to_themselves) {
    for (const std::size_t starts : {1, 64, 65, 200}) {
        for (const std::size_t rows : {1, 3, 4, 5, 20}) {
            StartRows bits(rows, starts);
            for (std::size_t row = 0; row < rows; row += 2) bits.fill(row, 0, starts, true);
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t start = 0; start < starts; ++start)
                    ASSERT_EQ(bits.get(row, start), row % 2 == 0)
                        << row << '/' << rows << ", " << start << '/' << starts;
        }
    }
}

}  // namespace
}  // namespace almanac::scheduling
