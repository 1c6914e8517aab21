// How much memory a described value holds, for the bounds of caches. An estimate: vectors are
// judged by their first element.
#pragma once
#include "domain/kernel/codec.hpp"

namespace almanac::kernel {

// Memory a value holds beyond sizeof, in bytes; an estimate for the fold cache's bound.
template <class T>
std::size_t heap_bytes(const T& value) {
    std::size_t bytes = 0;
    if constexpr (std::is_same_v<T, std::string>) {
        bytes = value.capacity() > 15 ? value.capacity() : 0;
    } else if constexpr (is_personal<T>) {
        bytes = heap_bytes(value.sealed) + heap_bytes(value.of);
    } else if constexpr (is_optional<T>) {
        bytes = value ? heap_bytes(*value) : 0;
    } else if constexpr (is_vector<T>) {
        bytes = value.capacity() * sizeof(typename T::value_type);
        if (!value.empty()) bytes += value.size() * heap_bytes(value.front());
    } else if constexpr (is_free_json<T>) {
        bytes = 512;
    } else if constexpr (Described<T>) {
        for_each_field(value, [&](std::string_view, const auto& member, const FieldRule&) {
            bytes += heap_bytes(member);
        });
    }
    return bytes;
}

}  // namespace almanac::kernel
