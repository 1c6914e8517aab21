// The folds of one tenant as they were, for what is computed from several of them (`kernel::Read`
// outside a decision). Replayed from the log by their tags, each once. Costs what their own
// histories hold. One thread. Damage and a failing disk throw ViewFailure.
#pragma once
#include <map>

#include "projections/records/records.hpp"

namespace almanac::projections {

class PastRead final : public kernel::Read {
  public:
    PastRead(const kernel::Catalogue& catalogue, const eventstore::Log& log, const TenantId& tenant,
             const RecordQueries::Moment& moment)
        : catalogue_(catalogue), log_(log), tenant_(tenant), moment_(moment) {}
    const TenantId& tenant() const override { return tenant_; }
    const kernel::Held& load(const kernel::FoldType& type, const std::string& tag) override;

  private:
    const kernel::Catalogue& catalogue_;
    const eventstore::Log& log_;
    TenantId tenant_;
    RecordQueries::Moment moment_;
    std::map<std::string, kernel::Held> folds_;
};

// By its tag: all events whose whole command had happened by then.
Result<kernel::Held> fold_as_of(const kernel::Catalogue& catalogue, const eventstore::Log& log,
                                const TenantId& tenant, const kernel::FoldType& fold,
                                const std::string& tag, const RecordQueries::Moment& moment);

}  // namespace almanac::projections
