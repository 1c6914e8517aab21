// Bugs that the crash campaign must find, else it would prove nothing. Only `almanacd_seeded`, a
// program of the tests, is compiled with ALMANAC_SEEDED_BUGS and has them (tests/crash); everywhere
// else `seeded` is a constant and nothing of them is compiled in.
#pragma once

namespace almanac::eventstore {

enum class SeededBug { acknowledge_before_sync, checkpoint_before_rows, tags_not_in_batch };

#ifdef ALMANAC_SEEDED_BUGS
bool seeded(SeededBug bug);  // the one that ALMANAC_SEEDED_BUG names
#else
constexpr bool seeded(SeededBug) {
    return false;
}
#endif

}  // namespace almanac::eventstore
