#include "projections/staged_rows.hpp"

#include <rocksdb/status.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "projections/view_store_state.hpp"

namespace almanac::projections {
namespace {
constexpr std::size_t few_rows = 12;  // are compared key by key
// Rows lie anywhere in the buffers: memory is asked for them so many turns before theirs.
constexpr std::size_t turns_ahead = 8;
}  // namespace

StagedRows::Number StagedRows::add(std::string_view key, std::string_view value, bool erased) {
    rows_.push_back({bytes_.size(), static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(value.size()), erased});
    bytes_.append(key).append(value);
    return static_cast<Number>(rows_.size() - 1);
}

void StagedRows::take_back_to(const Mark& mark) {
    rows_.resize(mark.rows);
    bytes_.resize(mark.bytes);
}

// How many bytes all keys begin with.
std::size_t StagedRows::shared_bytes() const {
    const auto first = key(rows_.front());
    auto shared = first.size();
    for (const auto& row : rows_) {
        const auto other = key(row);
        shared = std::min(shared, other.size());
        while (std::memcmp(other.data(), first.data(), shared) != 0) --shared;
    }
    return shared;
}

// As a number that orders as the bytes do; zeros stand behind the end of a key.
std::uint64_t StagedRows::piece(Number number, std::size_t depth) const {
    const auto& row = rows_[number];
    if (depth >= row.key_size) return 0;
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, bytes_.data() + row.at + depth,
                std::min<std::size_t>(sizeof bytes, row.key_size - depth));
    if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
    return bytes;
}

void StagedRows::fetch(std::span<const Ordered> rows, std::size_t turn) const {
    if (turn + 2 * turns_ahead < rows.size())
        __builtin_prefetch(rows_.data() + rows[turn + 2 * turns_ahead].number);
    if (turn + turns_ahead < rows.size())
        __builtin_prefetch(bytes_.data() + rows_[rows[turn + turns_ahead].number].at);
}

void StagedRows::order_by_keys(std::span<Ordered> rows) const {
    std::ranges::sort(rows, [&](const Ordered& a, const Ordered& b) {
        const auto order = key(a.number).compare(key(b.number));
        return order != 0 ? order < 0 : a.number < b.number;
    });
}

// Eight bytes of each key at a time: they are fetched once and then compared as numbers, and what
// they do not tell apart is ordered by the next eight. Equal ones keep the order they came in,
// which often is that of the bytes behind (times and ids rise).
void StagedRows::order(std::span<Ordered> rows, std::size_t depth) const {
    if (rows.size() <= few_rows) return order_by_keys(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        fetch(rows, i);
        rows[i].piece = piece(rows[i].number, depth);
    }
    const auto before = [](const Ordered& a, const Ordered& b) {
        return a.piece != b.piece ? a.piece < b.piece : a.number < b.number;
    };
    if (!std::ranges::is_sorted(rows, before)) std::ranges::sort(rows, before);
    while (!rows.empty()) {
        const auto other = std::ranges::find_if(
            rows, [&](const Ordered& row) { return row.piece != rows.front().piece; });
        const auto alike = rows.first(static_cast<std::size_t>(other - rows.begin()));
        rows = rows.subspan(alike.size());
        if (alike.size() == 1) continue;
        const bool one_ends = std::ranges::any_of(alike, [&](const Ordered& row) {
            return rows_[row.number].key_size < depth + sizeof row.piece;
        });
        if (one_ends)
            order_by_keys(alike);
        else
            order(alike, depth + sizeof(std::uint64_t));
    }
}

std::vector<StagedRows::Ordered> StagedRows::ordered() const {
    std::vector<Ordered> list(rows_.size());
    for (Number number = 0; number < list.size(); ++number) list[number].number = number;
    if (!list.empty()) order(list, shared_bytes());
    return list;
}

void StagedRows::lay_down(const Write& write) const {
    const auto list = ordered();
    for (std::size_t i = 0; i < list.size(); ++i) {
        fetch(list, i);
        const auto& row = rows_[list[i].number];
        if (i + 1 < list.size() && key(list[i + 1].number) == key(row)) continue;
        const auto bytes = value(row);
        check(write(key(row), row.erased ? nullptr : &bytes), "Staging a row");
    }
}

}  // namespace almanac::projections
