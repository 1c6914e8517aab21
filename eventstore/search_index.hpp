// Search over clients by parts of name, e-mail or phone, and their order by last name: plaintext in
// memory only, decrypted on demand by whoever fills it, per tenant, never on disk. It answers ids;
// the rows come from the view. Thread-safe: readers of a tenant share it, an update excludes them.
// Limits: `tenant_bytes_max` a tenant (a larger one is dropped and remembered as `too_large`, its
// callers scan instead), `total_bytes_max` over all, least recently asked tenants out first.
// Every change names the position it comes from; answers say up to which position they are true.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

// As the person wrote it; the index folds and normalises. Empty = has none.
struct SearchEntry {
    kernel::Uuid id;
    std::string last_name;
    std::string first_name;
    std::string email;
    std::string phone;
};

struct SearchLimits {
    std::size_t tenant_bytes_max = 64 * 1024 * 1024;
    std::size_t total_bytes_max = 128 * 1024 * 1024;
};

enum class SearchState { absent, loading, ready, too_large };

struct SearchPage {
    std::vector<kernel::Uuid> ids;
    // Where the next page begins, none after the last. Opaque, encrypted for this process and this
    // tenant: it may go into a cursor. Stable: entries that come or go do not shift it.
    std::optional<std::string> next;
    std::uint64_t position = 0;  // the index holds exactly the log up to here
};

namespace search {
struct TenantIndex;
}

// One filling of one tenant, from `begin` to `load`.
class SearchFilling {
  public:
    const kernel::TenantId& tenant() const { return tenant_; }

  private:
    friend class SearchIndex;
    SearchFilling(const kernel::TenantId& tenant, std::shared_ptr<search::TenantIndex> index)
        : tenant_(tenant), index_(std::move(index)) {}
    kernel::TenantId tenant_;
    std::shared_ptr<search::TenantIndex> index_;
};

class SearchIndex {
  public:
    explicit SearchIndex(const SearchLimits& limits = {});
    ~SearchIndex();
    SearchIndex(const SearchIndex&) = delete;
    SearchIndex& operator=(const SearchIndex&) = delete;

    SearchState state(const kernel::TenantId& tenant) const;
    std::optional<std::uint64_t> position(const kernel::TenantId& tenant) const;  // while ready
    std::size_t bytes(const kernel::TenantId& tenant) const;
    std::size_t total_bytes() const;

    // Filling: `begin` first (nothing: it is loading, ready or too large already), then read the
    // clients as they are at one position, then `load` them. Changes that come in between are kept
    // and applied by `load`, so the order of the two is no race. Answers `ready`, `too_large`, or
    // `absent` where the tenant was dropped or put out meanwhile: begin again.
    std::optional<SearchFilling> begin(const kernel::TenantId& tenant);
    SearchState load(const SearchFilling& filling, const std::vector<SearchEntry>& entries,
                     std::uint64_t position);
    // Changes, in log order; ignored where the tenant is absent or already at that position.
    void put(const kernel::TenantId& tenant, const SearchEntry& entry, std::uint64_t position);
    void erase(const kernel::TenantId& tenant, const kernel::Uuid& id, std::uint64_t position);
    // A position passed that changed no client.
    void advance(const kernel::TenantId& tenant, std::uint64_t position);
    // Forgets the tenant, and that it was too large: a failed filling, a fork, a deleted tenant.
    void drop(const kernel::TenantId& tenant);

    // All queries: `search_not_ready` (begin and load it), `search_too_large`, and field error
    // `cursor` for an `after` that is no `next` of this process and tenant.
    // Order: folded last name, then first name, e-mail, phone, id.
    // Entries that hold every word of `query` somewhere in name, e-mail or phone; or whose phone
    // holds its digits, where the query is digits and phone separators. An empty query finds all.
    kernel::Result<SearchPage> find(const kernel::TenantId& tenant, std::string_view query,
                                    std::size_t count_max, std::string_view after = "") const;
    kernel::Result<SearchPage> sorted_by_last_name(const kernel::TenantId& tenant,
                                                   std::size_t count_max, bool descending = false,
                                                   std::string_view after = "") const;
    // Whole e-mail or phone, compared in normal form; what has none finds nobody.
    kernel::Result<SearchPage> exact_email(const kernel::TenantId& tenant,
                                           std::string_view email) const;
    kernel::Result<SearchPage> exact_phone(const kernel::TenantId& tenant,
                                           std::string_view phone) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
