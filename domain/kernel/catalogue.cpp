#include "domain/kernel/catalogue.hpp"

#include <stdexcept>

namespace almanac::kernel {

const std::string* PathParameters::find(std::string_view name) const {
    for (const auto& [key, value] : values) {
        if (key == name) return &value;
    }
    return nullptr;
}

const CommandType* Catalogue::command(std::type_index wish) const {
    for (const auto& type : commands_) {
        if (type->wish == wish) return type.get();
    }
    return nullptr;
}

const CommandType* Catalogue::command(std::string_view name) const {
    for (const auto& type : commands_) {
        if (type->name == name) return type.get();
    }
    return nullptr;
}

const EventType* Catalogue::event(std::string_view type) const {
    const auto at = events_.find(type);
    return at == events_.end() ? nullptr : at->second;
}

const FoldType* Catalogue::fold_of_tag(std::string_view tag) const {
    const auto whole = folds_.find(tag);
    if (whole != folds_.end()) return whole->second;
    const auto at = folds_.find(tag.substr(0, tag.find(':')));
    return at == folds_.end() ? nullptr : at->second;
}

json::Value Catalogue::upcast(std::string_view type, std::uint16_t version,
                              json::Value data) const {
    const auto* now = event(type);
    for (; now != nullptr && version < now->version; ++version) {
        const auto step = upcasters_.find({type, version});
        if (step == upcasters_.end()) {
            throw std::logic_error(
                fmt::format("{} has no upcaster from version {}", type, version));
        }
        data = step->second(std::move(data));
    }
    return data;
}

const Collection* Catalogue::collection(std::string_view name) const {
    for (const auto& c : collections_) {
        if (c->name == name) return c.get();
    }
    return nullptr;
}

const Collection* Catalogue::collection_of(const FoldType& fold) const {
    for (const auto& c : collections_) {
        if (c->fold == &fold) return c.get();
    }
    return nullptr;
}

}  // namespace almanac::kernel
