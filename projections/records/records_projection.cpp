#include <algorithm>

#include "projections/bounded_cache.hpp"
#include "projections/records/records.hpp"
#include "projections/records/row.hpp"

namespace almanac::projections {

struct RecordsProjection::State {
    State(const kernel::Catalogue& of, std::size_t cache_bytes)
        : catalogue(of), layout(of), cache(cache_bytes) {}

    struct Cached {
        kernel::Held held;
        std::string values;
        bool deleted = false;
    };
    // The thing before this event; not counted yet where there was none.
    Cached load(const CollectionLayout& collection, const kernel::Uuid& id,
                const TenantViews& views);
    // Writes row and entries of what `now` holds and keeps what it is indexed by in it.
    void store(const CollectionLayout& collection, const kernel::Uuid& id, Cached& now,
               TenantViews& views);

    const kernel::Catalogue& catalogue;
    RecordLayout layout;
    BoundedCache<Cached> cache;
    Listener listener;
    std::vector<RecordChange> changes;  // applied, not yet told
    std::string key;                    // reused
    std::string bytes;                  // reused
    std::string json;                   // reused
};

RecordsProjection::State::Cached RecordsProjection::State::load(const CollectionLayout& collection,
                                                                const kernel::Uuid& id,
                                                                const TenantViews& views) {
    const auto& fold = *collection.collection->fold;
    if (!views.get(collection.row_key(id), bytes)) {
        Cached fresh;
        fresh.held.state = fold.make();
        return fresh;
    }
    const auto row = decode_row(bytes);
    kernel::Held held{fold.from_json(kernel::json::parse_own(row.json)), row.revision, row.position,
                      row.created_at, row.updated_at};
    return {std::move(held), std::string(row.values), row.deleted};
}

void RecordsProjection::State::store(const CollectionLayout& collection, const kernel::Uuid& id,
                                     Cached& now, TenantViews& views) {
    write_json(json, *collection.collection->fold, id, now.held);
    auto indexed = index_values(collection, json, now.held.created_at);
    encode_row(bytes, now.held, indexed.deleted, indexed.values, json);
    views.put(collection.row_key(id), bytes);
    const bool moved = now.deleted != indexed.deleted;
    const auto before = std::exchange(now.values, std::move(indexed.values));
    now.deleted = indexed.deleted;
    if (before == now.values && !moved) return;

    const std::string_view mark = now.deleted ? "d" : "";
    const auto values = read_values(collection, now.values);
    if (before.empty()) {
        for_each_entry(collection, values, id,
                       [&](const std::string& entry) { views.put_unread(entry, mark); });
        return;
    }
    std::vector<std::string> kept;
    for_each_entry(collection, values, id,
                   [&](const std::string& entry) { kept.push_back(entry); });
    std::ranges::sort(kept);
    std::vector<std::string> old;
    for_each_entry(collection, read_values(collection, before), id,
                   [&](const std::string& entry) { old.push_back(entry); });
    std::ranges::sort(old);
    for (const auto& entry : old) {
        if (!std::ranges::binary_search(kept, entry)) views.erase_unread(entry);
    }
    for (const auto& entry : kept) {
        if (moved || !std::ranges::binary_search(old, entry)) views.put_unread(entry, mark);
    }
}

RecordsProjection::RecordsProjection(const kernel::Catalogue& catalogue, std::size_t cache_bytes)
    : state_(std::make_unique<State>(catalogue, cache_bytes)) {}
RecordsProjection::~RecordsProjection() = default;

void RecordsProjection::listen(Listener listener) {
    state_->listener = std::move(listener);
}
std::uint32_t RecordsProjection::version() const {
    return state_->layout.version();
}
void RecordsProjection::forget() {
    state_->cache.clear();
}

std::unique_ptr<Projection> RecordsProjection::twin() const {
    return std::make_unique<RecordsProjection>(state_->catalogue);
}

Result<void> RecordsProjection::apply(const AppliedEvent& event, TenantViews& views) {
    auto& state = *state_;
    const auto& record = *event.record;
    if (record.tags.empty()) return {};
    const auto& tag = record.tags.front();
    const auto* fold = state.catalogue.fold_of_tag(tag);
    const auto* collection = fold ? state.layout.of(*fold) : nullptr;
    if (collection == nullptr) return {};
    const auto colon = tag.find(':');
    const auto id =
        kernel::parse_uuid(std::string_view(tag).substr(std::min(colon, tag.size() - 1) + 1));
    if (!id) return kernel::corrupt("the identity " + tag + " is no id");

    state.key.assign(1, static_cast<char>(collection->number)).append(record.tenant.view());
    state.key.append(id->view());
    // Changed where it lies in the cache: where that fails, `forget` drops it.
    auto* cached = state.cache.find(state.key);
    if (cached == nullptr) {
        cached = &state.cache.put(state.key, state.load(*collection, *id, views), 0);
    }
    eventstore::apply_event(cached->held, *fold, event.event, record, event.position, tag);
    state.store(*collection, *id, *cached, views);
    if (collection->collection->searchable && state.listener) {
        state.changes.push_back({record.tenant, *id, event.position, state.json, cached->deleted});
    }
    state.cache.measure(state.key, fold->bytes(cached->held.state.get()) + cached->values.size());
    return {};
}

void RecordsProjection::written(std::uint64_t position) {
    auto& state = *state_;
    if (state.listener) state.listener(state.changes, position);
    state.changes.clear();
}

}  // namespace almanac::projections
