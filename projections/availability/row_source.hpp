// The rows of one tenant as the source of a Snapshot; all reads of one snapshot. What was decoded,
// folds, weeks of bookings and months of closings, is shared through a cache that knows it by the
// position of its last change.
// Concurrency: one RowSource per call; DecodedRows is thread-safe.
#pragma once
#include <memory>
#include <mutex>

#include "domain/scheduling/snapshot_source.hpp"
#include "projections/availability/month_rows.hpp"
#include "projections/bounded_cache.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections::availability {

// Decoded folds by tenant and tag, weeks and months by tenant, time and owner, for all queries.
class DecodedRows {
  public:
    explicit DecodedRows(std::size_t bytes_max) : cache_(bytes_max) {}
    using Rows = std::shared_ptr<const void>;  // null: there are none
    // As of this position; nothing where it is not here.
    std::optional<Rows> find(std::string_view key, std::uint64_t position);
    void put(std::string_view key, std::uint64_t position, Rows rows, std::size_t bytes);
    std::size_t bytes() const;

  private:
    struct Entry {
        std::uint64_t position = 0;
        Rows rows;
    };
    mutable std::mutex mutex_;
    BoundedCache<Entry> cache_;
};

class RowSource final : public scheduling::SnapshotSource {
  public:
    RowSource(const ViewRows& rows, DecodedRows& decoded, LatestChanges& latest,
              kernel::Instant now)
        : rows_(rows), decoded_(decoded), now_(now), months_(rows, latest) {}

    void prepare(std::size_t resources, kernel::Instant from, kernel::Instant to) override;
    const scheduling::ResourceDirectory& resources() override;
    scheduling::LocationId default_location() override;
    std::optional<kernel::Zone> active_location(const scheduling::LocationId& id) override;
    std::vector<scheduling::Schedule> schedules(const scheduling::ResourceId& id) override;
    std::vector<scheduling::Override> overrides(const scheduling::ResourceId& id,
                                                kernel::LocalDate first,
                                                kernel::LocalDate last) override;
    scheduling::Allocations allocations(const scheduling::ResourceId& id, kernel::Instant from,
                                        kernel::Instant to) override;
    int live_on(const scheduling::ServiceId& service, kernel::LocalDate date) override;
    std::vector<scheduling::Block> resource_blocks(const scheduling::ResourceId& id,
                                                   kernel::Instant from,
                                                   kernel::Instant to) override;
    std::vector<scheduling::Block> location_blocks(const scheduling::LocationId& id,
                                                   kernel::Instant from,
                                                   kernel::Instant to) override;
    std::vector<scheduling::Block> tenant_blocks(kernel::Instant from, kernel::Instant to) override;

    // Null where no event ever had this tag.
    template <kernel::FoldState F>
    std::shared_ptr<const F> fold(const typename F::Key& key) {
        const auto tag = kernel::tag_of<F>(key);
        return std::static_pointer_cast<const F>(load(kernel::fold_type<F>(), tag));
    }

  private:
    // Of the owner asked about last: one is asked about several times in a row.
    struct Recent {
        kernel::Uuid owner;
        std::optional<std::shared_ptr<const scheduling::Calendar>> calendar;
        std::vector<std::pair<Day, std::shared_ptr<const MonthClosings>>> closings;  // by month
    };
    std::vector<scheduling::Block> blocks_of(const kernel::Uuid& owner, kernel::Instant from,
                                             kernel::Instant to);
    Recent& recent(const kernel::Uuid& owner);
    const scheduling::Calendar* calendar(const kernel::Uuid& owner);
    // Null where nothing ever was in this month. They live until another owner is asked about.
    const MonthClosings* closings(const kernel::Uuid& owner, Day month);
    std::shared_ptr<const MonthClosings> find_closings(const kernel::Uuid& owner, Day month);
    std::shared_ptr<const WeekBookings> find_week(const kernel::Uuid& resource, Day week);
    DecodedRows::Rows load(const kernel::FoldType& type, const std::string& tag);
    DecodedRows::Rows load_settled(const kernel::FoldType& type, const std::string& tag);
    std::shared_ptr<const scheduling::ResourceDirectory> load_directory() const;
    std::uint64_t position_at(std::string_view key);  // 0: no such row

    const ViewRows& rows_;
    DecodedRows& decoded_;
    kernel::Instant now_;
    MonthPositions months_;
    Recent recent_;
    std::optional<std::uint64_t> settled_;
    std::shared_ptr<const scheduling::ResourceDirectory> directory_;
    std::string key_;    // reused
    std::string value_;  // reused
};

}  // namespace almanac::projections::availability
