#include "eventstore/query.hpp"

#include <algorithm>

namespace almanac::eventstore {
namespace {
bool item_matches(const QueryItem& item, std::string_view type, auto has_tag) {
    return (item.types.empty() || std::ranges::find(item.types, type) != item.types.end()) &&
           std::ranges::all_of(item.tags, has_tag);
}
}  // namespace

bool matches(const QueryItem& item, const Record& record) {
    return item_matches(item, record.type, [&](const std::string& tag) {
        return std::ranges::find(record.tags, tag) != record.tags.end();
    });
}
bool matches(const QueryItem& item, const RecordView& record) {
    return item_matches(item, record.type(),
                        [&](const std::string& tag) { return record.has_tag(tag); });
}
bool matches(const Query& query, const Record& record) {
    return query.items.empty() || std::ranges::any_of(query.items, [&](const auto& item) {
               return matches(item, record);
           });
}
bool matches(const Query& query, const RecordView& record) {
    return query.items.empty() || std::ranges::any_of(query.items, [&](const auto& item) {
               return matches(item, record);
           });
}

}  // namespace almanac::eventstore
