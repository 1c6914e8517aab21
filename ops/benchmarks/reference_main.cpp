// almanac_reference bare|equal --data DIR: a server to measure Almanac against, see ops/bench.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "ops/benchmarks/reference_server.hpp"

int main(int argc, char** argv) {
    using namespace almanac::benchmarks;
    CLI::App app("A reference server of ops/bench");
    CommitOptions options;
    std::string kind;
    std::string directory;
    std::uint16_t port = 0;
    app.add_option("kind", kind, "bare: 3 keys of a batch; equal: a real record's bytes and keys")
        ->required()
        ->check(CLI::IsMember({"bare", "equal"}));
    app.add_option("--data", directory, "an empty directory")->required();
    app.add_option("--port", port, "on 127.0.0.1; 0 takes a free one");
    app.add_option("--keys", options.keys, "keys per request (bare 3, equal 10)");
    app.add_option("--record-bytes", options.record_bytes, "bytes of an equal record");
    CLI11_PARSE(app, argc, argv);
    options.equal = kind == "equal";
    if (options.equal && app.count("--keys") == 0) options.keys = 10;
    options.directory = directory;
    try {
        serve_reference(options, port, [](std::uint16_t taken) {
            fmt::print("almanac_reference: listening on http://127.0.0.1:{}\n", taken);
            std::fflush(stdout);
        });
        return 0;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "almanac_reference: {}\n", failure.what());
        return 1;
    }
}
