// almanac: the operator's tool, on a stopped data directory or against a server.
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

#include "replay/program.hpp"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    std::ios::sync_with_stdio(false);
    try {
        return almanac::replay::run_program(
            argc, argv,
            {std::cout, std::cerr, isatty(STDOUT_FILENO) == 1, isatty(STDERR_FILENO) == 1});
    } catch (const std::exception& error) {
        std::cerr << "almanac: " << error.what() << "\n";
        return 1;
    }
}
