#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <stdexcept>

#include "eventstore/log.hpp"
#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"

namespace almanac::benchmarks {
namespace {
constexpr auto quiet_limit = std::chrono::seconds(120);

// What a booking leaves in the log, in the middle of some: its record's bytes, and keys (record,
// sequence, tags).
struct Footprint {
    std::size_t record_bytes = 0;
    std::size_t keys = 0;
};

Footprint measure_bookings(BookedServer& server) {
    constexpr std::size_t bookings = 400;
    server.book(1, bookings, {});
    const auto log = eventstore::Log::open(server.log_directory(), eventstore::LogMode::read_only);
    if (!log) throw std::runtime_error("the log cannot be read: " + log.error().detail);
    Footprint sum;
    std::size_t found = 0;
    for (auto position = (*log)->last_position(); position > 0 && found < bookings; --position) {
        const auto bytes = (*log)->record_bytes(position);
        if (!bytes) break;
        const auto record = eventstore::RecordView::parse(*bytes);
        if (!record || record->type() != "scheduling.appointment_booked") continue;
        sum.record_bytes += bytes->size();
        sum.keys += record->tag_count() + 2;
        ++found;
    }
    if (found < bookings) throw std::runtime_error("the bookings are not in the log");
    return {sum.record_bytes / bookings, (sum.keys + bookings / 2) / bookings};
}

struct Samples {
    std::vector<double> rate;    // per second
    std::vector<double> p50_us;  // of an answer
    std::vector<double> p99_us;
    std::vector<double> cpu_us;  // of the server, for one answer
    std::vector<double> drain_seconds;

    void add(const LoadResult& result, std::chrono::milliseconds used, double drained) {
        const std::chrono::duration<double, std::micro> used_us = used;
        cpu_us.push_back(used_us.count() / static_cast<double>(result.accepted));
        rate.push_back(result.per_second());
        p50_us.push_back(result.latency.quantile_us(0.5));
        p99_us.push_back(result.latency.quantile_us(0.99));
        drain_seconds.push_back(drained);
    }
};

// The three servers of one run: the same requests, byte for byte.
class Contest {
  public:
    explicit Contest(const BenchSetting& setting)
        : setting_(setting), scratch_(setting, "book"), product_(setting, scratch_ / "almanac") {
        footprint_ = measure_bookings(product_);
        fmt::print("a booking leaves {} bytes under {} keys\n", footprint_.record_bytes,
                   footprint_.keys);
        start_reference(bare_, "bare", 3);
        start_reference(equal_, "equal", footprint_.keys);
    }

    void round(unsigned connections, unsigned first) {
        for (unsigned i = 0; i < 3; ++i) {
            const unsigned who = (first + i) % 3;
            auto& server = who == 0 ? product_.process() : who == 1 ? *bare_ : *equal_;
            const auto before = server.cpu_time();
            const auto result = who == 0 ? product_.book(connections, UINT64_MAX, duration())
                                         : load_reference(server, connections);
            const auto used = server.cpu_time() - before;
            last_[who].add(result, used, who == 0 ? product_.wait_for_views() : 0);
            server.wait_until_quiet(quiet_limit);
        }
        fdatasync_.push_back(fdatasync_us(scratch_.path(), 200));
    }

    std::vector<Row> measure(unsigned connections) {
        last_ = {};
        round(connections, 0);  // warms up
        last_ = {};
        fdatasync_.clear();
        for (unsigned i = 0; i < setting_.rounds; ++i) {
            round(connections, i);
            fmt::print(
                "book {:>3} connections, round {}: {:>7.0f} /s, bare {:>7.0f}, equal "
                "{:>7.0f}, views {:.1f} s later, fdatasync {:.0f} us\n",
                connections, i + 1, last_[0].rate.back(), last_[1].rate.back(),
                last_[2].rate.back(), last_[0].drain_seconds.back(), fdatasync_.back());
            std::fflush(stdout);
        }
        return rows(connections);
    }

    Row memory() {
        return {.name = "book_memory",
                .unit = "MiB",
                .value = static_cast<double>(product_.process().resident_bytes()) / 1048576.0,
                .note = fmt::format("after {} bookings", product_.booked())};
    }

  private:
    std::chrono::milliseconds duration() const {
        return std::chrono::milliseconds(static_cast<long>(setting_.seconds * 1000));
    }
    void start_reference(std::optional<ChildProcess>& server, const std::string& kind,
                         std::size_t keys) {
        server.emplace(std::vector<std::string>{(setting_.programs / "almanac_reference").string(),
                                                kind, "--data", (scratch_ / kind).string(),
                                                "--keys", std::to_string(keys), "--record-bytes",
                                                std::to_string(footprint_.record_bytes)},
                       "almanac_reference: listening on ");
    }
    LoadResult load_reference(ChildProcess& server, unsigned connections) {
        LoadPlan plan{.port = server.port(),
                      .connections = connections,
                      .requests_max = UINT64_MAX,
                      .duration_max = duration()};
        plan.request = [this](std::uint64_t number, std::string& out) {
            product_.world().append_booking(number % product_.world().slots(), out);
        };
        auto result = run_load(plan);
        if (result.accepted != result.sent)
            throw std::runtime_error("a reference refused: " + result.first_refusal);
        return result;
    }
    std::vector<Row> rows(unsigned connections) {
        const auto name = fmt::format("book_{}", connections);
        std::vector<Row> rows;
        const auto& product = last_[0];
        rows.push_back(compare(name, "req/s", product.rate, "equal", last_[2].rate));
        rows.back().note = fmt::format("p50 {:.0f} us, p99 {:.0f} us", median(product.p50_us),
                                       median(product.p99_us));
        rows.push_back(compare(name, "req/s", product.rate, "bare", last_[1].rate));
        std::vector<double> sustained;
        for (std::size_t i = 0; i < product.rate.size(); ++i)
            sustained.push_back(product.rate[i] * setting_.seconds /
                                (setting_.seconds + product.drain_seconds[i]));
        rows.push_back(compare(name + "_sustained", "req/s", sustained, "equal", last_[2].rate));
        rows.back().note = "views included";
        rows.push_back({.name = name + "_views_behind",
                        .unit = "s",
                        .value = median(product.drain_seconds),
                        .note = fmt::format("busy after {:.1f} s of load", setting_.seconds)});
        rows.push_back(compare(name + "_cpu", "us", product.cpu_us, "equal", last_[2].cpu_us));
        rows.back().note = "of the server, for one booking";
        if (connections != 1) return rows;
        std::vector<double> limit;
        for (const double one : fdatasync_) limit.push_back(4 * one + 150);
        rows.push_back(compare("book_1_p50", "us", product.p50_us, "4 fdatasync + 150 us", limit));
        rows.back().note = fmt::format("fdatasync of 4 KiB: {:.0f} us; p50 of equal {:.0f} us",
                                       median(fdatasync_), median(last_[2].p50_us));
        return rows;
    }

    const BenchSetting& setting_;
    Scratch scratch_;
    BookedServer product_;
    Footprint footprint_;
    std::optional<ChildProcess> bare_, equal_;
    std::array<Samples, 3> last_;
    std::vector<double> fdatasync_;
};
}  // namespace

std::vector<Row> bench_book(const BenchSetting& setting) {
    Contest contest(setting);
    std::vector<Row> rows;
    for (const unsigned connections : setting.connections)
        for (auto& row : contest.measure(connections)) rows.push_back(std::move(row));
    rows.push_back(contest.memory());
    return rows;
}

}  // namespace almanac::benchmarks
