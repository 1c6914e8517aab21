// 128-bit ids. New ids are UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits; they sort
// by creation. `Id<Thing>` is a Uuid that knows what it names, so that a client's id cannot be
// passed where a service's is meant. Nothing here reads a clock or a random source: `uuid_v7` is
// given both.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/time.hpp"

namespace almanac::kernel {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Uuid&) const = default;
    bool is_nil() const { return *this == Uuid{}; }
    std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), 16}; }
};

std::string to_string(const Uuid& id);                  // 36 lower-case characters
void append(std::string& out, const Uuid& id);          // the same, at the end of `out`
std::optional<Uuid> parse_uuid(std::string_view text);  // exactly 36 characters, either case
Uuid uuid_from_bytes(std::string_view sixteen_bytes);
Uuid uuid_v7(Instant time, const std::array<std::uint8_t, 10>& random);

template <class Thing>
struct Id : Uuid {
    Id() = default;
    explicit Id(const Uuid& uuid) : Uuid(uuid) {}
    auto operator<=>(const Id&) const = default;
};

struct TenantTag;
using TenantId = Id<TenantTag>;
struct EventTag;
using EventId = Id<EventTag>;

// The reserved tenant of users, tenants and administrator keys: ends in "system" in base 36 digits
// nobody will meet by chance; version and variant bits are zero, so no UUIDv7 equals it.
inline const TenantId system_tenant{
    Uuid{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 's', 'y', 's', 't', 'e', 'm'}}};

}  // namespace almanac::kernel

template <>
struct std::hash<almanac::kernel::Uuid> {
    std::size_t operator()(const almanac::kernel::Uuid& id) const noexcept {
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::memcpy(&a, id.bytes.data(), 8);
        std::memcpy(&b, id.bytes.data() + 8, 8);
        return static_cast<std::size_t>(a * 0x9e3779b97f4a7c15ULL ^ b);
    }
};
template <class Thing>
struct std::hash<almanac::kernel::Id<Thing>> : std::hash<almanac::kernel::Uuid> {};
