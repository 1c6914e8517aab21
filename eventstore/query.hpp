// What an event store is asked by (dcb.events): items are OR'ed; within an item the types are OR'ed
// (none = any) and the tags AND'ed (none = any). A query without items matches every event of the
// tenant. An append condition fails where an event after `after` matches.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/record.hpp"

namespace almanac::eventstore {

struct QueryItem {
    std::vector<std::string> types;
    std::vector<std::string> tags;
};

struct Query {
    std::vector<QueryItem> items;
    static Query all() { return {}; }
    static Query tagged(std::string tag) { return {{QueryItem{{}, {std::move(tag)}}}}; }
};

struct AppendCondition {
    Query fail_if_events_match;
    std::uint64_t after = 0;  // position; 0 = from the beginning
};

bool matches(const QueryItem& item, const Record& record);
bool matches(const QueryItem& item, const RecordView& record);
bool matches(const Query& query, const Record& record);
bool matches(const Query& query, const RecordView& record);

}  // namespace almanac::eventstore
