#include "eventstore/search_row.hpp"

#include <algorithm>
#include <iterator>

#include "eventstore/normalize.hpp"

namespace almanac::eventstore::search {
namespace {
// Below every character that folding leaves, so that "ana" sorts before "ana maria".
constexpr char separator = '\x1f';

std::string email_form(std::string_view email) {
    auto normal = normalize_email(email);
    return normal ? std::move(*normal) : fold_for_search(email);
}

std::string digits_of(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits),
                         [](char c) { return c >= '0' && c <= '9'; });
    return digits;
}

std::string phone_form(std::string_view phone) {
    auto normal = normalize_phone(phone);
    return normal ? std::move(*normal) : digits_of(phone);
}

std::string_view section(std::string_view text, int number) {
    for (; number > 0; --number) text.remove_prefix(text.find(separator) + 1);
    return text.substr(0, text.find(separator));
}
}  // namespace

Row row_of(const SearchEntry& entry) {
    const auto email = email_form(entry.email);
    const auto folded_email = fold_for_search(email);
    std::string text = fold_for_search(entry.last_name);
    text += separator;
    text += fold_for_search(entry.first_name);
    text += separator;
    text += folded_email;
    text += separator;
    text += phone_form(entry.phone);
    text += separator;
    if (email != folded_email) text += email;
    text.shrink_to_fit();
    return {std::move(text), entry.id};
}

std::string_view phone_of(std::string_view text) {
    return section(text, 3);
}
std::string_view email_of(std::string_view text) {
    const auto normal = section(text, 4);
    return normal.empty() ? section(text, 2) : normal;
}

bool Query::matches(std::string_view text) const {
    if (!digits.empty() && phone_of(text).find(digits) != std::string_view::npos) return true;
    return std::ranges::all_of(
        words, [&](const auto& word) { return text.find(word) != std::string_view::npos; });
}

Query parse_query(std::string_view text) {
    Query query;
    const auto folded = fold_for_search(text);
    for (std::string_view rest = folded; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        query.words.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (folded.find_first_not_of("0123456789 +-.()") == std::string::npos) {
        query.digits = digits_of(folded);
        if (query.digits.starts_with("00")) query.digits.erase(0, 2);
    }
    return query;
}

}  // namespace almanac::eventstore::search
