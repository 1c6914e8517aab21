#include "eventstore/search_index.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_map>
#include <variant>

#include "eventstore/normalize.hpp"
#include "eventstore/sealing.hpp"
#include "eventstore/search_row.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Result;
using kernel::TenantId;
using kernel::Uuid;
using search::Row;
using search::TenantIndex;

// A tree node, a hash node, its bucket and the allocator's share, beside the text itself.
constexpr std::size_t row_bytes = 176;
constexpr std::string_view cursor_field = "search.cursor";

std::size_t bytes_of(const Row& row) {
    return row_bytes + row.text.capacity();
}

struct Change {
    std::uint64_t position = 0;
    std::variant<std::monostate, Row, Uuid> what;  // advance, put, erase
};

}  // namespace

// One tenant. `mutex` guards everything in it.
struct search::TenantIndex {
    std::shared_mutex mutex;
    std::mutex gate;  // taken first by all, so that a stream of readers cannot starve the writer
    SearchState state = SearchState::loading;
    std::set<Row> rows;
    std::unordered_map<Uuid, std::set<Row>::const_iterator> by_id;
    std::vector<Change> waiting;  // while loading
    std::uint64_t position = 0;
    std::size_t bytes = 0;

    std::shared_lock<std::shared_mutex> read() {
        const std::lock_guard in_turn(gate);
        return std::shared_lock(mutex);
    }
    std::unique_lock<std::shared_mutex> write() {
        const std::lock_guard in_turn(gate);
        return std::unique_lock(mutex);
    }
    void remove(const Uuid& id) {
        const auto at = by_id.find(id);
        if (at == by_id.end()) return;
        bytes -= bytes_of(*at->second);
        rows.erase(at->second);
        by_id.erase(at);
    }
    void add(Row row) {
        remove(row.id);
        const auto id = row.id;
        const auto at = rows.insert(std::move(row)).first;
        bytes += bytes_of(*at);
        by_id.emplace(id, at);
    }
    void apply(Change change) {
        if (change.position <= position) return;
        position = change.position;
        if (auto* row = std::get_if<Row>(&change.what)) add(std::move(*row));
        if (const auto* id = std::get_if<Uuid>(&change.what)) remove(*id);
    }
    void wait(Change change) {
        const auto* row = std::get_if<Row>(&change.what);
        const bool silent = std::holds_alternative<std::monostate>(change.what);
        if (silent && !waiting.empty() &&
            std::holds_alternative<std::monostate>(waiting.back().what)) {
            waiting.back().position = change.position;
            return;
        }
        bytes += sizeof(Change) + (row != nullptr ? row->text.capacity() : 0);
        waiting.push_back(std::move(change));
    }
    void clear(SearchState next) {
        state = next;
        rows.clear();
        by_id.clear();
        waiting = {};
        bytes = 0;
    }
};

struct SearchIndex::State {
    struct Held {
        std::shared_ptr<TenantIndex> index;
        std::list<TenantId>::iterator place;
        std::size_t bytes = 0;  // as last counted
    };
    SearchLimits limits;
    const SecretKey cursor_key = SecretKey::random();
    mutable std::mutex mutex;  // never held while a tenant's is waited for
    std::unordered_map<TenantId, Held> tenants;
    std::list<TenantId> recent;  // newest first
    std::size_t total = 0;

    std::shared_ptr<TenantIndex> held(const TenantId& tenant, bool asked) {
        const std::lock_guard lock(mutex);
        const auto at = tenants.find(tenant);
        if (at == tenants.end()) return nullptr;
        if (asked) recent.splice(recent.begin(), recent, at->second.place);
        return at->second.index;
    }

    void remove(const TenantId& tenant) {
        const auto at = tenants.find(tenant);
        if (at == tenants.end()) return;
        total -= at->second.bytes;
        recent.erase(at->second.place);
        tenants.erase(at);
    }

