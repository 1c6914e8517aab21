#include "replay/failure.hpp"

#include <fmt/format.h>

#include "eventstore/data_directory.hpp"

namespace almanac::replay {

const char* const exit_codes_text =
    "Exit codes: 0 done, 2 bad arguments, 10 data missing, 11 data exists, 12 data locked,\n"
    "13 newer format, 14 damaged, 15 log behind mark (see accept-loss), 16 keyring behind log,\n"
    "17 another log's, 18 disk, 19 keys, 20 server unreachable, 21 key wrong or without\n"
    "permission, 22 not found, 23 refused or not confirmed, 24 server not available now,\n"
    "25 server failed, 1 anything else.";

int exit_code_of(const kernel::Rejection& rejection) {
    using kernel::RejectionKind;
    if (rejection.code == code_unreachable) return exit_unreachable;
    if (rejection.code == code_server) return exit_server;
    if (rejection.code == code_arguments) return exit_arguments;
    if (const int code = eventstore::exit_code(rejection); code != exit_other) return code;
    switch (rejection.kind) {
        case RejectionKind::invalid:
        case RejectionKind::rejected:
        case RejectionKind::conflict:
            return exit_refused;
        case RejectionKind::not_found:
            return exit_not_found;
        case RejectionKind::denied:
            return exit_denied;
        case RejectionKind::unavailable:
            return exit_unavailable;
        case RejectionKind::corrupt:
            return exit_other;
    }
    return exit_other;
}

std::string explain(const kernel::Rejection& rejection) {
    auto text = fmt::format("{} ({})", rejection.detail, rejection.code);
    for (const auto& error : rejection.errors) {
        text += fmt::format("\n  {}: {} ({})", error.pointer.empty() ? "body" : error.pointer,
                            error.detail, error.code);
    }
    return text;
}

}  // namespace almanac::replay
