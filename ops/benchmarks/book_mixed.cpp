#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"

namespace almanac::benchmarks {
namespace {
using SteadyClock = std::chrono::steady_clock;
constexpr auto quiet_limit = std::chrono::seconds(60);
constexpr unsigned connections = 64;
constexpr unsigned one_booking_in = 5;

struct Mixed {
    LatencyHistogram slots;
    LatencyHistogram bookings;
    double per_second = 0;
};

// One server, one business: most callers look for a slot of some day, some book.
class MixedLoad {
  public:
    explicit MixedLoad(const BenchSetting& setting)
        : setting_(setting),
          scratch_(setting, "book_mixed"),
          server_(setting, scratch_ / "almanac") {
        server_.book(connections, 2000, {});
        server_.wait_for_views();
    }

    Mixed run(unsigned callers, bool booking) {
        Mixed result;
        LoadPlan plan{
            .port = server_.process().port(),
            .connections = callers,
            .requests_max = UINT64_MAX,
            .duration_max = std::chrono::milliseconds(static_cast<long>(setting_.seconds * 1000))};
        const auto books = [&](std::uint64_t number) {
            return booking && number % one_booking_in == 0;
        };
        plan.request = [&](std::uint64_t number, std::string& out) {
            begun_[number % begun_.size()] = SteadyClock::now();
            if (books(number))
                server_.world().append_booking(server_.take_booking(), out);
            else
                server_.world().append_question(number, out);
        };
        plan.answer = [&](std::uint64_t number, int, std::string_view) {
            const auto took = SteadyClock::now() - begun_[number % begun_.size()];
            auto& kind = books(number) ? result.bookings : result.slots;
            kind.record(static_cast<std::uint64_t>(took.count()));
        };
        const auto load = run_load(plan);
        if (load.accepted != load.sent)
            throw std::runtime_error("a caller was refused: " + load.first_refusal);
        result.per_second = load.per_second();
        server_.wait_for_views();
        server_.process().wait_until_quiet(quiet_limit);
        return result;
    }

  private:
    const BenchSetting& setting_;
    Scratch scratch_;
    BookedServer server_;
    std::array<SteadyClock::time_point, 4096> begun_{};  // by number; few are under way
};
}  // namespace

std::vector<Row> bench_book_mixed(const BenchSetting& setting) {
    MixedLoad load(setting);
    load.run(connections, true);  // warms up
    std::vector<double> p99, alone_p99, single_p99, rates, booking_p99;
    for (unsigned i = 0; i < setting.rounds; ++i) {
        const auto alone = load.run(connections, false);
        const auto mixed = load.run(connections, true);
        const auto single = load.run(1, false);
        p99.push_back(mixed.slots.quantile_us(0.99));
        alone_p99.push_back(alone.slots.quantile_us(0.99));
        single_p99.push_back(single.slots.quantile_us(0.99));
        booking_p99.push_back(mixed.bookings.quantile_us(0.99));
        rates.push_back(mixed.per_second);
        fmt::print(
            "mixed, round {}: {:.0f} /s, slots p99 {:.0f} us, alone {:.0f} us, of one {:.0f} us\n",
            i + 1, rates.back(), p99.back(), alone_p99.back(), single_p99.back());
        std::fflush(stdout);
    }
    std::vector<Row> rows;
    rows.push_back(compare("book_mixed_slots_p99", "us", p99, "slots alone", alone_p99));
    rows.back().note =
        fmt::format("{} connections, 20% bookings; asked: at most 3 times", connections);
    rows.push_back(compare("book_mixed_slots_p99", "us", p99, "one connection", single_p99));
    rows.push_back({.name = "book_mixed",
                    .unit = "req/s",
                    .value = median(rates),
                    .note = fmt::format("bookings p99 {:.0f} us", median(booking_p99))});
    return rows;
}

}  // namespace almanac::benchmarks