    // After a change of `index`: counts it and makes room, its own tenant last.
    void count(const TenantId& tenant, const std::shared_ptr<TenantIndex>& index,
               std::size_t bytes) {
        const std::lock_guard lock(mutex);
        const auto at = tenants.find(tenant);
        if (at == tenants.end() || at->second.index != index) return;
        total += bytes - at->second.bytes;
        at->second.bytes = bytes;
        while (total > limits.total_bytes_max) {
            auto victim = std::find_if(recent.rbegin(), recent.rend(), [&](const auto& other) {
                return other != tenant && tenants.at(other).bytes > 0;
            });
            if (victim == recent.rend()) victim = std::find(recent.rbegin(), recent.rend(), tenant);
            const auto name = *victim;
            remove(name);
            if (name == tenant) return;
        }
    }

    void change(const TenantId& tenant, Change change) {
        const auto index = held(tenant, false);
        if (!index) return;
        std::size_t bytes = 0;
        {
            const auto lock = index->write();
            if (index->state == SearchState::ready) {
                index->apply(std::move(change));
            } else if (index->state == SearchState::loading) {
                index->wait(std::move(change));
            }
            if (index->bytes > limits.tenant_bytes_max) index->clear(SearchState::too_large);
            bytes = index->bytes;
        }
        count(tenant, index, bytes);
    }

    std::string cursor(const TenantId& tenant, const Row& row) const {
        std::string place = row.text;
        place += row.id.view();
        place += '|';  // opening takes spaces off the end, and an id may end in one
        return seal_value(cursor_key, 1, random_nonce(),
                          associated_data(tenant, cursor_field, cursor_field), place);
    }

    Result<Row> place(const TenantId& tenant, std::string_view cursor) const {
        const auto text =
            open_value(cursor_key, cursor, associated_data(tenant, cursor_field, cursor_field));
        if (!text || text->size() < 17) {
            return kernel::invalid_field("/cursor", "cursor",
                                         "The cursor is not of this list or has expired.");
        }
        const auto size = text->size() - 17;
        return Row{text->substr(0, size), kernel::uuid_from_bytes(text->substr(size, 16))};
    }

    template <class Matches>
    Result<SearchPage> page(const TenantId& tenant, std::size_t count_max, bool descending,
                            std::string_view after, const Matches& matches) {
        std::optional<Row> from;
        if (!after.empty()) {
            auto row = place(tenant, after);
            if (!row) return std::unexpected(std::move(row.error()));
            from = std::move(*row);
        }
        const auto index = held(tenant, true);
        if (!index) return not_ready();
        const auto lock = index->read();
        if (index->state == SearchState::too_large) {
            return kernel::unavailable("search_too_large", "The tenant has too many clients.");
        }
        if (index->state != SearchState::ready) return not_ready();
        SearchPage page;
        page.position = index->position;
        const Row* last = nullptr;
        const auto take = [&](const Row& row) {
            if (!matches(row.text)) return true;
            if (page.ids.size() == count_max) {
                if (last != nullptr) page.next = cursor(tenant, *last);
                return false;
            }
            page.ids.push_back(row.id);
            last = &row;
            return true;
        };
        const auto& rows = index->rows;
        if (descending) {
            auto at = std::make_reverse_iterator(from ? rows.lower_bound(*from) : rows.end());
            while (at != rows.rend() && take(*at)) ++at;
        } else {
            auto at = from ? rows.upper_bound(*from) : rows.begin();
            while (at != rows.end() && take(*at)) ++at;
        }
        return page;
    }

    static std::unexpected<kernel::Rejection> not_ready() {
        return kernel::unavailable("search_not_ready", "The search index is being built.");
    }
};

SearchIndex::SearchIndex(const SearchLimits& limits) : state_(std::make_unique<State>()) {
    state_->limits = limits;
}
SearchIndex::~SearchIndex() = default;

SearchState SearchIndex::state(const TenantId& tenant) const {
    const auto index = state_->held(tenant, false);
    if (!index) return SearchState::absent;
    const auto lock = index->read();
    return index->state;
}

std::optional<std::uint64_t> SearchIndex::position(const TenantId& tenant) const {
    const auto index = state_->held(tenant, false);
    if (!index) return std::nullopt;
    const auto lock = index->read();
    return index->state == SearchState::ready ? std::optional(index->position) : std::nullopt;
}

