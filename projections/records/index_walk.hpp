// The places (order value ‖ id) that stand in every one of some indexes, in order, by leaps from
// one index to the other. Of one snapshot; one thread. Counts what it looks at, so that a page is
// bounded work.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "projections/records/list_plan.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections {

class IndexWalk {
  public:
    // Begins at `from`, without one at the plan's first place; stops after `entries_max` entries.
    IndexWalk(const ViewRows& rows, const ListPlan& plan, std::optional<Place> from,
              std::size_t entries_max);

    // The next place that all have. False at the end, and where the work is used up.
    bool next();
    std::string_view place() const { return place_.at; }
    kernel::Uuid id() const;
    bool is_deleted() const { return deleted_; }
    // What is left begins here; nothing where nothing is left.
    std::optional<Place> rest() const;

  private:
    struct Stream {
        std::string prefix;
        ViewWalk walk;
        bool placed = false;
        std::string_view at() const { return walk.key().substr(prefix.size()); }
    };
    void move(Stream& stream);  // to the first entry that may be the next place
    bool is_before_place(std::string_view at) const;
    bool is_in_bounds() const;

    const ListPlan& plan_;
    std::vector<Stream> streams_;
    Place place_;          // what is looked for; what was found
    bool at_end_ = false;  // descending: before the very last place
    bool deleted_ = false;
    bool finished_ = false;
    std::size_t entries_left_;
    std::string key_;  // reused
};

}  // namespace almanac::projections
