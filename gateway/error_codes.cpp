#include "gateway/error_codes.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway {
namespace {

std::vector<ErrorCode> put_together() {
    std::vector<ErrorCode> all;
    for (const auto part :
         {detail::request_codes(), detail::business_codes(), detail::loyalty_codes(),
          detail::field_codes(), detail::operation_codes()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    std::ranges::sort(all, {}, &ErrorCode::code);
    const auto twice = std::ranges::adjacent_find(all, {}, &ErrorCode::code);
    if (twice != all.end()) {
        throw std::logic_error("error code explained twice: " + std::string(twice->code));
    }
    return all;
}

}  // namespace

const std::vector<ErrorCode>& error_codes() {
    static const std::vector<ErrorCode> all = put_together();
    return all;
}

const ErrorCode* find_error_code(std::string_view code) {
    const auto& all = error_codes();
    const auto at = std::ranges::lower_bound(all, code, {}, &ErrorCode::code);
    return at != all.end() && at->code == code ? &*at : nullptr;
}

}  // namespace almanac::gateway
