#include "domain/scheduling/client.hpp"

namespace almanac::scheduling {

std::optional<std::string> key_value(const Client& client, std::string_view kind) {
    if (kind == EmailClaim::kind) return client.email ? client.email->open : std::nullopt;
    if (kind == PhoneClaim::kind) return client.phone ? client.phone->open : std::nullopt;
    return std::nullopt;
}

}  // namespace almanac::scheduling
