// The one place where a rejection becomes an HTTP answer: kind and code -> status, RFC 9457 body.
#pragma once
#include "gateway/http_message.hpp"

namespace almanac::gateway {

int status_of(const kernel::Rejection& rejection);
Problem problem_of(const kernel::Rejection& rejection);
// For the caller: nothing internal, never a secret.
Response answer_of(const kernel::Rejection& rejection, std::string_view request_id);

}  // namespace almanac::gateway
