// identity/api_key.hpp — keys of programs. Domain page identity: `alk_` and 256 random bits, shown
// once, only the hash kept; scopes are permission patterns; deny by default. Keys of `$system` are
// administrators' and reach every tenant.
#pragma once
#include "domain/kernel/command.hpp"

namespace almanac::identity {
using namespace kernel;

struct ApiKey;
using ApiKeyId = Id<ApiKey>;

// ---- events -----------------------------------------------------------------------------------

struct ApiKeyIssued {
    static constexpr std::string_view type = "identity.api_key_issued";
    static constexpr std::uint16_t version = 1;
    ApiKeyId id;
    std::string name;
    std::vector<std::string> scopes;
    std::string hash;  // SHA-256 of the whole key, hex
    std::optional<Instant> expires_at;
    bool operator==(const ApiKeyIssued&) const = default;
};
BOOST_DESCRIBE_STRUCT(ApiKeyIssued, (), (id, name, scopes, hash, expires_at))
struct ApiKeyRevoked {
    static constexpr std::string_view type = "identity.api_key_revoked";
    static constexpr std::uint16_t version = 1;
    ApiKeyId id;
    bool operator==(const ApiKeyRevoked&) const = default;
};
BOOST_DESCRIBE_STRUCT(ApiKeyRevoked, (), (id))

// ---- folds ------------------------------------------------------------------------------------

enum class ApiKeyStatus { active, revoked };
BOOST_DESCRIBE_ENUM(ApiKeyStatus, active, revoked)

struct ApiKey {
    static constexpr std::string_view kind = "api_key";
    static constexpr std::uint32_t version = 1;
    using Key = ApiKeyId;
    std::string name;
    std::vector<std::string> scopes;
    std::optional<Instant> expires_at;
    ApiKeyStatus status = ApiKeyStatus::active;
    std::optional<Instant> revoked_at;
    std::string hash;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (), (name, scopes, expires_at, status, revoked_at, hash))

struct ApiKeyEntry {
    ApiKeyId id;
    std::string hash;
    std::vector<std::string> scopes;
    std::optional<Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(ApiKeyEntry, (), (id, hash, scopes, expires_at))
// Keys that are not revoked: what the gateway's table is made from at start. At most 1,000 a
// tenant.
struct ApiKeyDirectory {
    static constexpr std::string_view kind = "directory:api_keys";
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t entries_max = 1'000;
    using Key = Whole;
    std::vector<ApiKeyEntry> entries;
};
BOOST_DESCRIBE_STRUCT(ApiKeyDirectory, (), (entries))

inline auto tags(const ApiKeyIssued& e) {
    return Tags<ApiKey, ApiKeyDirectory>{}.add<ApiKey>(e.id).add<ApiKeyDirectory>(Whole{});
}
inline auto tags(const ApiKeyRevoked& e) {
    return Tags<ApiKey, ApiKeyDirectory>{}.add<ApiKey>(e.id).add<ApiKeyDirectory>(Whole{});
}
void evolve(ApiKey& key, const ApiKeyIssued& e);
void evolve(ApiKey& key, const ApiKeyRevoked& e, const EventMeta& meta);
void evolve(ApiKeyDirectory& directory, const ApiKeyIssued& e);
void evolve(ApiKeyDirectory& directory, const ApiKeyRevoked& e);

// ---- commands ---------------------------------------------------------------------------------

struct IssueApiKey {
    std::string name;
    std::vector<std::string> scopes;
    std::optional<Instant> expires_at;
};
BOOST_DESCRIBE_STRUCT(IssueApiKey, (), (name, scopes, expires_at))
struct RevokeApiKey {
    ApiKeyId id;
};
BOOST_DESCRIBE_STRUCT(RevokeApiKey, (), (id))
Decision decide(const IssueApiKey& wish, Read& read, const Context& now);
Decision decide(const RevokeApiKey& wish, Read& read, const Context& now);

// ---- permissions ------------------------------------------------------------------------------

// `context.resource:action`, each part `[a-z0-9_]+` or `*`.
bool is_scope(std::string_view scope);
bool allows(std::string_view scope, std::string_view permission);
bool allows(const std::vector<std::string>& scopes, std::string_view permission);

}  // namespace almanac::identity

namespace almanac::kernel {
template <>
inline constexpr auto doc<identity::ApiKey> = "A key of a program; the key itself is never kept.";
template <>
inline constexpr auto rules<identity::ApiKey> =
    fields(field(&identity::ApiKey::hash, "SHA-256 of the key").internal());
template <>
inline constexpr auto rules<identity::IssueApiKey> =
    fields(field(&identity::IssueApiKey::name, "what it is for").length(1, 100),
           field(&identity::IssueApiKey::scopes,
                 "permission patterns, e.g. scheduling.*:*; what is not named is denied")
               .length(3, 100)
               .items(1, 100),
           field(&identity::IssueApiKey::expires_at, "none: until revoked"));
template <>
inline constexpr auto rules<identity::RevokeApiKey> =
    fields(field(&identity::RevokeApiKey::id, "").path());
}  // namespace almanac::kernel
