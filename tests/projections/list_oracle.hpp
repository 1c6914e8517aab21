// What a list has to be, found out the slow way: every row, its fields as JSON, compared one by
// one.
#pragma once
#include <algorithm>
#include <map>

#include "tests/projections/house.hpp"

namespace almanac::projections {

using kernel::json::Value;

// Every value at the end of a dotted path, through arrays.
inline void values_at(const Value& value, std::string_view path, std::vector<Value>& out) {
    if (value.is_array()) {
        for (const auto& item : value.get_array()) values_at(item, path, out);
    } else if (path.empty()) {
        if (!value.is_null()) out.push_back(value);
    } else if (value.is_object()) {
        const auto dot = path.find('.');
        const auto* next = value.get_object().if_contains(path.substr(0, dot));
        if (next) values_at(*next, dot == path.npos ? "" : path.substr(dot + 1), out);
    }
}

inline std::string text_of(const Value& value) {
    return value.is_string() ? std::string(value.get_string()) : kernel::json::dump(value);
}

class ListOracle {
  public:
    ListOracle(const kernel::Collection& collection, std::vector<Value> rows)
        : collection_(collection), rows_(std::move(rows)) {}

    // Ids, in order.
    std::vector<std::string> list(const ListQuery& query) const {
        std::vector<const Value*> found;
        for (const auto& row : rows_) {
            if (fits(row, query)) found.push_back(&row);
        }
        std::string sort = query.sort;
        if (sort.empty()) sort = query.from || query.to ? collection_.range_path : "created_at";
        const bool descending = sort.starts_with('-');
        if (descending) sort.erase(0, 1);
        std::ranges::sort(found, [&](const Value* a, const Value* b) {
            const auto x = key(*a, sort), y = key(*b, sort);
            return descending ? y < x : x < y;
        });
        std::vector<std::string> ids;
        for (const auto* row : found) ids.emplace_back(row->at("id").get_string());
        return ids;
    }

  private:
    // Nothing first; numbers and times by size, text by bytes; then the id.
    static std::tuple<bool, std::int64_t, std::string, std::string> key(const Value& row,
                                                                        const std::string& sort) {
        std::vector<Value> values;
        values_at(row, sort, values);
        const std::string id(row.at("id").get_string());
        if (values.empty()) return {false, 0, "", id};
        const auto& value = values.front();
        if (value.is_int64()) return {true, value.get_int64(), "", id};
        const auto instant = kernel::parse_instant(text_of(value));
        if (instant) return {true, kernel::micros(*instant), "", id};
        return {true, 0, text_of(value), id};
    }
    bool fits(const Value& row, const ListQuery& query) const {
        const auto* deleted = row.get_object().if_contains("deleted_at");
        if (deleted && !deleted->is_null() && !query.include_deleted) return false;
        for (const auto& [parameter, text] : query.filters) {
            const auto filter =
                std::ranges::find(collection_.filters, parameter, &kernel::Filter::parameter);
            std::vector<Value> values;
            values_at(row, filter->path, values);
            const auto same = [&](const Value& value) { return text_of(value) == text; };
            if (std::ranges::none_of(values, same)) return false;
        }
        if (!query.from && !query.to) return true;
        std::vector<Value> values;
        values_at(row, collection_.range_path, values);
        if (values.empty()) return false;
        const auto instant = *kernel::parse_instant(text_of(values.front()));
        return (!query.from || instant >= *query.from) && (!query.to || instant < *query.to);
    }

    const kernel::Collection& collection_;
    std::vector<Value> rows_;
};

// All pages of a query, of any size.
inline std::vector<std::string> all_pages(const RecordQueries& queries, const TenantId& tenant,
                                          std::string_view collection, ListQuery query,
                                          std::mt19937_64& random,
                                          const std::function<void()>& between = {}) {
    std::vector<std::string> ids;
    while (true) {
        query.limit = 1 + random() % 40;
        const auto page = must(queries.list(tenant, collection, query));
        EXPECT_LE(page.rows.size(), query.limit);
        for (const auto& row : page.rows) {
            ids.emplace_back(kernel::json::parse_own(row.json).at("id").get_string());
        }
        if (!page.next_cursor) return ids;
        query.cursor = *page.next_cursor;
        if (between) between();
    }
}

}  // namespace almanac::projections
