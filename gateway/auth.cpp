#include "gateway/auth.hpp"

#include <mutex>

#include "domain/kernel/digest.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

std::unexpected<Rejection> unauthenticated() {
    return reject(RejectionKind::denied, "unauthenticated",
                  "Send a valid API key: Authorization: Bearer alk_…");
}

Result<identity::ApiKeyDirectory> keys_of(eventstore::Store& store, const TenantId& tenant) {
    const auto held = store.fold(tenant, fold_type<identity::ApiKeyDirectory>(),
                                 tag_of<identity::ApiKeyDirectory>(Whole{}));
    if (!held) return std::unexpected(held.error());
    return *static_cast<const identity::ApiKeyDirectory*>(held->state.get());
}
}  // namespace

void ApiKeyTable::add(const TenantId& tenant, const identity::ApiKeyEntry& key) {
    Entry entry;
    entry.principal.actor = {"api_key", to_string(key.id)};
    entry.principal.tenant = tenant;
    entry.principal.scopes = std::make_shared<const std::vector<std::string>>(key.scopes);
    entry.expires_at = key.expires_at;
    const std::unique_lock lock(mutex_);
    hash_of_[entry.principal.actor.id] = key.hash;
    by_hash_[key.hash] = std::move(entry);
}

Result<void> ApiKeyTable::load(eventstore::Store& store) {
    const auto load_tenant = [&](const TenantId& tenant) -> Result<void> {
        const auto keys = keys_of(store, tenant);
        if (!keys) return std::unexpected(keys.error());
        for (const auto& key : keys->entries) add(tenant, key);
        return {};
    };
    if (auto loaded = load_tenant(system_tenant); !loaded) return loaded;
    for (TenantId after{};;) {
        const auto page = store.tenants().page(after, 1'000);
        if (page.empty()) return {};
        for (const auto& tenant : page) {
            if (auto loaded = load_tenant(tenant.id); !loaded) return loaded;
        }
        after = page.back().id;
    }
}

void ApiKeyTable::committed(const Catalogue& catalogue,
                            std::span<const eventstore::CommittedEvent> events) {
    for (const auto& event : events) {
        const auto& record = *event.record;
        if (!record.type.starts_with("identity.api_key_")) continue;
        const auto typed = eventstore::read_event(catalogue, record);
        if (!typed || typed->type == nullptr) continue;
        if (record.type == identity::ApiKeyIssued::type) {
            const auto& e = *static_cast<const identity::ApiKeyIssued*>(typed->data.get());
            add(record.tenant, {e.id, e.hash, e.scopes, e.expires_at});
        } else {
            const auto& e = *static_cast<const identity::ApiKeyRevoked*>(typed->data.get());
            const std::unique_lock lock(mutex_);
            const auto at = hash_of_.find(to_string(e.id));
            if (at == hash_of_.end()) continue;
            by_hash_.erase(at->second);
            hash_of_.erase(at);
        }
    }
}

Result<Principal> ApiKeyTable::authenticate(const Request& request, Instant now) const {
    const auto header = request.header("authorization");
    constexpr std::string_view scheme = "Bearer ";
    if (header.size() <= scheme.size() || header.size() > 200 ||
        !equals_ignoring_case(header.substr(0, scheme.size()), scheme)) {
        return unauthenticated();
    }
    const auto hash = sha256_hex(header.substr(scheme.size()));
    const std::shared_lock lock(mutex_);
    const auto at = by_hash_.find(hash);
    if (at == by_hash_.end()) return unauthenticated();
    if (at->second.expires_at && *at->second.expires_at <= now) return unauthenticated();
    return at->second.principal;
}

std::size_t ApiKeyTable::size() const {
    const std::shared_lock lock(mutex_);
    return by_hash_.size();
}

}  // namespace almanac::gateway
