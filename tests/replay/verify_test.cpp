// `almanac verify`: a directory that is as it must be, and ones that are not.
#include <gtest/gtest.h>

#include "projections/applier.hpp"
#include "projections/records/records.hpp"
#include "replay/sample.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
namespace fs = std::filesystem;
namespace json = kernel::json;
using eventstore::Space;

class VerifyTest : public BusinessFixture {
  protected:
    void SetUp() override {
        directory_ = init("data", "2026-10-20T10:00:00Z");
        const auto store = open(directory_);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        ASSERT_TRUE(load_sample(*sample_business("bella-hair-salon"), target, target, notes))
            << notes.str();
    }
    Ran verify(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"verify", "--data", directory_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return almanac(arguments);
    }
    // An entry of the log's that is no more.
    void erase_first_entry(Space space) const {
        const auto log = eventstore::Log::open(fs::path(directory_) / "p0000" / "log",
                                               eventstore::LogMode::read_write);
        ASSERT_TRUE(log) << log.error().detail;
        std::string first;
        ASSERT_TRUE((*log)->entries(space, {}, {}, [&](std::string_view key, std::string_view) {
            first = key;
            return false;
        }));
        ASSERT_FALSE(first.empty());
        eventstore::LogBatch batch(**log);
        batch.erase(space, first);
        ASSERT_TRUE((*log)->commit(batch));
    }
    // As a server leaves them; `more` rows that no event accounts for.
    void build_records(int more) {
        const auto store = open(directory_);
        const auto& partition = store->partition(0);
        const auto& log = partition.log();
        const auto views = projections::ViewStore::open(partition.views_path(), partition.log_id(),
                                                        log.last_position());
        ASSERT_TRUE(views) << views.error().detail;
        projections::RecordsProjection records(catalogue);
        projections::Applier applier(catalogue, log, **views, {&records}, {});
        applier.load();
        ASSERT_TRUE(log.scan(1, log.last_position(), [&](std::uint64_t at, std::string_view bytes) {
            const eventstore::CommittedEvent event{
                at, std::make_shared<const eventstore::Record>(*eventstore::decode(bytes)), {}};
            applier.apply({&event, 1});
            return true;
        }));
        projections::ViewBatch batch(**views);
        projections::TenantViews rows(batch, records.view());
        rows.turn_to(kernel::system_tenant);
        for (int n = 0; n < more; ++n) rows.put_unread("row " + std::to_string(n), "nobody's");
        batch.write();
    }
    std::string directory_;
};

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
    const auto ran = verify();
    EXPECT_EQ(ran.exit_code, 14) << ran.err;
    EXPECT_NE(ran.out.find("the index of tags does not have it for "), std::string::npos)
        << ran.out;
}

TEST_F(VerifyTest, a_sequence_that_the_index_lacks_is_named) {
    erase_first_entry(Space::tenants);
    const auto ran = verify();
    EXPECT_EQ(ran.exit_code, 14) << ran.err;
    EXPECT_NE(ran.out.find("the index of sequences does not have it"), std::string::npos)
        << ran.out;
}

TEST_F(VerifyTest, a_view_equals_its_rebuild_or_is_named) {
    build_records(0);
    const auto fine = verify({"--views"});
    ASSERT_EQ(fine.exit_code, 0) << fine.err << fine.out;
    EXPECT_NE(fine.out.find("equal"), std::string::npos) << fine.out;
    build_records(1);
    EXPECT_EQ(verify().exit_code, 0);  // the views are not looked at unless asked for
    const auto ran = verify({"--views"});
    EXPECT_EQ(ran.exit_code, 14) << ran.err;
    EXPECT_NE(ran.out.find("view records at 0-"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace almanac::replay
