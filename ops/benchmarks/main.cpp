// almanac_bench [NAME…]: the measurements of ops/bench, as ratios to references beside them.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <map>

#include "ops/benchmarks/bench_setting.hpp"

int main(int argc, char** argv) {
    using namespace almanac::benchmarks;
    const std::vector<std::pair<std::string, std::vector<Row> (*)(const BenchSetting&)>> benches = {
        {"book", bench_book},
        {"book_mixed", bench_book_mixed},
        {"book_postgres", bench_book_postgres},
        {"slots", bench_slots},
        {"append", bench_append},
        {"scan", bench_scan},
        {"recover", bench_recover},
        {"replay", bench_replay},
        {"umadb", bench_umadb},
        {"message_db", bench_message_db},
        {"growth", bench_growth},
        {"loyalty", bench_loyalty},
    };
    CLI::App app("Measures Almanac beside references, as ratios in one run");
    BenchSetting setting;
    std::vector<std::string> names;
    std::string json;
    app.add_option("name", names,
                   "book, book_mixed, book_postgres, slots, append, scan, recover, replay, umadb, "
                   "message_db, growth, loyalty; none: all");
    app.add_option("--json", json, "file for the rows")->required();
    app.add_option("--programs", setting.programs, "where almanacd is")->required();
    app.add_option("--scratch", setting.scratch, "where data may be written")->required();
    app.add_option("--sources", setting.sources, "ops/benchmarks of the repository")->required();
    app.add_option("--rounds", setting.rounds, "interleaved rounds (7)");
    app.add_option("--seconds", setting.seconds, "of one load (1.5)");
    app.add_option("--connections", setting.connections, "of book (1 64 256)")->expected(1, 8);
    app.add_option("--events", setting.events, "for scan, recover, replay and growth (1000000)");
    app.add_option("--accounts", setting.accounts, "of the nights of loyalty (20000)");
    CLI11_PARSE(app, argc, argv);
    try {
        std::vector<Row> rows;
        std::size_t measured = 0;
        for (const auto& [name, bench] : benches) {
            if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end())
                continue;
            ++measured;
            for (auto& row : bench(setting)) rows.push_back(std::move(row));
        }
        if (measured != (names.empty() ? benches.size() : names.size())) {
            fmt::print(stderr, "almanac_bench: no such measurement\n");
            return 2;
        }
        print_table(rows);
        write_json(rows, json);
        return 0;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "almanac_bench: {}\n", failure.what());
        return 1;
    }
}
