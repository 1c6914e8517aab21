#include "eventstore/seeded_bugs.hpp"

#include <cstdlib>
#include <string_view>

namespace almanac::eventstore {
namespace {

std::string_view name_of(SeededBug bug) {
    switch (bug) {
        case SeededBug::acknowledge_before_sync:
            return "acknowledge_before_sync";
        case SeededBug::checkpoint_before_rows:
            return "checkpoint_before_rows";
        case SeededBug::tags_not_in_batch:
            return "tags_not_in_batch";
    }
    return {};
}
}  // namespace

bool seeded(SeededBug bug) {
    static const char* const chosen = std::getenv("ALMANAC_SEEDED_BUG");
    return chosen && name_of(bug) == chosen;
}

}  // namespace almanac::eventstore
