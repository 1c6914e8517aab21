#include "domain/kernel/money.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace almanac::kernel {
namespace {
__extension__ using Wide = __int128;

// ISO 4217 active codes (list one, 2024), sorted; without funds and metals.
constexpr auto currencies = std::to_array<std::string_view>(
    {"AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
     "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
     "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
     "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ",
     "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD", "JOD",
     "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
     "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
     "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN",
     "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR",
     "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB",
     "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS",
     "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW",
     "ZWG"});

std::optional<std::int64_t> narrow(Wide value) {
    if (value > std::numeric_limits<std::int64_t>::max() ||
        value < std::numeric_limits<std::int64_t>::min()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(value);
}

Wide divide_half_away(Wide numerator, Wide denominator) {
    if (denominator < 0) {
        numerator = -numerator;
        denominator = -denominator;
    }
    const Wide half = denominator / 2;
    if (numerator >= 0) return (numerator + half) / denominator;
    return -((-numerator + half) / denominator);
}
}  // namespace

bool is_currency(std::string_view code) {
    return std::binary_search(currencies.begin(), currencies.end(), code);
}

int minor_digits(std::string_view code) {
    static constexpr std::array<std::string_view, 15> none{"BIF", "CLP", "DJF", "GNF", "ISK",
                                                           "JPY", "KMF", "KRW", "PYG", "RWF",
                                                           "UGX", "VND", "VUV", "XAF", "XOF"};
    static constexpr std::array<std::string_view, 7> three{"BHD", "IQD", "JOD", "KWD",
                                                           "LYD", "OMR", "TND"};
    if (code == "XPF" || std::ranges::find(none, code) != none.end()) return 0;
    return std::ranges::find(three, code) != three.end() ? 3 : 2;
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
    return narrow(Wide{a} + b);
}
std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) {
    return narrow(Wide{a} * b);
}
std::optional<std::int64_t> multiply_divide(std::int64_t a, std::int64_t b, std::int64_t c) {
    if (c == 0) return std::nullopt;
    return narrow(divide_half_away(Wide{a} * b, c));
}
std::optional<std::int64_t> apply_ppm(std::int64_t amount, std::int64_t ppm) {
    return multiply_divide(amount, ppm, ppm_one);
}

std::optional<Money> add(const Money& a, const Money& b) {
    if (a.currency != b.currency) return std::nullopt;
    const auto sum = checked_add(a.amount, b.amount);
    return sum ? std::optional(Money{*sum, a.currency}) : std::nullopt;
}

std::optional<Money> subtract(const Money& a, const Money& b) {
    if (a.currency != b.currency) return std::nullopt;
    const auto difference = narrow(Wide{a.amount} - b.amount);
    return difference ? std::optional(Money{*difference, a.currency}) : std::nullopt;
}

std::vector<std::int64_t> split(std::int64_t total, std::span<const std::int64_t> weights) {
    const Wide sum = std::accumulate(weights.begin(), weights.end(), Wide{0});
    std::vector<std::int64_t> shares(weights.size(), 0);
    if (sum <= 0) return shares;
    const Wide sign = total < 0 ? -1 : 1;
    const Wide whole = sign * total;
    std::vector<Wide> sizes(weights.size());  // |INT64_MIN| fits no int64
    std::vector<Wide> remainders(weights.size());
    Wide given = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const Wide exact = whole * weights[i];
        sizes[i] = exact / sum;
        remainders[i] = exact % sum;
        given += sizes[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; given < whole; ++i, ++given) ++sizes[order[i]];
    for (std::size_t i = 0; i < shares.size(); ++i) {
        shares[i] = static_cast<std::int64_t>(sign * sizes[i]);
    }
    return shares;
}

}  // namespace almanac::kernel
