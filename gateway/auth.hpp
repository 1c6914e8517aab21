// Who calls: the table of API key hashes over all partitions, in memory (log.md, "Tenants and
// partitions"), changed on the commit thread before an issue or revoke is answered. Deny by
// default. Thread-safe. A key of `$system` is an administrator's and reaches every tenant; any
// other key reaches only its own, and finds elsewhere what does not exist: 404.
#pragma once
#include <memory>
#include <shared_mutex>
#include <unordered_map>

#include "domain/identity/api_key.hpp"
#include "eventstore/store.hpp"
#include "gateway/http_message.hpp"

namespace almanac::gateway {

struct Principal {
    kernel::Actor actor;
    kernel::TenantId tenant;  // of the key
    std::shared_ptr<const std::vector<std::string>> scopes;

    bool is_administrator() const { return tenant == kernel::system_tenant; }
    bool reaches(const kernel::TenantId& other) const {
        return is_administrator() || tenant == other;
    }
    bool may(std::string_view permission) const { return identity::allows(*scopes, permission); }
};

class ApiKeyTable {
  public:
    // Reads the keys of every tenant. Before commands flow.
    kernel::Result<void> load(eventstore::Store& store);
    // Issued and revoked keys; from the commit thread.
    void committed(const kernel::Catalogue& catalogue,
                   std::span<const eventstore::CommittedEvent> events);
    // The principal of `Authorization: Bearer alk_…`; 401 `unauthenticated` with the same sentence
    // for a missing, unknown, revoked or expired key.
    kernel::Result<Principal> authenticate(const Request& request, kernel::Instant now) const;
    std::size_t size() const;

  private:
    struct Entry {
        Principal principal;
        std::optional<kernel::Instant> expires_at;
    };
    void add(const kernel::TenantId& tenant, const identity::ApiKeyEntry& key);

    mutable std::shared_mutex mutex_;
    std::unordered_map<std::string, Entry> by_hash_;        // hex of SHA-256
    std::unordered_map<std::string, std::string> hash_of_;  // key id -> hash
};

}  // namespace almanac::gateway
