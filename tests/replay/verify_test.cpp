// `almanac verify`: a directory that is as it must be, and ones that are not.
#include <gtest/gtest.h>

#include "tests/replay/verify_fixture.hpp"

namespace almanac::replay {
namespace {

class VerifyTest : public VerifyFixture {};

TEST_F(VerifyTest, a_directory_that_is_whole_is_counted_and_left_alone) {
    const auto ran = verify({"--json"});
    ASSERT_EQ(ran.exit_code, 0) << ran.err << ran.out;
    const auto said = json::parse_own(ran.lines().at(0)).as_object();
    EXPECT_EQ(said.at("fine"), true);
    const auto& partition = said.at("partitions").as_array().at(0).as_object();
    const auto events = partition.at("events").to_number<std::uint64_t>();
    EXPECT_EQ(partition.at("position").as_string(), "0-" + std::to_string(events));
    EXPECT_GE(partition.at("tags").to_number<std::uint64_t>(), events);
    EXPECT_LE(partition.at("commands").to_number<std::uint64_t>(), events);
    EXPECT_GT(partition.at("sealed_values").to_number<std::uint64_t>(), 0U);
    EXPECT_TRUE(partition.at("views").as_array().empty());
}

TEST_F(VerifyTest, a_tag_that_the_index_lacks_is_named) {
    erase_first_entry(Space::tags);
    expect_found("the index of tags does not have it for ");
}

TEST_F(VerifyTest, a_sequence_that_the_index_lacks_is_named) {
    erase_first_entry(Space::tenants);
    expect_found("the index of sequences does not have it");
}

TEST_F(VerifyTest, a_view_equals_its_rebuild_or_is_named) {
    build_views(0);
    const auto fine = verify({"--views"});
    ASSERT_EQ(fine.exit_code, 0) << fine.err << fine.out;
    EXPECT_NE(fine.out.find("equal"), std::string::npos) << fine.out;
    build_views(1);
    expect_fine();  // the views are not looked at unless asked for
    expect_found("view records at 0-", {"--views"});
}

TEST_F(VerifyTest, of_views_that_are_not_there_it_does_not_say_that_all_is_well) {
    fs::remove_all(partition_path() / "views");
    expect_views_missing("partition 0: there are no views");
    expect_fine();
    build_views(0);
    change_views([](projections::ViewStore& views) { views.clear("calendar"); });
    expect_views_missing("partition 0: view calendar is not there");
}

TEST_F(VerifyTest, damage_counts_for_more_than_a_view_that_is_not_there) {
    erase_first_entry(Space::tags);
    expect_found("partition 0: there are no views", {"--views"});
}

TEST_F(VerifyTest, views_that_the_next_start_throws_away_are_named) {
    build_views(0);
    change_views([](projections::ViewStore& views) {
        projections::ViewBatch batch(views);
        batch.put_checkpoint("calendar", {1, 1'000'000});
        batch.write();
    });
    expect_views_missing("they are ahead of the log");
}

}  // namespace
}  // namespace almanac::replay
