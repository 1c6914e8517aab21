#include "projections/records/client_search.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "eventstore/named_thread.hpp"
#include "projections/records/client_opener.hpp"
#include "projections/records/client_scan.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using eventstore::SearchEntry;
using eventstore::SearchPage;
using eventstore::SearchState;
using Clock = std::chrono::steady_clock;

// What a cursor's place begins with: made by the index, or by a scan (then an id follows).
constexpr char by_index = 'i';
constexpr char by_scan = 's';

kernel::Result<void> check(const ClientQuery& query) {
    std::vector<kernel::FieldError> errors;
    if (query.limit < 1 || query.limit > page_rows_max) {
        errors.push_back({"/limit", "range", fmt::format("Expected 1 to {}.", page_rows_max)});
    }
    if (!query.email.empty() && !query.q.empty()) {
        errors.push_back({"/email", "not_together", "Either q or email."});
    }
    if (!query.phone.empty() && (!query.q.empty() || !query.email.empty())) {
        errors.push_back({"/phone", "not_together", "Either q, email or phone."});
    }
    const bool looked_up = !query.q.empty() || !query.email.empty() || !query.phone.empty();
    const bool known = query.sort.empty() || query.sort == "last_name" ||
                       (query.sort == "-last_name" && !looked_up);
    if (!known) {
        errors.push_back({"/sort", "unknown_sort", "What is searched comes by last_name."});
    }
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    return {};
}

std::string identity_of(const TenantId& tenant, std::string_view collection,
                        const ClientQuery& query) {
    auto text = fmt::format("search {} {} {}", collection, kernel::to_string(tenant),
                            query.sort == "-last_name");
    const auto add = [&](std::string_view part) {
        text += fmt::format(" {} {}", part.size(), part);
    };
    add(query.q);
    add(query.email);
    add(query.phone);
    for (const auto& [name, value] : query.filters) {
        add(name);
        add(value);
    }
    return text;
}
}  // namespace

struct ClientSearch::State {
    State(const kernel::Catalogue& catalogue, const ViewStore& in, const RecordQueries& of,
          eventstore::Keyring& keyring, const eventstore::SearchLimits& bounds,
          std::string_view named)
        : store(in),
          queries(of),
          collection(named),
          opener(*catalogue.collection(named), keyring),
          limits(bounds),
          index(bounds) {}

    Result<SearchState> ready(const TenantId& tenant, Clock::time_point deadline);
    void fill_all();
    void fill(const TenantId& tenant);
    Result<SearchPage> find(const TenantId& tenant, const ClientQuery& query, std::size_t count,
                            std::string_view after) const;
    Result<Page> from_index(const TenantId& tenant, const ClientQuery& query,
                            const CursorCoder& cursors, std::string after);

    const ViewStore& store;
    const RecordQueries& queries;
    const std::string collection;
    const ClientOpener opener;
    const eventstore::SearchLimits limits;
    eventstore::SearchIndex index;
    std::atomic<std::uint64_t> told = 0;  // every change up to here is in the index

    std::mutex mutex;  // all below
    std::condition_variable woken;
    std::deque<TenantId> wanted;
    std::set<TenantId> under_way;
    std::map<TenantId, kernel::Rejection> failed;  // the last filling, for who waits for it
    bool stopping = false;
    std::thread filler;
};

void ClientSearch::State::fill_all() {
    std::unique_lock lock(mutex);
    while (true) {
        woken.wait(lock, [&] { return stopping || !wanted.empty(); });
        if (stopping) return;
        const auto tenant = wanted.front();
        wanted.pop_front();
        lock.unlock();
        fill(tenant);
        lock.lock();
        under_way.erase(tenant);
        woken.notify_all();
    }
}

void ClientSearch::State::fill(const TenantId& tenant) {
    const auto filling = index.begin(tenant);
    if (!filling) return;
    std::vector<SearchEntry> entries;
    std::size_t bytes = 0;
    Result<void> opened;
    const auto position = queries.each(tenant, collection, [&](const auto& id, auto json) {
        auto entry = opener.open(tenant, id, json);
        if (!entry) {
            opened = std::unexpected(std::move(entry.error()));
            return false;
        }
        bytes += sizeof(SearchEntry) + entry->first_name.size() + entry->last_name.size() +
                 entry->email.size() + entry->phone.size();
        entries.push_back(std::move(*entry));
        return bytes <= 4 * limits.tenant_bytes_max;  // far beyond what the index can take
    });
    // A view that is being built has nobody yet, and will not tell one by one who comes.
    if (position && *position == 0)
        opened = kernel::unavailable("view_behind", "The view is being built.");
    if (position && opened) {
        const auto state = index.load(*filling, entries, *position);
        const bool whole = bytes <= 4 * limits.tenant_bytes_max;
        if (state != SearchState::ready || whole) return;
        opened = kernel::unavailable("search_too_large", "There are too many to be searched.");
    }
    index.drop(tenant);
    const std::scoped_lock lock(mutex);
    failed.insert_or_assign(tenant, position ? opened.error() : position.error());
}

