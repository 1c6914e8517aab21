// How `almanac` fails: one sentence on stderr and an exit code that scripts can tell apart.
//     0 done                     2 bad arguments             1 anything else
//     10..19 a data directory that cannot be opened (eventstore/data_directory.hpp)
//     20 the server cannot be reached                        21 the key is wrong or may not
//     22 there is no such tenant, thing or tag               23 the command was refused
//     24 the server is not available now; try again later    25 the server failed or answers
//     nonsense
#pragma once
#include <string>
#include <string_view>

#include "domain/kernel/result.hpp"

namespace almanac::replay {

inline constexpr int exit_ok = 0;
inline constexpr int exit_other = 1;
inline constexpr int exit_arguments = 2;
inline constexpr int exit_unreachable = 20;
inline constexpr int exit_denied = 21;
inline constexpr int exit_not_found = 22;
inline constexpr int exit_refused = 23;
inline constexpr int exit_unavailable = 24;
inline constexpr int exit_server = 25;

// Codes of rejections that only this program makes.
inline constexpr std::string_view code_unreachable = "server_unreachable";
inline constexpr std::string_view code_server = "server_error";
inline constexpr std::string_view code_arguments = "bad_arguments";

int exit_code_of(const kernel::Rejection& rejection);

// The sentence, the code and every bad field, a line each: "/start: … (code)".
std::string explain(const kernel::Rejection& rejection);

extern const char* const exit_codes_text;  // for --help

}  // namespace almanac::replay
