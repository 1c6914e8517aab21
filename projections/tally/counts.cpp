#include "projections/tally/counts.hpp"

#include <algorithm>
#include <limits>

#include "eventstore/log.hpp"

namespace almanac::projections::tally {
namespace {
std::int64_t sum(std::int64_t a, std::int64_t b) {
    const auto exact = kernel::checked_add(a, b);
    return exact.value_or(b < 0 ? std::numeric_limits<std::int64_t>::min()
                                : std::numeric_limits<std::int64_t>::max());
}

Revenue& in_currency(std::vector<Revenue>& sums, const std::string& currency) {
    const auto at = std::ranges::lower_bound(sums, currency, {}, &Revenue::currency);
    if (at != sums.end() && at->currency == currency) return *at;
    return *sums.insert(at, Revenue{currency});
}

constexpr std::uint64_t sign64 = 1ULL << 63;
constexpr std::uint32_t sign32 = 1U << 31;

std::uint64_t number_at(std::string_view key, std::size_t at, std::size_t bytes) {
    if (key.size() < at + bytes) throw DamagedRow("A key of a report is too short.");
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        number = number << 8 | static_cast<std::uint8_t>(key[at + i]);
    return number;
}
}  // namespace

void add(std::vector<Revenue>& sums, const kernel::Money& price) {
    auto& mine = in_currency(sums, price.currency);
    mine.amount = sum(mine.amount, price.amount);
    ++mine.completed;
}

void add(std::vector<Revenue>& sums, const std::vector<Revenue>& others) {
    for (const auto& other : others) {
        auto& mine = in_currency(sums, other.currency);
        mine.amount = sum(mine.amount, other.amount);
        mine.completed += other.completed;
    }
}

Sums sums_of(const std::vector<Revenue>& sums, const std::string& currency) {
    Sums all{{0, currency}, {0, currency}, {}};
    for (const auto& each : sums) {
        if (each.currency != currency) {
            all.others.push_back({each.amount, each.currency});
            continue;
        }
        all.own.amount = each.amount;
        all.average.amount = kernel::multiply_divide(each.amount, 1, each.completed).value_or(0);
    }
    return all;
}

Counts& Counts::operator+=(const Counts& other) {
    booked += other.booked;
    completed += other.completed;
    cancelled += other.cancelled;
    no_show += other.no_show;
    add(revenue, other.revenue);
    return *this;
}

void append_date(std::string& key, kernel::LocalDate date) {
    const auto day = static_cast<std::int32_t>(date.time_since_epoch().count());
    eventstore::append_u32(key, static_cast<std::uint32_t>(day) ^ sign32);
}

kernel::LocalDate date_at(std::string_view key, std::size_t at) {
    const auto bits = static_cast<std::uint32_t>(number_at(key, at, 4)) ^ sign32;
    return kernel::LocalDate{std::chrono::days{static_cast<std::int32_t>(bits)}};
}

void append_instant(std::string& key, kernel::Instant instant) {
    eventstore::append_u64(key, static_cast<std::uint64_t>(kernel::micros(instant)) ^ sign64);
}

kernel::Instant instant_at(std::string_view key, std::size_t at) {
    return kernel::instant_from_micros(static_cast<std::int64_t>(number_at(key, at, 8) ^ sign64));
}

}  // namespace almanac::projections::tally
