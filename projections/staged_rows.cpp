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

void StagedRows::lay_down(const Write& write) {
    const auto before = [&](const Row& a, const Row& b) {
        const auto order = key(a).compare(key(b));
        return order != 0 ? order < 0 : a.at < b.at;
    };
    std::ranges::sort(rows_, before);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto& row = rows_[i];
        if (i + 1 < rows_.size() && key(rows_[i + 1]) == key(row)) continue;
        const auto bytes = value(row);
        check(write(key(row), row.erased ? nullptr : &bytes), "Staging a row");
    }
}

}  // namespace almanac::projections
