// Money is int64 minor units with an ISO 4217 code; rates are integer parts per million. Rounding
// is half away from zero, once per line; splits go by largest remainder. Every operation that could
// overflow or mix currencies says so instead of wrapping.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace almanac::kernel {

// An ISO 4217 alphabetic code that is in force; three upper-case letters.
struct Currency {
    std::string code;
    bool operator==(const Currency&) const = default;
};
bool is_currency(std::string_view code);
int minor_digits(std::string_view code);  // 2 for EUR, 0 for JPY, 3 for KWD

struct Money {
    std::int64_t amount = 0;  // minor units
    std::string currency;     // ISO 4217
    bool operator==(const Money&) const = default;
};

inline constexpr std::int64_t ppm_one = 1'000'000;

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b);
// amount × ppm ÷ 1,000,000, half away from zero; nothing where it does not fit.
std::optional<std::int64_t> apply_ppm(std::int64_t amount, std::int64_t ppm);
// a × b ÷ c with a 128-bit middle, half away from zero; nothing where it does not fit or c = 0.
std::optional<std::int64_t> multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c);
std::optional<Money> add(const Money& a, const Money& b);
std::optional<Money> subtract(const Money& a, const Money& b);
// Shares of `total` by `weights` (≥ 0, not all 0) that sum exactly to it; ties go to the first.
std::vector<std::int64_t> split(std::int64_t total, std::span<const std::int64_t> weights);

}  // namespace almanac::kernel
