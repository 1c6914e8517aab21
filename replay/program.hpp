// The commands of `almanac` with their options: parsed, run, answered with an exit code. Output
// goes to `out`, progress and complaints to `err`, so that tests can run it.
#pragma once
#include <iosfwd>

namespace almanac::replay {

struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;  // colours
    bool err_is_terminal = false;  // a progress bar
};

int run_program(int argc, const char* const* argv, Terminal terminal);

}  // namespace almanac::replay
