// Rows that say how something stood at the end of a day, under `key ‖ day u32`: one for each day on
// which it changed, the last of them as it stands now. A day that is over is never written again,
// so how it stood at the end of any day is one seek away. Pure functions over rows.
#pragma once
#include "projections/tally/tallies.hpp"

namespace almanac::projections::tally {

template <class T>
void put_dated(TenantViews& views, std::string key, kernel::LocalDate day, const T& row) {
    append_date(key, day);
    views.put_unread(key, kernel::to_json(row));
}

// At the end of that day; nothing where it did not exist yet.
template <class T>
std::optional<T> read_dated(const ViewRows& rows, const std::string& key, kernel::LocalDate day) {
    auto walk = rows.walk(key);
    auto last = key;
    append_date(last, day);
    walk.seek_last(last);
    if (!walk.valid()) return std::nullopt;
    return decode<T>(walk.value());
}

// Shows `visit(id, row)` how each thing of a kind (`kind u8 ‖ id 16`) stood at the end of a day, in
// the order of their ids and after that of `after` (16 bytes or none), until it answers false.
template <class T, class Visit>
void each_dated(const ViewRows& rows, char kind, kernel::LocalDate day, std::string_view after,
                Visit&& visit) {
    constexpr std::size_t id_bytes = 16;
    const auto behind = [](std::string key) { return key.append(5, '\xff'); };  // all its days
    auto walk = rows.walk(std::string(1, kind));
    walk.seek(after.empty() ? std::string(1, kind) : behind(std::string(1, kind).append(after)));
    while (walk.valid()) {
        const std::string key(walk.key().substr(0, 1 + id_bytes));
        auto last = key;
        append_date(last, day);
        walk.seek_last(last);
        if (walk.valid() && walk.key().starts_with(key)) {
            const auto id = kernel::uuid_from_bytes(std::string_view(key).substr(1));
            if (!visit(id, decode<T>(walk.value()))) return;
        }
        walk.seek(behind(key));
    }
}

}  // namespace almanac::projections::tally
