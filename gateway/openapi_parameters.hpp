// The query and header parameters of one operation; those of its path stand with the path. Pure.
#pragma once
#include "gateway/openapi_schemas.hpp"

namespace almanac::gateway {

Array parameters_of(const RouteEntry& route);

}  // namespace almanac::gateway
