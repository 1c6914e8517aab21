#include "projections/staged_rows.hpp"

#include <rocksdb/status.h>

#include <algorithm>

#include "projections/view_store_state.hpp"

namespace almanac::projections {

void StagedRows::add(std::string_view key, std::string_view value, bool erased) {
    rows_.push_back({bytes_.size(), static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(value.size()), erased});
    bytes_.append(key).append(value);
}

void StagedRows::take_back_to(const Mark& mark) {
    rows_.resize(mark.rows);
    bytes_.resize(mark.bytes);
}

// Keys share a long beginning. What orders most of them lies in the bytes behind it, which are kept
// beside each row while it is sorted, so that few comparisons go to the keys themselves.
std::vector<StagedRows::Ordered> StagedRows::ordered() const {
    if (rows_.empty()) return {};
    const auto first = key(rows_.front());
    auto shared = first.size();
    for (const auto& row : rows_) {
        const auto other = key(row);
        shared = std::min(shared, other.size());
        while (other.substr(0, shared) != first.substr(0, shared)) --shared;
    }
    const auto piece = [](std::string_view text, std::size_t from) {
        std::uint64_t number = 0;
        for (std::size_t i = from; i < from + 8; ++i)
            number = number << 8 | (i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U);
        return number;
    };
    std::vector<Ordered> list;
    list.reserve(rows_.size());
    for (const auto& row : rows_)
        list.push_back({piece(key(row), shared), piece(key(row), shared + 8), &row});
    std::ranges::sort(list, [&](const Ordered& a, const Ordered& b) {
        if (a.first != b.first) return a.first < b.first;
        if (a.second != b.second) return a.second < b.second;
        const auto order = key(*a.row).compare(key(*b.row));
        return order != 0 ? order < 0 : a.row->at < b.row->at;
    });
    return list;
}

void StagedRows::lay_down(const Write& write) const {
    const auto list = ordered();
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& row = *list[i].row;
        if (i + 1 < list.size() && key(*list[i + 1].row) == key(row)) continue;
        const auto bytes = value(row);
        check(write(key(row), row.erased ? nullptr : &bytes), "Staging a row");
    }
}

}  // namespace almanac::projections
