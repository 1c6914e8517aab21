// Interval sets against a picture of them: one character per minute.
#include "domain/scheduling/intervals.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace almanac::scheduling {
namespace {

Interval minutes(int from, int to) {
    return {kernel::Instant{std::chrono::minutes{from}}, kernel::Instant{std::chrono::minutes{to}}};
}

// "..##.#" -> [2,4) [5,6)
IntervalSet drawn(const std::string& picture) {
    std::vector<Interval> any;
    for (std::size_t i = 0; i < picture.size(); ++i) {
        if (picture[i] == '#') any.push_back(minutes(static_cast<int>(i), static_cast<int>(i) + 1));
    }
    return merge(any);
}

TEST(Intervals, MergeJoinsWhatTouchesAndDropsWhatIsEmpty) {
    EXPECT_EQ(merge({minutes(5, 7), minutes(1, 3), minutes(3, 4), minutes(9, 9), minutes(8, 6)}),
              (IntervalSet{minutes(1, 4), minutes(5, 7)}));
    EXPECT_EQ(merge({minutes(0, 10), minutes(2, 3)}), (IntervalSet{minutes(0, 10)}));
    EXPECT_TRUE(merge({}).empty());
}

TEST(Intervals, SubtractCutsBothSidesAndMiddles) {
    EXPECT_EQ(subtract(drawn("##########"), drawn(".#..##...#")), drawn("#.##..###."));
    EXPECT_EQ(subtract(drawn("##..##..##"), drawn(".########.")), drawn("#........#"));
    EXPECT_EQ(subtract(drawn("####"), {}), drawn("####"));
}

TEST(Intervals, IntersectKeepsWhatBothHold) {
    EXPECT_EQ(intersect(drawn("###..###"), drawn(".####.##")), drawn(".##...##"));
    EXPECT_TRUE(intersect(drawn("##.."), drawn("..##")).empty());
}

TEST(Intervals, ContainsWantsOneMemberForTheWholeSpan) {
    const auto set = drawn("####..###");
    EXPECT_TRUE(contains(set, minutes(0, 4)));
    EXPECT_TRUE(contains(set, minutes(6, 7)));
    EXPECT_FALSE(contains(set, minutes(3, 7)));
    EXPECT_FALSE(contains(set, minutes(4, 5)));
    EXPECT_FALSE(contains(set, minutes(2, 2)));
    EXPECT_FALSE(contains({}, minutes(0, 1)));
}

TEST(Intervals, AreHalfOpen) {
    EXPECT_FALSE(minutes(0, 5).overlaps(minutes(5, 6)));
    EXPECT_TRUE(minutes(0, 5).overlaps(minutes(4, 6)));
    EXPECT_TRUE(minutes(0, 5).holds(minutes(0, 1).start));
    EXPECT_FALSE(minutes(0, 5).holds(minutes(5, 6).start));
}

TEST(Intervals, AgreeWithPicturesOfThem) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto picture = [&] {
        std::string p;
        for (int i = 0; i < 30; ++i) p += random() % 3 == 0 ? '.' : '#';
        return p;
    };
    for (int round = 0; round < 2000; ++round) {
        const auto a = picture();
        const auto b = picture();
        std::string both = a;
        std::string left = a;
        int count = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (b[i] == '.') both[i] = '.';
            if (b[i] == '#') left[i] = '.';
            count += a[i] == '#';
        }
        ASSERT_EQ(intersect(drawn(a), drawn(b)), drawn(both)) << a << "\n" << b;
        ASSERT_EQ(subtract(drawn(a), drawn(b)), drawn(left)) << a << "\n" << b;
        ASSERT_EQ(length(drawn(a)), std::chrono::minutes{count}) << a;
        const auto from = random() % 30;
        const auto to = from + 1 + random() % (30 - from);
        const bool inside = a.substr(from, to - from).find('.') == std::string::npos;
        ASSERT_EQ(contains(drawn(a), minutes(static_cast<int>(from), static_cast<int>(to))), inside)
            << a << " " << from << " " << to;
    }
}

}  // namespace
}  // namespace almanac::scheduling
