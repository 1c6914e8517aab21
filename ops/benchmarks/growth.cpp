// What a command costs in a long log against a short one: two servers side by side, one with 20,000
// events and one with `events`, the same 1,000 resources and 10,000 clients booked in both, in
// turn. The long one's other events are of the same resources in other months, and of other
// clients, 30 visits each: half are bookings, half their confirmations. While it is filled the
// views have what nobody else wants, and are built at once afterwards. Then kill -9 and the start
// after it, and what a booking takes on disk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "eventstore/log.hpp"
#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"

namespace almanac::benchmarks {
namespace {
using eventstore::Space;
constexpr std::uint64_t few_events = 20'000;  // of these 13,000 resources, their hours, clients
constexpr unsigned connections = 64;
constexpr std::uint64_t bookings_of_round = 2'000;
// Every resource and client is asked for at least once, within 30 s, before anything is measured.
constexpr std::uint64_t warm_bookings = 12'000;
constexpr double warm_per_second = 400;
const std::vector<std::string> answering{"http", "decide", "commit", "acknowledge"};  // threads
const std::vector<std::string> keeping{"views", "reports"};
constexpr unsigned resources = 1'000;
constexpr unsigned visits = 30;  // of a client, in a year

WorldSize world(std::uint64_t events) {
    return {.resources = resources,
            .clients = std::max(1'000U, static_cast<unsigned>(events / 2 / visits)),
            .days = 300,
            .fresh_days = 60,
            .fresh_clients = 10'000,
            .visits = visits,
            .month_by_month = true,
            .requires_confirmation = true,
            .idempotency_keys = true};
}

// The tenant and its service, resources with their hours, clients.
std::uint64_t before_booking(std::uint64_t events) {
    const auto size = world(events);
    return 2 + 2 * size.resources + size.clients + size.fresh_clients;
}

class Grown {
  public:
    Grown(const BenchSetting& setting, const std::filesystem::path& directory, std::uint64_t events)
        : server_(setting, directory, world(events)), events_(before_booking(events)) {
        constexpr std::uint64_t step = 50'000;
        server_.process().leave_for_idle_times(keeping);
        while (events_ < events) {
            const auto bookings = std::min(step, (events - events_ + 1) / 2);
            server_.book_and_confirm(256, bookings);
            events_ += 2 * bookings;
            fmt::print("growth: {} of {} events\n", events_, events);
            std::fflush(stdout);
        }
        build_views();
    }
    // Nothing cached: the first booking of each resource after a start.
    double cold_ms() {
        server_.process().stop();
        server_.start();
        settle();
        return measured(resources).all_ms;
    }
    void warm_up() {
        server_.book_fresh(connections, warm_bookings, warm_per_second);
        events_ += warm_bookings;
        settle();
    }
    // The server's processor time for a booking: of the threads that answer it, and of all, what
    // views and merging take included.
    struct Cost {
        double command_ms;
        double all_ms;
    };
    Cost measured(std::uint64_t bookings) {
        const auto& process = server_.process();
        const auto command = process.cpu_time_of(answering);
        const auto all = process.cpu_time();
        server_.book_fresh(connections, bookings);
        events_ += bookings;
        settle();
        const auto each = [&](std::chrono::duration<double, std::milli> used) {
            return used.count() / static_cast<double>(bookings);
        };
        return {each(process.cpu_time_of(answering) - command), each(process.cpu_time() - all)};
    }
    double start_after_kill_seconds() {
        server_.process().kill();
        server_.start();
        return server_.process().seconds_until_ready();
    }
    void stop() { server_.process().stop(); }
    std::filesystem::path log_directory() const { return server_.log_directory(); }
    std::uint64_t events() const { return events_; }
    std::uint64_t booked_resources() const {
        return server_.world().resources_of(server_.booked());
    }

  private:
    // At once, from the log, as after a change of all of them.
    void build_views() {
        server_.process().stop();
        server_.forget_views();
        server_.start();
        const auto seconds = server_.process().wait_until_quiet(std::chrono::hours(2));
        fmt::print("growth: views of {} events built in {:.0f} s\n", events_, seconds);
        settle();
    }
    void settle() {
        server_.wait_for_views();
        server_.process().wait_until_quiet(std::chrono::seconds(1'800));
    }
    BookedServer server_;
    std::uint64_t events_;
};

template <class T>
T value_or_throw(kernel::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    return std::move(*result);
}

// After everything was compacted, against the records as they are before anything packs them.
std::vector<Row> on_disk(const std::filesystem::path& directory) {
    const auto log =
        value_or_throw(eventstore::Log::open(directory, eventstore::LogMode::read_write));
    if (auto done = log->compact(); !done) throw std::runtime_error(done.error().detail);
    std::uint64_t plain = 0;
    const auto scanned = log->scan(1, log->last_position(), [&](std::uint64_t, auto bytes) {
        plain += bytes.size();
        return true;
    });
    if (!scanned) throw std::runtime_error(scanned.error().detail);
    const auto events = static_cast<double>(log->last_position());
    const auto of_one = [&](Space space) {
        return static_cast<double>(log->disk_bytes(space)) / events;
    };
    const std::array parts{Space::log, Space::tags, Space::tenants, Space::results, Space::tree};
    double all = 0;
    for (const auto part : parts) all += of_one(part);
    auto row = compare("growth_disk", "bytes", {all}, "the record, not packed",
                       {static_cast<double>(plain) / events});
    row.note = fmt::format(
        "log {:.0f}, tags {:.0f}, tenants {:.0f}, results {:.0f}, tree {:.0f}; "
        "beside it snapshots {:.0f}; half of the records are confirmations; each booking with an "
        "Idempotency-Key; asked: 1.5",
        of_one(Space::log), of_one(Space::tags), of_one(Space::tenants), of_one(Space::results),
        of_one(Space::tree), of_one(Space::snapshots));
    return {row};
}
}  // namespace

std::vector<Row> bench_growth(const BenchSetting& setting) {
    const Scratch scratch(setting, "growth");
    Grown few(setting, scratch / "few", few_events);
    Grown many(setting, scratch / "many", setting.events);
    auto cold = compare("growth_cold", "ms CPU", {many.cold_ms()}, "short log", {few.cold_ms()});
    cold.note = "first booking of each resource after a start";
    few.warm_up();
    many.warm_up();
    const auto about = fmt::format("{} events, with bookings of {} resources, against {}",
                                   many.events(), many.booked_resources(), few.events());
    std::vector<double> ours, theirs, ours_all, theirs_all;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        const auto in_many = many.measured(bookings_of_round);
        const auto in_few = few.measured(bookings_of_round);
        ours.push_back(in_many.command_ms);
        theirs.push_back(in_few.command_ms);
        ours_all.push_back(in_many.all_ms);
        theirs_all.push_back(in_few.all_ms);
        fmt::print(
            "growth, round {}: {:.4f} ms for a command in the long log, {:.4f} in the short one; "
            "with views {:.3f} and {:.3f}\n",
            round + 1, ours.back(), theirs.back(), ours_all.back(), theirs_all.back());
        std::fflush(stdout);
    }
    auto warm = compare("growth_command", "ms CPU", ours, "short log", theirs);
    warm.note = about + "; the threads that answer, without flushes, merging and views; asked: 1.1";
    auto all = compare("growth_all", "ms CPU", ours_all, "short log", theirs_all);
    all.note =
        "the whole server: flushes, merging and views included, which were built at once before";
    auto start = compare("growth_recover", "s", {many.start_after_kill_seconds()}, "short log",
                         {few.start_after_kill_seconds()});
    start.note = "asked: 2 s";
    few.stop();
    many.stop();
    std::vector<Row> rows{warm, all, cold, start};
    for (auto& row : on_disk(many.log_directory())) rows.push_back(std::move(row));
    return rows;
}

}  // namespace almanac::benchmarks
