// The parts the table of error codes is put together from (error_codes.hpp); constants, any thread.
#pragma once
#include <span>

#include "gateway/error_codes.hpp"

namespace almanac::gateway::detail {

std::span<const ErrorCode> request_codes();   // of HTTP and of every resource
std::span<const ErrorCode> business_codes();  // of the rules of the contexts
std::span<const ErrorCode> loyalty_codes();
std::span<const ErrorCode> field_codes();      // of single fields
std::span<const ErrorCode> operation_codes();  // of start and data directories

}  // namespace almanac::gateway::detail
