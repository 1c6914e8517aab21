#include <algorithm>
#include <stdexcept>

#include "eventstore/log.hpp"
#include "projections/availability/availability.hpp"
#include "projections/availability/latest_changes.hpp"
#include "projections/availability/rows.hpp"
#include "projections/bounded_cache.hpp"

namespace almanac::projections {
namespace {
using namespace availability;
using namespace scheduling;

// One event that changes what stands in the way of bookings.
class Change {
  public:
    Change(TenantViews& views, LatestChanges& latest, std::uint64_t position)
        : views_(views), latest_(latest), position_(position) {}

    void free(const Uuid& owner, const Occupancy& occupancy) {
        each_row(occupancy, [&](const Uuid& resource, Day day) {
            views_.erase_unread(allocation_key(resource, day, owner));
        });
    }
    void occupy(const Uuid& owner, const Occupancy& occupancy,
                std::optional<kernel::Instant> expires_at = std::nullopt) {
        const auto value = encode_allocation(occupancy, expires_at);
        each_row(occupancy, [&](const Uuid& resource, Day day) {
            views_.put_unread(allocation_key(resource, day, owner), value);
        });
    }
    // One-off blocks; those that recur are in the calendars.
    void add(const BlockAdded& e) {
        if (!e.one_off()) return;
        for (const auto month : months_of(e.start, e.end)) {
            views_.put_unread(block_key(e.owner_id, month, e.id), encode_block(e));
            note(e.owner_id, day_of(month));
        }
    }
    void remove(const BlockRemoved& e) {
        if (!e.freed.one_off()) return;
        for (const auto month : months_of(e.freed.start, e.freed.end)) {
            views_.erase_unread(block_key(e.owner_id, month, e.id));
            note(e.owner_id, day_of(month));
        }
    }
    // The override itself is in its fold.
    void override_on(const Uuid& resource, kernel::LocalDate date) {
        note(resource,
             day_of(std::chrono::sys_days{local_months(date, date)[0].time_since_epoch()}));
    }

  private:
    template <class Row>
    void each_row(const Occupancy& occupancy, const Row& row) {
        const auto days = days_of(occupancy);
        const auto months = months_of(occupancy.busy_from(), occupancy.busy_until());
        for (const auto& resource : occupancy.resources) {
            for (auto day = days.first; day <= days.last; ++day) row(resource.id, day);
            for (const auto month : months) note(resource.id, day_of(month));
        }
    }
    void note(const Uuid& owner, Day month) {
        latest_.note(views_.tenant(), month, owner, position_);
        views_.put_unread(month_key(month, owner), encode_position(position_));
    }

    TenantViews& views_;
    LatestChanges& latest_;
    std::uint64_t position_;
};

// What an event does to the slot, as the fold `resource_month` has it: frees, takes, or both.
struct Occupying {
    const kernel::EventType* type;
    void (*apply)(Change& change, const void* event);
};
template <class E>
Occupying occupying() {
    return {&kernel::event_type<E>(), [](Change& change, const void* event) {
                const auto& e = *static_cast<const E*>(event);
                if constexpr (requires { e.freed; }) change.free(e.id, e.freed);
                if constexpr (requires { e.expires_at; }) {
                    change.occupy(e.id, e.occupancy, e.expires_at);
                } else if constexpr (requires { e.occupancy; }) {
                    change.occupy(e.id, e.occupancy);
                }
            }};
}
template <class E, auto Apply>
Occupying closing() {
    return {&kernel::event_type<E>(), [](Change& change, const void* event) {
                (change.*Apply)(*static_cast<const E*>(event));
            }};
}
template <class E>
Occupying overriding() {
    return {&kernel::event_type<E>(), [](Change& change, const void* event) {
                const auto& e = *static_cast<const E*>(event);
                change.override_on(e.resource_id, e.date);
            }};
}

const Occupying* find_occupying(const kernel::EventType* type) {
    static const std::array list{occupying<AppointmentBooked>(),
                                 occupying<AppointmentRescheduled>(),
                                 occupying<AppointmentReassigned>(),
                                 occupying<AppointmentCancelled>(),
                                 occupying<AppointmentCompleted>(),
                                 occupying<AppointmentNoShow>(),
                                 occupying<HoldPlaced>(),
                                 occupying<HoldReleased>(),
                                 occupying<HoldBooked>(),
                                 occupying<HoldExpired>(),
                                 closing<BlockAdded, &Change::add>(),
                                 closing<BlockRemoved, &Change::remove>(),
                                 overriding<OverrideSet>(),
                                 overriding<OverrideRemoved>()};
    const auto at = std::ranges::find(list, type, &Occupying::type);
    return at == list.end() ? nullptr : &*at;
}

// Every event that changes what is in a month has to be one of those above: by them a query knows
// that what it has decoded of it still holds.
void check_known(const kernel::Catalogue& catalogue) {
    const std::array months{&kernel::fold_type<ResourceMonth>(),
                            &kernel::fold_type<LocationMonth>(), &kernel::fold_type<TenantMonth>(),
                            &kernel::fold_type<OverrideMonth>()};
    for (const auto& [name, type] : catalogue.events()) {
        const bool changes = std::ranges::any_of(
            months, [&](const auto* month) { return type->reaction(*month) != nullptr; });
        if (changes && !find_occupying(type))
            throw std::logic_error("availability does not know " + std::string(name));
    }
}
}  // namespace

struct AvailabilityProjection::State {
    State(std::shared_ptr<LatestChanges> changes, std::size_t cache_bytes)
        : latest(std::move(changes)), cache(cache_bytes) {}
    void apply_fold(const kernel::FoldType& fold, const kernel::Reaction& reaction,
                    const std::string& tag, const AppliedEvent& event, TenantViews& views);
    void apply_resource(const kernel::Reaction& reaction, const AppliedEvent& event,
                        TenantViews& views);

