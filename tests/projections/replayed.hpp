// What a decision would read of a tenant, from the log alone: the oracle of views over folds. One
// thread; a fold is as of when it is first asked for.
#pragma once
#include "tests/projections/house.hpp"

namespace almanac::projections {

class Replayed final : public kernel::Read {
  public:
    Replayed(House& house, const TenantId& tenant) : house_(house), tenant_(tenant) {}
    const TenantId& tenant() const override { return tenant_; }
    const kernel::Held& load(const kernel::FoldType& type, const std::string& tag) override {
        const auto [at, fresh] = folds_.try_emplace(tag);
        if (!fresh) return at->second;
        at->second.state = type.make();
        must(house_.log().tagged(tenant_, tag, 0, [&](std::uint64_t position) {
            const auto record = must(house_.log().record(position));
            const auto event = must(eventstore::read_event(catalogue(), record));
            eventstore::apply_event(at->second, type, event, record, position, tag);
            return true;
        }));
        return at->second;
    }

  private:
    House& house_;
    TenantId tenant_;
    std::map<std::string, kernel::Held> folds_;
};

}  // namespace almanac::projections
