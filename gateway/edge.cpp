#include "gateway/edge.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

// Calls fn on every value that `path` ("customer.first_name") leads to, through arrays.
template <class Fn>
void at_path(json::Value& value, std::string_view path, Fn&& fn) {
    if (auto* array = value.if_array()) {
        for (auto& item : *array) at_path(item, path, fn);
        return;
    }
    auto* object = value.if_object();
    if (!object) return;
    const auto dot = path.find('.');
    auto* next = object->if_contains(path.substr(0, dot));
    if (!next) return;
    if (dot == path.npos) return fn(*next);
    at_path(*next, path.substr(dot + 1), fn);
}

void drop_path(json::Value& value, std::string_view path) {
    const auto dot = path.rfind('.');
    if (dot == path.npos) {
        if (auto* object = value.if_object()) object->erase(path);
        return;
    }
    at_path(value, path.substr(0, dot), [&](json::Value& parent) {
        if (auto* object = parent.if_object()) object->erase(path.substr(dot + 1));
    });
}

bool is_sealed(const json::Value& value) {
    const auto* object = value.if_object();
    return object && object->size() == 2 && object->contains("sealed") && object->contains("of");
}
}  // namespace

Edge::Edge(const Collection& collection, const TenantId& tenant, const Principal& principal,
           eventstore::Keyring& keyring, bool open_sensitive)
    : personal_(collection.personal),
      internal_(collection.internal),
      tenant_(tenant),
      keyring_(keyring),
      may_personal_(principal.may(collection.personal_permission)),
      may_sensitive_(open_sensitive && principal.may(collection.sensitive_permission)) {}

Edge::Edge(const QueryType& query, const TenantId& tenant, const Principal& principal,
           eventstore::Keyring& keyring)
    : personal_(query.personal),
      tenant_(tenant),
      keyring_(keyring),
      may_personal_(principal.may(query.personal_permission)),
      may_sensitive_(false) {}

Result<OpenedRow> Edge::open(std::string_view row_text) const {
    OpenedRow opened{json::parse_own(row_text), {}};
    auto& row = opened.row;
    for (const auto& path : internal_) drop_path(row, path);
    json::Array masked;
    bool erased = false;
    std::optional<Rejection> failed;
    for (const auto& field : personal_) {
        const bool may = field.sensitive ? may_sensitive_ : may_personal_;
        at_path(row, field.path, [&](json::Value& value) {
            if (!is_sealed(value)) return;
            if (!may) {
                value = nullptr;
                masked.emplace_back(field.path);
                return;
            }
            const auto& sealed = value.get_object();
            const auto text = keyring_.open(tenant_, sealed.at("sealed").get_string(),
                                            sealed.at("of").get_string(), field.field_id);
            if (!text) {
                failed = text.error();
                return;
            }
            erased = erased || !*text;
            if (*text && field.sensitive) opened.sensitive_fields.push_back(field.path);
            value = *text ? json::parse_own(**text) : json::Value(nullptr);
        });
    }
    if (failed) return std::unexpected(std::move(*failed));
    if (!masked.empty()) row.get_object()["masked"] = std::move(masked);
    if (erased) row.get_object()["erased"] = true;
    return opened;
}

}  // namespace almanac::gateway
