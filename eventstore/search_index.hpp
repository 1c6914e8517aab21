// Search over clients by parts of name, e-mail or phone, and their order by last name: plaintext in
// memory only, decrypted on demand by whoever fills it, per tenant, never on disk. It answers ids;
// the rows come from the view. Thread-safe: readers of a tenant share it, an update excludes them.
// Limits: `tenant_bytes_max` a tenant (a larger one is dropped and remembered as `too_large`, its
// callers scan instead), `total_bytes_max` over all, least recently used tenants out first.
// Every change names the position it comes from; answers say up to which position they are true.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/id.hpp"

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
    std::size_t total_bytes_max = 160 * 1024 * 1024;
};

enum class SearchState { absent, ready, too_large };

struct SearchPage {
    std::vector<kernel::Uuid> ids;  // by folded last name, first name, …, id
    std::uint64_t position = 0;     // the index holds exactly the log up to here
    bool more = false;
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

    // Installs a tenant as it is at `position`; an index that is further already stays. False where
    // it is too large.
    bool load(const kernel::TenantId& tenant, const std::vector<SearchEntry>& entries,
              std::uint64_t position);
    // Changes of a loaded tenant, in log order; at or below its position, or absent: nothing.
    void put(const kernel::TenantId& tenant, const SearchEntry& entry, std::uint64_t position);
    void erase(const kernel::TenantId& tenant, const kernel::Uuid& id, std::uint64_t position);
    // Positions passed that changed no client.
    void advance(const kernel::TenantId& tenant, std::uint64_t position);
    // Forgets the tenant (also that it was too large): a fork, a deleted tenant.
    void drop(const kernel::TenantId& tenant);

    // Entries that contain every word of `query` (or, for a query of digits and phone separators,
    // its digits within the phone), after the entry `after` (an id of an earlier page; an id that
    // is gone answers nothing: the caller starts again). Nothing unless ready. An empty query =
    // all.
    std::optional<SearchPage> find(const kernel::TenantId& tenant, std::string_view query,
                                   std::size_t count_max,
                                   const std::optional<kernel::Uuid>& after = {});
    std::optional<SearchPage> sorted_by_last_name(const kernel::TenantId& tenant,
                                                  std::size_t count_max, bool descending = false,
                                                  const std::optional<kernel::Uuid>& after = {});
    // Whole e-mail or phone, compared in normal form; what has none finds nobody.
    std::optional<SearchPage> exact_email(const kernel::TenantId& tenant, std::string_view email);
    std::optional<SearchPage> exact_phone(const kernel::TenantId& tenant, std::string_view phone);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::eventstore