std::size_t SearchIndex::bytes(const TenantId& tenant) const {
    const std::lock_guard lock(state_->mutex);
    const auto at = state_->tenants.find(tenant);
    return at == state_->tenants.end() ? 0 : at->second.bytes;
}

std::size_t SearchIndex::total_bytes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->total;
}

std::optional<SearchFilling> SearchIndex::begin(const TenantId& tenant) {
    const std::lock_guard lock(state_->mutex);
    if (state_->tenants.contains(tenant)) return std::nullopt;
    auto index = std::make_shared<TenantIndex>();
    state_->recent.push_front(tenant);
    state_->tenants.emplace(tenant, State::Held{index, state_->recent.begin(), 0});
    return SearchFilling(tenant, std::move(index));
}

SearchState SearchIndex::load(const SearchFilling& filling, const std::vector<SearchEntry>& entries,
                              std::uint64_t position) {
    const auto index = state_->held(filling.tenant_, true);
    if (!index || index != filling.index_) return SearchState::absent;
    TenantIndex fresh;
    for (const auto& entry : entries) {
        fresh.add(search::row_of(entry));
        if (fresh.bytes > state_->limits.tenant_bytes_max) break;
    }
    std::size_t bytes = 0;
    auto state = SearchState::ready;
    {
        const auto lock = index->write();
        if (index->state != SearchState::loading) return index->state;
        auto waiting = std::move(index->waiting);
        index->clear(SearchState::ready);
        index->rows = std::move(fresh.rows);
        index->by_id = std::move(fresh.by_id);
        index->bytes = fresh.bytes;
        index->position = position;
        for (auto& change : waiting) index->apply(std::move(change));
        if (index->bytes > state_->limits.tenant_bytes_max) index->clear(SearchState::too_large);
        bytes = index->bytes;
        state = index->state;
    }
    state_->count(filling.tenant_, index, bytes);
    return state;
}

void SearchIndex::put(const TenantId& tenant, const SearchEntry& entry, std::uint64_t position) {
    if (state_->held(tenant, false)) state_->change(tenant, {position, search::row_of(entry)});
}
void SearchIndex::erase(const TenantId& tenant, const Uuid& id, std::uint64_t position) {
    state_->change(tenant, {position, id});
}
void SearchIndex::advance(const TenantId& tenant, std::uint64_t position) {
    state_->change(tenant, {position, std::monostate{}});
}
void SearchIndex::drop(const TenantId& tenant) {
    const std::lock_guard lock(state_->mutex);
    state_->remove(tenant);
}

Result<SearchPage> SearchIndex::find(const TenantId& tenant, std::string_view query,
                                     std::size_t count_max, std::string_view after) const {
    const auto parsed = search::parse_query(query);
    return state_->page(tenant, count_max, false, after,
                        [&](std::string_view text) { return parsed.matches(text); });
}

Result<SearchPage> SearchIndex::sorted_by_last_name(const TenantId& tenant, std::size_t count_max,
                                                    bool descending, std::string_view after) const {
    return state_->page(tenant, count_max, descending, after,
                        [](std::string_view) { return true; });
}

namespace {
constexpr std::size_t exact_count_max = 1000;
}

Result<SearchPage> SearchIndex::exact_email(const TenantId& tenant, std::string_view email) const {
    const auto wanted = normalize_email(email);
    return state_->page(tenant, exact_count_max, false, "", [&](std::string_view text) {
        return wanted && text.find(*wanted) != std::string_view::npos &&
               search::email_of(text) == *wanted;
    });
}

Result<SearchPage> SearchIndex::exact_phone(const TenantId& tenant, std::string_view phone) const {
    const auto wanted = normalize_phone(phone);
    return state_->page(tenant, exact_count_max, false, "", [&](std::string_view text) {
        return wanted && text.find(*wanted) != std::string_view::npos &&
               search::phone_of(text) == *wanted;
    });
}

}  // namespace almanac::eventstore
