#include "eventstore/upcast.hpp"

#include <stdexcept>

namespace almanac::eventstore {

void Upcasters::add(std::string type, std::uint16_t version, Step step) {
    auto same = type;
    add(std::move(type), version,
        Next{std::move(same), static_cast<std::uint16_t>(version + 1), std::move(step)});
}

void Upcasters::add_rename(std::string type, std::uint16_t version, std::string new_type,
                           Step step) {
    add(std::move(type), version, Next{std::move(new_type), 1, std::move(step)});
}

void Upcasters::add(std::string type, std::uint16_t version, Next next) {
    for (const auto* at = &next; at; at = find(at->type, at->version))
        if (at->type == type && at->version == version)
            throw std::logic_error("An upcast of " + type + " leads back to where it began.");
    if (!steps_[type].emplace(version, std::move(next)).second)
        throw std::logic_error("There are two upcasts of " + type + " version " +
                               std::to_string(version) + ".");
}

const Upcasters::Next* Upcasters::find(std::string_view type, std::uint16_t version) const {
    const auto known = steps_.find(type);
    if (known == steps_.end()) return nullptr;
    const auto next = known->second.find(version);
    return next == known->second.end() ? nullptr : &next->second;
}

bool Upcasters::is_current(std::string_view type, std::uint16_t version) const {
    return !find(type, version);
}

kernel::Result<VersionedData> Upcasters::apply(VersionedData stored) const {
    while (const auto* next = find(stored.type, stored.version)) {
        auto data = next->step(std::move(stored.data));
        if (!data)
            return kernel::corrupt("An event " + stored.type + " of version " +
                                   std::to_string(stored.version) +
                                   " cannot be read: " + data.error().detail);
        stored = {next->type, next->version, std::move(*data)};
    }
    return stored;
}

}  // namespace almanac::eventstore
