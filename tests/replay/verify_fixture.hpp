// A salon's stopped data directory that is as it must be, and ways to damage it that no checksum
// tells of.
#pragma once
#include <functional>

#include "projections/applier.hpp"
#include "projections/read_models.hpp"
#include "projections/records/records.hpp"
#include "replay/sample.hpp"
#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {

namespace fs = std::filesystem;
namespace json = kernel::json;
using eventstore::Space;

class VerifyFixture : public BusinessFixture {
  protected:
    void SetUp() override {
        directory_ = init("data", "2026-10-20T10:00:00Z");
        const auto store = open(directory_);
        StoreTarget target(*store, catalogue);
        std::ostringstream notes;
        ASSERT_TRUE(load_sample(*sample_business("bella-hair-salon"), target, target, notes))
            << notes.str();
        std::promise<bool> reacted;  // so that the timers of its appointments are set
        store->partition(0).policies().run_until(*kernel::parse_instant("2026-10-20T10:00:00Z"),
                                                 [&](bool all) { reacted.set_value(all); });
        ASSERT_TRUE(reacted.get_future().get());
    }
    Ran verify(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"verify", "--data", directory_};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return almanac(arguments);
    }
    // That verify says this and answers 14, as of damage.
    void expect_found(std::string_view sentence, std::vector<std::string> more = {},
                      int exit_code = 14) const {
        const auto ran = verify(std::move(more));
        EXPECT_EQ(ran.exit_code, exit_code) << ran.err << ran.out;
        EXPECT_NE(ran.out.find(sentence), std::string::npos) << sentence << "\n" << ran.out;
        EXPECT_EQ(ran.out.find("All is as it must be"), std::string::npos);
    }
    void expect_views_missing(std::string_view sentence) const {
        expect_found(sentence, {"--views"}, 22);
    }
    void expect_fine(std::vector<std::string> more = {}) const {
        const auto ran = verify(std::move(more));
        EXPECT_EQ(ran.exit_code, 0) << ran.err << ran.out;
    }

    // Writes into the log's database what no server would.
    using Change = std::function<void(const eventstore::Log&, eventstore::LogBatch&)>;
    void change_log(const Change& change) const {
        const auto log =
            eventstore::Log::open(partition_path() / "log", eventstore::LogMode::read_write);
        ASSERT_TRUE(log) << log.error().detail;
        eventstore::LogBatch batch(**log);
        change(**log, batch);
        ASSERT_FALSE(batch.empty()) << "there was nothing to change";
        ASSERT_TRUE((*log)->commit(batch));
    }
    struct Entry {
        std::string key;
        std::string value;
    };
    static Entry first_entry(const eventstore::Log& log, Space space, std::string_view prefix) {
        Entry first;
        EXPECT_TRUE(log.entries(space, prefix, {}, [&](std::string_view key, std::string_view v) {
            first = {std::string(key), std::string(v)};
            return false;
        }));
        EXPECT_FALSE(first.key.empty());
        return first;
    }
    void erase_first_entry(Space space) const {
        change_log([&](const eventstore::Log& log, eventstore::LogBatch& batch) {
            batch.erase(space, first_entry(log, space, {}).key);
        });
    }

    // As a server leaves them; `more` rows of records that no event accounts for.
    void build_views(int more) {
        const auto store = open(directory_);
        const auto& partition = store->partition(0);
        const auto& log = partition.log();
        const auto views = projections::ViewStore::open(partition.views_path(), partition.log_id(),
                                                        log.last_position());
        ASSERT_TRUE(views) << views.error().detail;
        projections::RecordsProjection records(catalogue);
        projections::ReadModels models(catalogue, **views);
        auto all = models.projections();
        all.push_back(&records);
        projections::Applier applier(catalogue, log, **views, all, {});
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
    // As they are, and then not.
    void change_views(const std::function<void(projections::ViewStore&)>& change) {
        const auto store = open(directory_);
        const auto& partition = store->partition(0);
        const auto views = projections::ViewStore::open(partition.views_path(), partition.log_id(),
                                                        partition.log().last_position());
        ASSERT_TRUE(views) << views.error().detail;
        change(**views);
        (*views)->flush();
    }
    fs::path partition_path() const { return fs::path(directory_) / "p0000"; }

    std::string directory_;
};

}  // namespace almanac::replay
