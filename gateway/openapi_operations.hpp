// One route as an OpenAPI operation: parameters, body, answers, permission. Pure; any thread.
#pragma once
#include <string>

#include "gateway/openapi_schemas.hpp"

namespace almanac::gateway {

Object operation_of(const RouteEntry& route, const kernel::Catalogue& catalogue);
// What every operation of one path takes: its path parameters, request id, trace.
Array shared_parameters(const std::string& path_template);

}  // namespace almanac::gateway
