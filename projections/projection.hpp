// What a projection is: a pure step from an event to rows. Everything is called on the runtime's
// thread of its partition; live run and rebuild are the same code. A row depends on events only,
// never on a clock, so that both give the same digest.
#pragma once
#include <memory>

#include "eventstore/typed_event.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections {

struct AppliedEvent {
    std::uint64_t position = 0;
    std::shared_ptr<const eventstore::Record> record;
    eventstore::TypedEvent event;  // decoded once for all projections

    // Null where it is another event.
    template <kernel::EventData E>
    const E* as() const {
        if (event.type != &kernel::event_type<E>()) return nullptr;
        return static_cast<const E*>(event.data.get());
    }
};

class Projection {
  public:
    virtual ~Projection() = default;
    virtual std::string_view name() const = 0;  // no 0x00; one per runtime
    virtual std::uint32_t version() const = 0;  // another one: built again from position 1
    // Stages what the event changes. Where it refuses or throws, all of it is taken back and
    // `forget` is called before it is tried again.
    virtual Result<void> apply(const AppliedEvent& event, TenantViews& views) = 0;
    // Everything applied up to `position` is written and can be read.
    virtual void written(std::uint64_t /*position*/) {}
    // What is kept in memory about rows may be wrong.
    virtual void forget() = 0;
    // Another one of the same kind, with nothing in memory, for building its rows at once: null
    // where a row depends on events of more than one identity tag, or `apply` reads another's rows.
    virtual std::unique_ptr<Projection> twin() const { return nullptr; }
    ViewName view() const { return {std::string(name()), version()}; }
};

}  // namespace almanac::projections
