// `almanac accept-loss`: what a partition's mark says and what its log has; with the operator's
// word, what is there goes on as a log of its own (log.md, "Mark, recovery, forks").
#pragma once
#include <optional>
#include <string>

#include "domain/kernel/json.hpp"
#include "eventstore/data_directory.hpp"

namespace almanac::replay {

using kernel::Result;

struct LossWish {
    std::string data;
    unsigned partition = 0;
    bool confirmed = false;
};

struct LossReport {
    LossWish wish;
    eventstore::Loss loss;
    std::optional<eventstore::Fork> fork;  // nothing where it was not confirmed
    // {"partition", "refusal": {code, detail}, "mark": {position, log_id, keyring_generation}|null,
    // "log": {position, log_id, time|null}, "missing_events": N|null, "accepted",
    // "fork": {from_log_id, to_log_id, position}|null}
    kernel::json::Object to_json() const;
    std::string text() const;
};

// Looks, and accepts where it is confirmed; the next start of a server tells every tenant. The
// master key and the keyring are looked at as a start does. Refuses `nothing_to_accept` where the
// partition opens as it is, a damaged log, and a keyring that is behind or another's.
Result<LossReport> accept_loss(const LossWish& wish);

}  // namespace almanac::replay
