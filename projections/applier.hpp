// Applies events to projections in atomic batches: checkpoints, contiguous sequences per tenant,
// parking what cannot be applied, and catching up what was parked. Runtime's thread only.
// Throws ViewFailure where the views fail; then `load` begins again from what is written.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "eventstore/log.hpp"
#include "eventstore/stage.hpp"
#include "projections/runtime.hpp"

namespace almanac::projections {

class Applier {
  public:
    Applier(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& store,
            const std::vector<Projection*>& projections, const RuntimeOptions& options);

    // Checkpoints and parked pairs as they are written; rows of unknown projections and of other
    // versions are thrown away.
    void load();
    std::uint64_t position() const;  // of the projection that is furthest behind

    void apply(std::span<const eventstore::CommittedEvent> events);

    // Builds at once what has no row yet and can be built so, from a log that ends at `last`.
    // Answers how many; where `go_on` ends it, what was begun is gone.
    std::size_t build_in_bulk(std::uint64_t last, const std::function<bool()>& go_on);

    // False: there is no such pair.
    bool resume(std::string_view projection, const TenantId& tenant);
    bool is_resuming() const { return resuming_ > 0; }
    // One batch of every resuming pair.
    struct Resumed {
        std::string projection;
        TenantId tenant;
        Result<void> outcome;
    };
    std::vector<Resumed> catch_up();

    std::vector<ParkedPair> parked() const;
    std::vector<ProjectionStatus> status() const;
    std::vector<ParkedPair> take_newly_parked();  // since the last call

  private:
    struct Pair {
        ParkedAt at;
        bool resuming = false;
    };
    struct Followed {
        Followed(Projection* of, ViewBatch& batch)
            : projection(of), name(of->name()), views(batch, of->view()) {}
        Projection* projection;
        std::string name;
        TenantViews views;
        std::uint64_t position = 0;  // written
        std::unordered_map<TenantId, Pair> parked;
        std::unordered_map<TenantId, std::uint64_t> sequences;  // known ones; the rest is written
        std::vector<TenantId> touched;                          // in this batch
        bool bulk_refused = false;  // an event cannot be applied: the ordinary way parks it
    };
    struct Decoded {
        AppliedEvent event;
        std::string error;  // of decoding it
    };

    Decoded decode(const eventstore::CommittedEvent& committed) const;
    void follow(Followed& followed, const Decoded& decoded);
    Result<void> attempt(Followed& followed, const Decoded& decoded);
    Result<void> expect_sequence(Followed& followed, const AppliedEvent& event);
    void stage_sequences(Followed& followed);
    void park(Followed& followed, const AppliedEvent& event, std::string error);
    std::optional<Resumed> catch_up(Followed& followed, const TenantId& tenant);
    Followed* find(std::string_view projection);

    const kernel::Catalogue& catalogue_;
    const eventstore::Log& log_;
    ViewStore& store_;
    const RuntimeOptions options_;
    ViewBatch batch_;
    std::vector<Followed> followed_;
    std::vector<ParkedPair> newly_parked_;
    std::size_t resuming_ = 0;
};

}  // namespace almanac::projections
