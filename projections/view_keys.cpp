#include "eventstore/log.hpp"
#include "projections/view_store_state.hpp"

namespace almanac::projections {
using eventstore::append_u32;
using eventstore::read_u64;

namespace view_keys {
std::string rows(std::string_view name) {
    return std::string(name) + '\0';
}
std::string rows(const ViewName& view) {
    auto key = rows(view.name);
    append_u32(key, view.version);
    return key;
}
namespace {
std::string own(char kind, std::string_view name) {
    return std::string{'\0', kind}.append(name) + '\0';
}
std::string own(char kind, std::string_view name, const TenantId& tenant) {
    return own(kind, name).append(tenant.view());
}
}  // namespace
std::string checkpoint(std::string_view name) {
    return own('c', name);
}
std::string sequences(std::string_view name) {
    return own('s', name);
}
std::string sequence(std::string_view name, const TenantId& tenant) {
    return own('s', name, tenant);
}
std::string building(std::string_view name) {
    return own('b', name);
}
std::string parked(std::string_view name) {
    return own('p', name);
}
std::string parked(std::string_view name, const TenantId& tenant) {
    return own('p', name, tenant);
}

bool is_row(std::string_view key) {
    const auto name = key.find('\0');
    return name != 0 && name != std::string_view::npos && name + 1 < key.size();
}
std::string end_of(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
    if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
    return prefix;
}
}  // namespace view_keys

std::optional<ViewCheckpoint> decode_checkpoint(std::string_view value) {
    if (value.size() != 12) return std::nullopt;
    const auto version = read_u64(std::string(4, '\0').append(value.substr(0, 4)));
    return ViewCheckpoint{static_cast<std::uint32_t>(version), read_u64(value.substr(4))};
}

std::optional<ParkedAt> decode_parked(std::string_view value) {
    if (value.size() < 16) return std::nullopt;
    return ParkedAt{read_u64(value.substr(0, 8)), read_u64(value.substr(8, 8)),
                    std::string(value.substr(16))};
}

}  // namespace almanac::projections
