// One thing as it was, and what happened to it: replayed from the log by its identity tag, with the
// same evolve functions as ever. Costs what the thing's own history holds. Thread-safe.
#pragma once
#include "projections/records/records.hpp"

namespace almanac::projections {

class Past {
  public:
    Past(const kernel::Catalogue& catalogue, const eventstore::Log& log)
        : catalogue_(catalogue), log_(log) {}
    Result<std::optional<Row>> as_of(const TenantId& tenant, const kernel::FoldType& fold,
                                     const kernel::Uuid& id,
                                     const RecordQueries::Moment& moment) const;
    Result<HistoryPage> history(const TenantId& tenant, const kernel::FoldType& fold,
                                const kernel::Uuid& id, std::uint64_t after,
                                std::size_t limit) const;

  private:
    Result<std::vector<std::uint64_t>> positions_of(const TenantId& tenant,
                                                    const std::string& tag) const;
    const kernel::Catalogue& catalogue_;
    const eventstore::Log& log_;
};

}  // namespace almanac::projections
