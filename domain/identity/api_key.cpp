#include "domain/identity/api_key.hpp"

#include <algorithm>
#include <array>

#include "domain/kernel/digest.hpp"

namespace almanac::identity {
namespace {
using Parts = std::array<std::string_view, 3>;

std::optional<Parts> parts_of(std::string_view text) {
    const auto dot = text.find('.');
    const auto colon = text.find(':', dot == text.npos ? text.size() : dot);
    if (dot == text.npos || colon == text.npos) return std::nullopt;
    return Parts{text.substr(0, dot), text.substr(dot + 1, colon - dot - 1),
                 text.substr(colon + 1)};
}

bool is_word(std::string_view part) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !part.empty() && std::ranges::all_of(part, allowed);
}
}  // namespace

bool is_scope(std::string_view scope) {
    const auto parts = parts_of(scope);
    return parts && std::ranges::all_of(*parts, [](auto p) { return p == "*" || is_word(p); });
}

bool allows(std::string_view scope, std::string_view permission) {
    const auto pattern = parts_of(scope);
    const auto wanted = parts_of(permission);
    if (!pattern || !wanted) return false;
    for (std::size_t i = 0; i < 3; ++i) {
        if ((*pattern)[i] != "*" && (*pattern)[i] != (*wanted)[i]) return false;
    }
    return true;
}

bool allows(const std::vector<std::string>& scopes, std::string_view permission) {
    return std::ranges::any_of(scopes,
                               [&](const auto& scope) { return allows(scope, permission); });
}

// Nobody hands out more than they may do themselves.
Decision decide(const IssueApiKey& wish, Read& read, const Context& now) {
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < wish.scopes.size(); ++i) {
        if (is_scope(wish.scopes[i])) continue;
        errors.push_back({json::pointer("/scopes", i), "format",
                          "A pattern context.resource:action; * stands for any one part."});
    }
    if (wish.expires_at && *wish.expires_at <= now.now) {
        errors.push_back({"/expires_at", "past", "It would have expired already."});
    }
    if (!errors.empty()) return invalid(std::move(errors));
    for (const auto& scope : wish.scopes) {
        if (now.may && !now.may(scope)) {
            return reject(RejectionKind::denied, "denied",
                          fmt::format("You may not grant {}: it is more than you may do.", scope));
        }
    }
    if (read.get<ApiKeyDirectory>(Whole{}).entries.size() >= ApiKeyDirectory::entries_max) {
        return reject("limit_reached", "A tenant has at most 1,000 keys that are not revoked.");
    }
    const auto secret = "alk_" + now.ids->secret_token();
    if (now.disclose) now.disclose("key", secret);
    return ApiKeyIssued{now.fresh_id<ApiKeyId>(), wish.name, wish.scopes, sha256_hex(secret),
                        wish.expires_at};
}

Decision decide(const RevokeApiKey& wish, Read& read, const Context&) {
    const auto* key = read.find<ApiKey>(wish.id);
    if (!key) return not_found();
    if (key->status == ApiKeyStatus::revoked) return Events{};  // as wished
    return ApiKeyRevoked{wish.id};
}

void evolve(ApiKey& key, const ApiKeyIssued& e) {
    key = {e.name, e.scopes, e.expires_at, ApiKeyStatus::active, std::nullopt, e.hash};
}
void evolve(ApiKey& key, const ApiKeyRevoked&, const EventMeta& meta) {
    key.status = ApiKeyStatus::revoked;
    key.revoked_at = meta.time;
}
void evolve(ApiKeyDirectory& directory, const ApiKeyIssued& e) {
    directory.entries.push_back({e.id, e.hash, e.scopes, e.expires_at});
}
void evolve(ApiKeyDirectory& directory, const ApiKeyRevoked& e) {
    std::erase_if(directory.entries, [&](const auto& entry) { return entry.id == e.id; });
}

}  // namespace almanac::identity
