#include "domain/kernel/module.hpp"
#include "domain/house.hpp"
#include "domain/identity/api_key.hpp"

namespace almanac::identity {

void declare(Catalogue& catalogue) {
    Module identity(catalogue, "identity");
    identity.event<ApiKeyIssued>().event<ApiKeyRevoked>();
    identity.command<IssueApiKey, ApiKey>("issue_api_key", "POST api_keys",
                                          "identity.api_key:create",
                                          "Issues a key; the answer shows it this once.");
    identity.command<RevokeApiKey, ApiKey>("revoke_api_key", "POST api_keys/{id}/revoke",
                                           "identity.api_key:revoke",
                                           "Revokes it, effective when this is answered.");
    identity.collection<ApiKey>("api_keys", "identity.api_key:read", "Keys of programs.")
        .filters = {{"status", "status"}};
}

}  // namespace almanac::identity
