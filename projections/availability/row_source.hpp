// The rows of one tenant as the source of a Snapshot; all reads of one snapshot. Decoded folds are
// shared through a cache that knows a row by the position of its last event.
// Concurrency: one RowSource per call; FoldRows is thread-safe.
#pragma once
#include <memory>
#include <mutex>

#include "domain/scheduling/snapshot_source.hpp"
#include "projections/availability/rows.hpp"
#include "projections/bounded_cache.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections::availability {

// Decoded folds by tenant and tag, for all queries.
class DecodedFolds {
  public:
    explicit DecodedFolds(std::size_t bytes_max) : cache_(bytes_max) {}
    using Fold = std::shared_ptr<const void>;
    // The fold as of this position; nothing where it is not here.
    Fold find(std::string_view key, std::uint64_t position);
    void put(std::string_view key, std::uint64_t position, Fold fold, std::size_t bytes);
    std::size_t bytes() const;

  private:
    struct Entry {
        std::uint64_t position = 0;
        Fold fold;
    };
    mutable std::mutex mutex_;
    BoundedCache<Entry> cache_;
};

class RowSource final : public scheduling::SnapshotSource {
  public:
    RowSource(const ViewRows& rows, DecodedFolds& decoded, kernel::Instant now)
        : rows_(rows), decoded_(decoded), now_(now) {}

    const scheduling::ResourceDirectory& resources() override;
    scheduling::LocationId default_location() override;
    std::optional<kernel::Zone> active_location(const scheduling::LocationId& id) override;
    std::vector<scheduling::Schedule> schedules(const scheduling::ResourceId& id) override;
    std::vector<scheduling::Override> overrides(const scheduling::ResourceId& id,
                                                kernel::LocalDate first,
                                                kernel::LocalDate last) override;
    std::vector<scheduling::Allocation> allocations(const scheduling::ResourceId& id,
                                                    kernel::Instant from,
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
    std::vector<scheduling::Block> blocks_of(const kernel::Uuid& owner, kernel::Instant from,
                                             kernel::Instant to);
    DecodedFolds::Fold load(const kernel::FoldType& type, const std::string& tag);
    std::shared_ptr<const scheduling::ResourceDirectory> load_directory() const;

    const ViewRows& rows_;
    DecodedFolds& decoded_;
    kernel::Instant now_;
    std::shared_ptr<const scheduling::ResourceDirectory> directory_;
    std::string key_;    // reused
    std::string value_;  // reused
};

}  // namespace almanac::projections::availability
