#include "projections/records/row.hpp"

#include <simdjson.h>

#include <algorithm>

#include "eventstore/log.hpp"
#include "projections/view_store.hpp"

namespace almanac::projections {
namespace {
namespace dom = simdjson::dom;
using eventstore::append_u32;
using eventstore::append_u64;
using eventstore::read_u64;

constexpr std::size_t fixed_bytes = 8 * 4 + 1 + 4;

void append_piece(std::string& out, std::string_view piece) {
    out += static_cast<char>(piece.size() >> 8);
    out += static_cast<char>(piece.size() & 0xff);
    out.append(piece);
}

std::string_view take_piece(std::string_view& rest) {
    const auto size = static_cast<std::size_t>(static_cast<std::uint8_t>(rest[0])) << 8 |
                      static_cast<std::uint8_t>(rest[1]);
    const auto piece = rest.substr(2, size);
    rest.remove_prefix(2 + size);
    return piece;
}

// The value as this kind has it; false where it has none (null, absent, of another type).
bool append_value(std::string& out, const IndexedField& field, const dom::element& value) {
    std::string_view text;
    switch (field.kind) {
        case ValueKind::integer: {
            std::int64_t number = 0;
            if (value.get_int64().get(number) != simdjson::SUCCESS) return false;
            encoding::append_integer(out, number);
            return true;
        }
        case ValueKind::boolean: {
            bool flag = false;
            if (value.get_bool().get(flag) != simdjson::SUCCESS) return false;
            out += flag ? '\1' : '\0';
            return true;
        }
        case ValueKind::text:
        case ValueKind::choice:
            if (value.get_string().get(text) != simdjson::SUCCESS) return false;
            encoding::append_text(out, text);
            return true;
        case ValueKind::id:
        case ValueKind::instant:
            if (value.get_string().get(text) != simdjson::SUCCESS) return false;
            return !encoding::append_parameter(out, field, text);
    }
    return false;
}

// Every value at the end of the path, through arrays on the way.
template <class Fn>
void for_each_value(const dom::element& at, const std::vector<std::string>& path, std::size_t depth,
                    const Fn& fn) {
    dom::array items;
    if (at.get_array().get(items) == simdjson::SUCCESS) {
        for (const auto item : items) for_each_value(item, path, depth, fn);
        return;
    }
    if (depth == path.size()) return fn(at);
    dom::element next;
    if (at.at_key(path[depth]).get(next) == simdjson::SUCCESS) {
        for_each_value(next, path, depth + 1, fn);
    }
}
}  // namespace

void encode_row(std::string& out, const kernel::Held& held, bool deleted, std::string_view values,
                std::string_view json) {
    out.clear();
    out.reserve(fixed_bytes + values.size() + json.size());
    append_u64(out, held.revision);
    append_u64(out, held.last_position);
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(held.created_at)));
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(held.updated_at)));
    out += deleted ? '\1' : '\0';
    append_u32(out, static_cast<std::uint32_t>(values.size()));
    out.append(values).append(json);
}

StoredRow decode_row(std::string_view bytes) {
    const auto damaged = [] {
        return ViewFailure(kernel::corrupt("A row of a view is damaged.").error());
    };
    if (bytes.size() < fixed_bytes) throw damaged();
    const auto number = [&](std::size_t at) { return read_u64(bytes.substr(at, 8)); };
    const auto instant = [&](std::size_t at) {
        return kernel::instant_from_micros(static_cast<std::int64_t>(number(at)));
    };
    const auto values_bytes = number(fixed_bytes - 8) & 0xffffffff;
    const auto rest = bytes.substr(fixed_bytes);
    if (values_bytes > rest.size()) throw damaged();
    return {number(0),
            number(8),
            instant(16),
            instant(24),
            bytes[32] != '\0',
            rest.substr(0, values_bytes),
            rest.substr(values_bytes)};
}

void write_json(std::string& out, const kernel::FoldType& fold, const kernel::Uuid& id,
                const kernel::Held& held) {
    const auto state = fold.to_json(held.state.get(), true);
    out.clear();
    out.reserve(state.size() + 200);
    out.append(R"({"id":")").append(kernel::to_string(id)).append(R"(",)");
    const auto members = std::string_view(state).substr(1, state.size() - 2);
    out.append(members);
    if (!members.empty()) out += ',';
    fmt::format_to(std::back_inserter(out),
                   FMT_STRING(R"("revision":{},"created_at":"{}","updated_at":"{}"}})"),
                   held.revision, kernel::to_string(held.created_at),
                   kernel::to_string(held.updated_at));
}

Indexed index_values(const CollectionLayout& layout, std::string& json,
                     kernel::Instant created_at) {
    thread_local dom::parser parser;
    json.reserve(json.size() + simdjson::SIMDJSON_PADDING);
    dom::element row;
    if (const auto error = parser.parse(json.data(), json.size(), false).get(row)) {
        throw std::runtime_error(std::string("a fold wrote no JSON: ") +
                                 simdjson::error_message(error));
    }
    Indexed indexed;
    dom::element deleted;
    indexed.deleted =
        row.at_key("deleted_at").get(deleted) == simdjson::SUCCESS && !deleted.is_null();
    std::string value;
    for (std::size_t i = 0; i < layout.orders.size(); ++i) {
        value.assign(1, '\1');
        bool found = i == 0;
        if (found) {
            encoding::append_integer(value, kernel::micros(created_at));
        } else {
            for_each_value(row, layout.orders[i].path, 0, [&](const dom::element& at) {
                if (!found) found = append_value(value, layout.orders[i], at);
            });
        }
        append_piece(indexed.values, found ? value : std::string_view("\0", 1));
    }
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < layout.filters.size(); ++i) {
        seen.clear();
        for_each_value(row, layout.filters[i].path, 0, [&](const dom::element& at) {
            value.clear();
            if (!append_value(value, layout.filters[i], at)) return;
            if (std::ranges::find(seen, value) != seen.end()) return;
            seen.push_back(value);
            indexed.values += static_cast<char>(i + 1);
            append_piece(indexed.values, value);
        });
    }
    return indexed;
}

Values read_values(const CollectionLayout& layout, std::string_view values) {
    Values read;
    read.orders.reserve(layout.orders.size());
    for (std::size_t i = 0; i < layout.orders.size(); ++i)
        read.orders.push_back(take_piece(values));
    while (!values.empty()) {
        const auto filter = std::size_t{static_cast<std::uint8_t>(values[0])};
        values.remove_prefix(1);
        read.filters.push_back({filter, take_piece(values)});
    }
    return read;
}

bool Values::has(std::size_t filter, std::string_view value) const {
    return std::ranges::any_of(filters, [&](const Filtered& each) {
        return each.filter == filter && each.value == value;
    });
}

}  // namespace almanac::projections