    const std::shared_ptr<LatestChanges> latest;
    BoundedCache<std::shared_ptr<void>> cache;  // by tenant ‖ tag
    std::string key;                            // reused
    std::string value;                          // reused
};

void AvailabilityProjection::State::apply_fold(const kernel::FoldType& fold,
                                               const kernel::Reaction& reaction,
                                               const std::string& tag, const AppliedEvent& event,
                                               TenantViews& views) {
    const auto& record = *event.record;
    const auto row_key = fold_key(tag);
    key.assign(record.tenant.view()).append(tag);
    auto* cached = cache.find(key);
    if (cached == nullptr) {
        auto state = views.get(row_key, value)
                         ? fold.from_json(kernel::json::parse_own(decode_fold(value).json))
                         : fold.make();
        cached = &cache.put(key, std::move(state), 0);
    }
    // Changed where it lies in the cache: where that fails, `forget` drops it.
    reaction.evolve(cached->get(), event.event.data.get(),
                    {record.time, record.id, record.actor, tag});
    value.clear();
    eventstore::append_u64(value, event.position);
    value.append(fold.to_json(cached->get(), false));
    views.put(row_key, value);
    if (is_settled(fold)) views.put_unread(settled_key, encode_position(event.position));
    cache.measure(key, fold.bytes(cached->get()));
}

// The directory of resources is kept entry by entry: each evolves as a directory of its own.
void AvailabilityProjection::State::apply_resource(const kernel::Reaction& reaction,
                                                   const AppliedEvent& event, TenantViews& views) {
    const auto& record = *event.record;
    const auto& identity = record.tags.front();
    const auto id = kernel::parse_uuid(std::string_view(identity).substr(identity.find(':') + 1));
    if (!id) throw std::runtime_error(identity + " is no resource");
    const auto row_key = entry_key(*id);
    ResourceDirectory one;
    if (views.get(row_key, value)) {
        auto read = kernel::from_json<ResourceDirectory>(kernel::json::parse_own(value),
                                                         kernel::Form::sealed, false);
        if (!read) throw std::runtime_error("an entry of the directory is damaged");
        one = std::move(*read);
    }
    reaction.evolve(&one, event.event.data.get(),
                    {record.time, record.id, record.actor, ResourceDirectory::kind});
    if (one.entries.empty())
        views.erase(row_key);
    else
        views.put(row_key, kernel::to_json(one));
    views.put_unread(directory_key, encode_position(event.position));
}

AvailabilityProjection::AvailabilityProjection(const kernel::Catalogue& catalogue,
                                               std::shared_ptr<LatestChanges> latest,
                                               std::size_t cache_bytes)
    : state_(std::make_unique<State>(std::move(latest), cache_bytes)) {
    check_known(catalogue);
}
AvailabilityProjection::~AvailabilityProjection() = default;

std::uint32_t AvailabilityProjection::version() const {
    return availability::version();
}
void AvailabilityProjection::forget() {
    state_->cache.clear();
}

Result<void> AvailabilityProjection::apply(const AppliedEvent& event, TenantViews& views) {
    if (event.event.type == nullptr) return {};
    for (const auto& tag : event.record->tags) {
        if (const auto* fold = kept_fold(tag)) {
            const auto* reaction = event.event.type->reaction(*fold);
            if (reaction) state_->apply_fold(*fold, *reaction, tag, event, views);
        } else if (tag == ResourceDirectory::kind) {
            const auto* reaction =
                event.event.type->reaction(kernel::fold_type<ResourceDirectory>());
            if (reaction) state_->apply_resource(*reaction, event, views);
        }
    }
    if (const auto* occupying = find_occupying(event.event.type)) {
        Change change(views, *state_->latest, event.position);
        occupying->apply(change, event.event.data.get());
    }
    return {};
}

}  // namespace almanac::projections
