// What every measurement is told: where the programs are, where data may be written, how long.
// `Scratch` is a directory for one measurement's data, removed at its end.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "ops/benchmarks/report.hpp"

namespace almanac::benchmarks {

struct BenchSetting {
    std::filesystem::path programs;  // where almanacd and almanac_reference are
    std::filesystem::path scratch;   // on the disk to be measured
    std::filesystem::path sources;   // where postgres/*.sql are
    unsigned rounds = 7;
    double seconds = 1.5;  // of one load
    std::vector<unsigned> connections = {1, 64, 256};
    std::uint64_t events = 1'000'000;  // for scan, recover and replay
    std::uint64_t accounts = 20'000;   // for loyalty
};

class Scratch {
  public:
    explicit Scratch(const BenchSetting& setting, const std::string& name)
        : path_(setting.scratch / name) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// Bookings over HTTP against `bare` and `equal`, interleaved; the latency of a single connection
// against fdatasync; how long the views need afterwards; memory.
std::vector<Row> bench_book(const BenchSetting& setting);
// A fifth of 64 callers book, the others look for slots: how long these wait, against slots alone.
std::vector<Row> bench_book_mixed(const BenchSetting& setting);
// Bookings over HTTP against PostgreSQL 15 without HTTP, at its best number of clients.
std::vector<Row> bench_book_postgres(const BenchSetting& setting);
// Slots in process and over HTTP against a set-based query of PostgreSQL 15 over the same business.
std::vector<Row> bench_slots(const BenchSetting& setting);
// Start after kill -9 with `events` events, against the start of an empty directory; memory.
std::vector<Row> bench_recover(const BenchSetting& setting);
// Events appended by 64 producers through the writer, against RocksDB alone.
std::vector<Row> bench_append(const BenchSetting& setting);
// Events read in order of position, against RocksDB's iterator alone.
std::vector<Row> bench_scan(const BenchSetting& setting);

// Replay of `events` bookings: counted, and as records until they can serve.
std::vector<Row> bench_replay(const BenchSetting& setting);
// One event on a condition, by 64 callers of the store's own API, against UmaDB 0.7 and against
// message-db 1.3 on PostgreSQL 15, each from 64 connections.
std::vector<Row> bench_umadb(const BenchSetting& setting);
std::vector<Row> bench_message_db(const BenchSetting& setting);
// A booking in a log of `events` against one in a log of 10,000: what it costs, warm and cold; the
// start after kill -9; bytes on disk.
std::vector<Row> bench_growth(const BenchSetting& setting);
// Redemptions over HTTP against bookings; one on an account with a long ledger against a new one; a
// night of `accounts` of which 1% are due, against one of those alone.
std::vector<Row> bench_loyalty(const BenchSetting& setting);

}  // namespace almanac::benchmarks
