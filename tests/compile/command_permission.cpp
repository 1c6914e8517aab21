// A command as a context declares it. Compiled by tests only: with a permission it must be
// accepted, without one, or with what is none, it must not (domain/kernel/command.hpp, Permission).
#include "domain/identity/api_key.hpp"
#include "domain/kernel/module.hpp"

#if defined(NO_PERMISSION)
#define PERMISSION
#elif defined(EMPTY_PERMISSION)
#define PERMISSION "",
#elif defined(PERMISSION_WITHOUT_ACTION)
#define PERMISSION "identity.api_key",
#else
#define PERMISSION "identity.api_key:revoke",
#endif

namespace almanac::identity {

void declare_one(kernel::Module& identity) {
    identity.command<RevokeApiKey, ApiKey>("revoke_api_key", "POST api_keys/{id}/revoke",
                                           PERMISSION "Revokes it.");
}

}  // namespace almanac::identity
