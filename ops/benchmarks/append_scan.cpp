#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/filled_log.hpp"
#include "ops/benchmarks/rocks_reference.hpp"

namespace almanac::benchmarks {
namespace {
template <class Work>
double seconds_of(Work&& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

// Reads every record, looks into each, counts those of one type.
std::uint64_t count_bookings(const eventstore::Log& log) {
    std::uint64_t found = 0;
    const auto scanned =
        log.scan(1, log.last_position(), [&](std::uint64_t, std::string_view bytes) {
            const auto record = eventstore::RecordView::parse(bytes);
            if (record && record->type() == "scheduling.appointment_booked") ++found;
            return true;
        });
    if (!scanned) throw std::runtime_error(scanned.error().detail);
    return found;
}
}  // namespace

std::vector<Row> bench_append(const BenchSetting& setting) {
    constexpr unsigned producers = 64;
    constexpr unsigned batches = 1500;
    const Scratch scratch(setting, "append");
    FilledLog log(scratch / "almanac");
    RocksReference rocks(scratch / "rocksdb");
    log.append(producers * batches / 4, producers);  // warms up
    const RocksShape shape{log.record_bytes(), log.tags()};
    std::vector<double> ours;
    std::vector<double> theirs;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        ours.push_back(producers * batches / log.append(producers * batches, producers));
        theirs.push_back(producers * batches / seconds_of([&] {
                             for (unsigned i = 0; i < batches; ++i) rocks.append(producers, shape);
                         }));
        fmt::print("append round {}: {:>8.0f} events/s, RocksDB alone {:>8.0f}\n", round + 1,
                   ours.back(), theirs.back());
        std::fflush(stdout);
    }
    auto row = compare("append_64", "events/s", ours, "synced RocksDB batches", theirs);
    row.note = fmt::format("records of {} bytes, {} tags; the mark within 50 ms",
                           shape.record_bytes, shape.tags);
    return {row};
}

std::vector<Row> bench_scan(const BenchSetting& setting) {
    const Scratch scratch(setting, "scan");
    FilledLog filled(scratch / "almanac");
    fmt::print("scan: writing {} events\n", setting.events);
    std::fflush(stdout);
    filled.append(setting.events, 512);
    const RocksScan rocks(filled.log_directory());
    std::vector<double> ours;
    std::vector<double> theirs;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        std::uint64_t counted = 0;
        ours.push_back(static_cast<double>(setting.events) /
                       seconds_of([&] { counted = count_bookings(filled.log()); }));
        if (counted != setting.events) throw std::runtime_error("the scan missed events");
        theirs.push_back(static_cast<double>(setting.events) /
                         seconds_of([&] { counted = rocks.count(); }));
        if (counted != setting.events) throw std::runtime_error("RocksDB's scan missed events");
        fmt::print("scan round {}: {:>8.0f} events/s, RocksDB alone {:>8.0f}\n", round + 1,
                   ours.back(), theirs.back());
        std::fflush(stdout);
    }
    return {compare("scan", "events/s", ours, "RocksDB's iterator", theirs)};
}

}  // namespace almanac::benchmarks
