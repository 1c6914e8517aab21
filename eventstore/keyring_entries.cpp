#include "eventstore/keyring_entries.hpp"

#include <algorithm>

namespace almanac::eventstore::entries {
namespace {
template <class Number>
void append_number(std::string& out, Number value) {
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    }
}

std::uint64_t read_number(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::string entry(char kind, const kernel::Uuid& tenant) {
    std::string key(1, kind);
    key += tenant.view();
    return key;
}

std::string_view view(const ClaimMac& mac) {
    return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

constexpr std::size_t number_bytes = 4;
constexpr char state_active = 1;
constexpr char state_erased = 2;
}  // namespace

std::string tenant_key(const kernel::TenantId& tenant) {
    return entry('t', tenant);
}
std::string claim_key(const kernel::TenantId& tenant) {
    return entry('c', tenant);
}

std::string signing_key(const kernel::TenantId& tenant, std::uint32_t number) {
    auto key = entry('s', tenant);
    append_number(key, number);
    return key;
}

std::string day_limit(std::uint32_t day) {
    std::string key = "d";
    append_number(key, day);
    return key;
}

std::string day_key(std::uint32_t day, const kernel::TenantId& tenant) {
    auto key = day_limit(day);
    key += tenant.view();
    return key;
}

std::string subject(const kernel::TenantId& tenant, std::string_view subject) {
    auto key = entry('k', tenant);
    key += subject;
    return key;
}

std::string claim(const kernel::TenantId& tenant, ClaimKind kind, const ClaimMac& mac) {
    auto key = entry('e', tenant);
    key += encode(ClaimPlace{kind, mac});
    return key;
}

std::string claim_by_id(const kernel::TenantId& tenant, const kernel::Uuid& id) {
    auto key = entry('r', tenant);
    key += id.view();
    return key;
}

std::string pending(kernel::Instant made_at, const kernel::TenantId& tenant,
                    const kernel::Uuid& id) {
    std::string key = "p";
    append_number(key, kernel::micros(made_at));
    key += tenant.view();
    key += id.view();
    return key;
}

std::string encode_u64(std::uint64_t value) {
    std::string bytes;
    append_number(bytes, value);
    return bytes;
}

std::optional<std::uint64_t> decode_u64(std::string_view bytes) {
    if (bytes.size() != 8) return std::nullopt;
    return read_number(bytes);
}

std::optional<std::string_view> SubjectEntry::wrap(std::uint32_t number) const {
    constexpr std::size_t step = number_bytes + wrap_bytes;
    for (std::size_t at = 0; at + step <= wraps.size(); at += step) {
        if (read_number(wraps.substr(at, number_bytes)) == number) {
            return wraps.substr(at + number_bytes, wrap_bytes);
        }
    }
    return std::nullopt;
}

std::string erased_subject() {
    return std::string(1, state_erased);
}

std::string active_subject(std::uint32_t number, std::string_view wrap) {
    std::string value(1, state_active);
    append_number(value, number);
    value += wrap;
    return value;
}

std::optional<SubjectEntry> decode_subject(std::string_view bytes) {
    if (bytes.empty()) return std::nullopt;
    const auto wraps = bytes.substr(1);
    if (bytes[0] == state_erased && wraps.empty()) return SubjectEntry{true, {}};
    const bool whole = !wraps.empty() && wraps.size() % (number_bytes + wrap_bytes) == 0;
    if (bytes[0] != state_active || !whole) return std::nullopt;
    return SubjectEntry{false, wraps};
}

std::string encode(const ClaimPlace& place) {
    std::string bytes(1, static_cast<char>(place.kind));
    bytes += view(place.mac);
    return bytes;
}

std::optional<ClaimPlace> decode_place(std::string_view bytes) {
    ClaimPlace place;
    if (bytes.size() != 1 + place.mac.size()) return std::nullopt;
    place.kind = static_cast<ClaimKind>(bytes[0]);
    if (place.kind != ClaimKind::email && place.kind != ClaimKind::phone) return std::nullopt;
    std::copy(bytes.begin() + 1, bytes.end(), place.mac.begin());
    return place;
}

std::optional<Pending> parse_pending(std::string_view key) {
    if (key.size() != 1 + 8 + 16 + 16 || key[0] != 'p') return std::nullopt;
    const auto us = static_cast<std::int64_t>(read_number(key.substr(1, 8)));
    return Pending{kernel::instant_from_micros(us),
                   kernel::TenantId{kernel::uuid_from_bytes(key.substr(9, 16))},
                   kernel::uuid_from_bytes(key.substr(25, 16))};
}

}  // namespace almanac::eventstore::entries