Result<SearchState> ClientSearch::State::ready(const TenantId& tenant, Clock::time_point deadline) {
    std::unique_lock lock(mutex);
    while (!stopping) {
        const auto state = index.state(tenant);
        if (state == SearchState::ready || state == SearchState::too_large) return state;
        if (under_way.insert(tenant).second) {
            failed.erase(tenant);
            wanted.push_back(tenant);
            woken.notify_all();
        }
        const auto filled = [&] { return stopping || !under_way.contains(tenant); };
        const bool done = Clock::now() < deadline && woken.wait_until(lock, deadline, filled);
        if (!done) return search_timeout();
        const auto failure = failed.find(tenant);
        if (failure != failed.end()) return std::unexpected(failure->second);
    }
    return search_timeout();
}

Result<SearchPage> ClientSearch::State::find(const TenantId& tenant, const ClientQuery& query,
                                             std::size_t count, std::string_view after) const {
    if (!query.email.empty()) return index.exact_email(tenant, query.email);
    if (!query.phone.empty()) return index.exact_phone(tenant, query.phone);
    if (!query.q.empty()) return index.find(tenant, query.q, count, after);
    return index.sorted_by_last_name(tenant, count, query.sort == "-last_name", after);
}

Result<Page> ClientSearch::State::from_index(const TenantId& tenant, const ClientQuery& query,
                                             const CursorCoder& cursors, std::string after) {
    Page page;
    page.position = UINT64_MAX;
    std::size_t looked = 0;
    while (true) {
        const auto current = told.load();
        auto found = find(tenant, query, query.limit - page.rows.size(), after);
        if (!found) return std::unexpected(std::move(found.error()));
        auto picked = queries.pick(tenant, collection, found->ids, query.filters);
        if (!picked) return std::unexpected(std::move(picked.error()));
        page.position =
            std::min({page.position, picked->position, std::max(found->position, current)});
        looked += found->ids.size();
        std::ranges::move(picked->rows, std::back_inserter(page.rows));
        if (!found->next) return page;
        after = *found->next;
        if (page.rows.size() == query.limit || looked >= page_entries_max) break;
        if (Clock::now() > query.deadline) return search_timeout();
    }
    page.next_cursor = cursors.encode({by_index + after, false});
    return page;
}

ClientSearch::ClientSearch(const kernel::Catalogue& catalogue, const ViewStore& store,
                           const RecordQueries& queries, eventstore::Keyring& keyring,
                           const eventstore::SearchLimits& limits, std::string_view collection)
    : state_(std::make_unique<State>(catalogue, store, queries, keyring, limits, collection)) {
    state_->filler =
        eventstore::named_thread("search", [state = state_.get()] { state->fill_all(); });
}

ClientSearch::~ClientSearch() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->stopping = true;
    }
    state_->woken.notify_all();
    state_->filler.join();
}

Result<Page> ClientSearch::list(const TenantId& tenant, const ClientQuery& query) {
    if (auto checked = check(query); !checked) return std::unexpected(std::move(checked.error()));
    const CursorCoder cursors(state_->store.log_id(),
                              identity_of(tenant, state_->collection, query));
    std::string after;
    if (!query.cursor.empty()) {
        auto place = cursors.decode(query.cursor);
        if (!place) return std::unexpected(std::move(place.error()));
        after = std::move(place->at);
    }
    for (int tries = 0; tries < 3; ++tries) {
        const auto state = state_->ready(tenant, query.deadline);
        if (!state) return std::unexpected(state.error());
        const bool scan = *state == SearchState::too_large;
        const char kind = scan ? by_scan : by_index;
        const bool known = scan ? after.size() == 17 : after.size() > 1;
        if (!after.empty() && (after[0] != kind || !known)) {
            return kernel::invalid_field("/cursor", "cursor", "This cursor has expired.");
        }
        if (scan) {
            std::optional<kernel::Uuid> id;
            if (!after.empty()) id = kernel::uuid_from_bytes(std::string_view(after).substr(1));
            auto scanned =
                ClientScan(state_->queries, state_->opener, tenant, state_->collection, query)
                    .page(id);
            if (!scanned) return std::unexpected(std::move(scanned.error()));
            if (scanned->last) {
                const auto place = by_scan + std::string(scanned->last->view());
                scanned->page.next_cursor = cursors.encode({place, false});
            }
            return std::move(scanned->page);
        }
        auto page =
            state_->from_index(tenant, query, cursors, after.empty() ? after : after.substr(1));
        const bool gone = !page && (page.error().code == "search_not_ready" ||
                                    page.error().code == "search_too_large");
        if (!gone) return page;
    }
    return search_timeout();  // put out again and again: there is no room for all who ask
}

void ClientSearch::changed(std::span<const RecordChange> changes, std::uint64_t position) {
    for (const auto& change : changes) {
        const auto state = state_->index.state(change.tenant);
        if (state == SearchState::absent || state == SearchState::too_large) continue;
        if (change.deleted) {
            state_->index.erase(change.tenant, change.id, change.position);
            continue;
        }
        const auto entry = state_->opener.open(change.tenant, change.id, change.json);
        if (entry)
            state_->index.put(change.tenant, *entry, change.position);
        else
            state_->index.drop(change.tenant);  // whoever asks next is told why
    }
    state_->told = position;
}

void ClientSearch::forget(const TenantId& tenant) {
    state_->index.drop(tenant);
}
std::size_t ClientSearch::memory_bytes() const {
    return state_->index.total_bytes();
}

}  // namespace almanac::projections
