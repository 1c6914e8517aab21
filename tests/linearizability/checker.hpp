// Judges a history of an event store by the sequential model: a list to which commands are appended
// one after another, each whole, each only while its condition holds, and of which every read
// answers what a query finds in it at one moment. The positions are the order of the appends, so
// that the state at any moment is a prefix of the final list that ends with a command, and the
// question is only whether every refusal and every read has a prefix that explains it such that
// what returned before something else began does not see more than that. This is decided exactly.
// Pure; any thread. Limits: every operation has returned, and its outcome is known.
#pragma once
#include <optional>
#include <string>

#include "tests/linearizability/history.hpp"

namespace almanac::linearizability {

// What is wrong, or nothing. `events` are all of the store's when every operation had returned.
std::optional<std::string> find_fault(const History& history, const Events& events);

}  // namespace almanac::linearizability
