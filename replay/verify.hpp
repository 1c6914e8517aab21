// `almanac verify`: reads all of a stopped data directory and says what is not as it must be.
// Nothing on disk changes but the lock.
#pragma once
#include <string>

#include "replay/findings.hpp"
#include "replay/verify_log.hpp"
#include "replay/verify_views.hpp"

namespace almanac::replay {

struct VerifyWish {
    std::string data;
    bool views = false;  // also rebuild every view and compare
    TellProgress tell = [](std::string_view, std::uint64_t, std::uint64_t) {};
};

struct VerifiedPartition {
    unsigned number = 0;
    std::uint64_t position = 0;
    LogCounts log;
    KeptCounts kept;
    std::vector<ComparedView> views;
};

struct VerifyReport {
    std::vector<VerifiedPartition> partitions;
    Findings findings;
    kernel::json::Object to_json() const;
    std::string text() const;
};

// Refusals: those of a start, and a log or keyring that cannot be read to its end.
Result<VerifyReport> verify(const VerifyWish& wish, const kernel::Catalogue& catalogue);

}  // namespace almanac::replay
