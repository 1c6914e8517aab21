// One client as the search index keeps it: one text of five folded sections, whose byte order is
// the order of the list, and the query that is matched against it. Pure; inside of SearchIndex.
#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/id.hpp"
#include "eventstore/search_index.hpp"

namespace almanac::eventstore::search {

// last ␟ first ␟ e-mail ␟ phone ␟ e-mail in normal form (empty: the same as before).
struct Row {
    std::string text;
    kernel::Uuid id;
    auto operator<=>(const Row&) const = default;
};

Row row_of(const SearchEntry& entry);
std::string_view email_of(std::string_view text);  // in normal form
std::string_view phone_of(std::string_view text);  // E.164, or the digits of what is not

struct Query {
    std::vector<std::string> words;
    std::string digits;  // of a query that looks like a phone
    bool matches(std::string_view text) const;
};
Query parse_query(std::string_view text);

}  // namespace almanac::eventstore::search
