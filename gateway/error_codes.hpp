// Every stable code of the house with what it means and what to do: the pages /docs/errors/{code},
// the index in /docs, and the promise that a code never changes its meaning. One table, kept in
// error_codes*.cpp by where a caller meets the code; a test reads all sources and fails where one
// of their codes has no entry. Constants only; any thread.
#pragma once
#include <string_view>
#include <vector>

namespace almanac::gateway {

enum class CodePlace {
    answer,    // `code` of a problem
    field,     // `errors[].code` of a problem, mostly within `validation_failed`
    operation  // where the server starts or an operator works on a data directory
};

struct ErrorCode {
    std::string_view code;  // scheduling.slot_taken
    int status = 422;       // of the answer that bears it
    std::string_view title;
    std::string_view meaning;
    std::string_view remedy;
    CodePlace place = CodePlace::answer;
};

// Sorted by code, each once.
const std::vector<ErrorCode>& error_codes();
// nullptr: no such code.
const ErrorCode* find_error_code(std::string_view code);

}  // namespace almanac::gateway
