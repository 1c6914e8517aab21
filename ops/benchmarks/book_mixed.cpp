#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"

namespace almanac::benchmarks {
namespace {
constexpr auto quiet_limit = std::chrono::seconds(60);
constexpr unsigned connections = 64;
constexpr unsigned one_booking_in = 5;
// A closed loop of 64 callers on two cores waits for itself: so also calm load, by the clock.
constexpr std::array paced_shares{0.25, 0.5};
constexpr std::array paced_names{"book_mixed_quarter_slots_p99", "book_mixed_half_slots_p99"};

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

    // `due_per_second` 0: everybody asks again as soon as he is answered.
    Mixed run(unsigned callers, bool booking, double due_per_second = 0) {
        Mixed result;
        LoadPlan plan{
            .port = server_.process().port(),
            .connections = callers,
            .requests_max = UINT64_MAX,
            .duration_max = std::chrono::milliseconds(static_cast<long>(setting_.seconds * 1000)),
            .due_per_second = due_per_second};
        const auto books = [&](std::uint64_t number) {
            return booking && number % one_booking_in == 0;
        };
        plan.request = [&](std::uint64_t number, std::string& out) {
            if (books(number))
                server_.world().append_booking(server_.take_booking(), out);
            else
                server_.world().append_question(number, out);
        };
        plan.answer = [&](std::uint64_t number, int, std::string_view,
                          std::chrono::nanoseconds took) {
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
};
}  // namespace

std::vector<Row> bench_book_mixed(const BenchSetting& setting) {
    MixedLoad load(setting);
    load.run(connections, true);  // warms up
    struct Paced {
        std::vector<double> slots_p99, bookings_p99, due;
    };
    std::array<Paced, paced_shares.size()> paced;
    std::vector<double> closed, closed_alone, single, rates;
    for (unsigned i = 0; i < setting.rounds; ++i) {
        closed_alone.push_back(load.run(connections, false).slots.quantile_us(0.99));
        const auto mixed = load.run(connections, true);
        closed.push_back(mixed.slots.quantile_us(0.99));
        rates.push_back(mixed.per_second);
        single.push_back(load.run(1, false).slots.quantile_us(0.99));
        fmt::print("mixed, round {}: slots p99 {:.0f} us at {:.0f} /s (alone {:.0f} us)", i + 1,
                   closed.back(), rates.back(), closed_alone.back());
        for (std::size_t share = 0; share < paced.size(); ++share) {
            const auto calm =
                load.run(connections, true, mixed.per_second * paced_shares.at(share));
            auto& of = paced.at(share);
            of.slots_p99.push_back(calm.slots.quantile_us(0.99));
            of.bookings_p99.push_back(calm.bookings.quantile_us(0.99));
            of.due.push_back(calm.per_second);
            fmt::print(", {:.0f} us at {:.0f} /s", of.slots_p99.back(), of.due.back());
        }
        fmt::print(", one caller {:.0f} us\n", single.back());
        std::fflush(stdout);
    }
    std::vector<Row> rows;
    rows.push_back(compare("book_mixed_slots_p99", "us", closed, "slots alone", closed_alone));
    rows.back().note = fmt::format(
        "as fast as it can, {} connections both times, 20% bookings; asked: at most 3 times",
        connections);
    for (std::size_t share = 0; share < paced.size(); ++share) {
        auto& of = paced.at(share);
        rows.push_back(compare(paced_names.at(share), "us", of.slots_p99, "one caller", single));
        rows.back().note =
            fmt::format("{} connections, {:.0f} /s due, 20% bookings; bookings p99 {:.0f} us",
                        connections, median(of.due), median(of.bookings_p99));
    }
    rows.push_back(compare("book_mixed_slots_p99", "us", closed, "one caller", single));
    rows.push_back({.name = "book_mixed",
                    .unit = "req/s",
                    .value = median(rates),
                    .note = "as fast as it can"});
    return rows;
}

}  // namespace almanac::benchmarks
