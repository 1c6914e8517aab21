#include <fmt/format.h>

#include <cstdio>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"

namespace almanac::benchmarks {

std::vector<Row> bench_recover(const BenchSetting& setting) {
    constexpr std::uint64_t step = 50'000;
    const Scratch scratch(setting, "recover");
    BookedServer server(setting, scratch / "almanac");
    const double empty_seconds = server.process().seconds_until_ready();
    while (server.booked() < setting.events) {
        server.book(256, std::min(step, setting.events - server.booked()), {});
        fmt::print("recover: {} of {} bookings\n", server.booked(), setting.events);
        std::fflush(stdout);
    }
    const double behind = server.process().wait_until_quiet(std::chrono::seconds(600));
    const auto mib = [&] {
        return static_cast<double>(server.process().resident_bytes()) / 1048576.0;
    };
    const double memory = mib();
    server.process().kill();
    server.start();
    const auto about = fmt::format("{} events", setting.events);
    return {
        {.name = "recover_memory", .unit = "MiB", .value = memory, .note = about},
        {.name = "recover_views_behind", .unit = "s", .value = behind, .note = about},
        compare("recover_start", "s", {server.process().seconds_until_ready()},
                "start of an empty one", {empty_seconds}),
        {.name = "recover_memory_after", .unit = "MiB", .value = mib(), .note = "just started"}};
}

}  // namespace almanac::benchmarks
