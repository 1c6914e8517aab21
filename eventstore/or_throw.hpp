// Within a job of the writer: what cannot be read takes the whole job back.
#pragma once
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

template <class T>
T or_throw(kernel::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace almanac::eventstore
