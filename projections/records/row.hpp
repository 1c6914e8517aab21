// A row as it is stored: what is needed to go on without parsing it, then the JSON as it is served.
//     revision u64 ‖ position u64 ‖ created_at i64 µs ‖ updated_at i64 µs ‖ deleted u8
//     ‖ values u32 length, bytes ‖ JSON
// `position` is that of its last event. Values: what it is indexed by, in one string: of every
// order u16 length, order value; then of every filter value u8 filter (1 = the first), u16 length,
// value. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/command.hpp"
#include "projections/records/layout.hpp"

namespace almanac::projections {

struct StoredRow {
    std::uint64_t revision = 0;
    std::uint64_t position = 0;
    kernel::Instant created_at{};
    kernel::Instant updated_at{};
    bool deleted = false;
    std::string_view values;
    std::string_view json;
};

void encode_row(std::string& out, const kernel::Held& held, bool deleted, std::string_view values,
                std::string_view json);
// Views into `bytes`; throws ViewFailure (`corrupt`) where they are no row.
StoredRow decode_row(std::string_view bytes);

// The JSON as it is served, of a fold as it is held.
void write_json(std::string& out, const kernel::FoldType& fold, const kernel::Uuid& id,
                const kernel::Held& held);

// Reads the row's JSON (which gets room behind it for the parser) for its index values and whether
// it is deleted.
struct Indexed {
    std::string values;
    bool deleted = false;
};
Indexed index_values(const CollectionLayout& layout, std::string& json, kernel::Instant created_at);

struct Values {
    std::vector<std::string_view> orders;
    struct Filtered {
        std::size_t filter = 0;  // 1 = the first
        std::string_view value;
    };
    std::vector<Filtered> filters;
    bool has(std::size_t filter, std::string_view value) const;
};
Values read_values(const CollectionLayout& layout, std::string_view values);

// Calls fn(key) for every index entry of the row.
template <class Fn>
void for_each_entry(const CollectionLayout& layout, const Values& values, const kernel::Uuid& id,
                    Fn fn) {
    std::string key;
    for (std::size_t order = 0; order < layout.orders.size(); ++order) {
        const auto entry = [&](std::size_t filter, std::string_view value) {
            key.clear();
            layout.append_index_prefix(key, order, filter, value);
            fn(key.append(values.orders[order]).append(id.view()));
        };
        entry(0, {});
        for (const auto& [filter, value] : values.filters) entry(filter, value);
    }
}

}  // namespace almanac::projections
