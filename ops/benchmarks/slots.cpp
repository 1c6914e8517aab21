#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"
#include "ops/benchmarks/postgres_server.hpp"
#include "ops/benchmarks/slot_business.hpp"

namespace almanac::benchmarks {
namespace {
using SteadyClock = std::chrono::steady_clock;
constexpr double limit_us = 1000;

struct InProcess {
    LatencyHistogram latency;
    double seconds = 0;
    std::size_t slots = 0;
    double per_second() const { return static_cast<double>(latency.count()) / seconds; }
    double mean_us() const { return 1e6 / per_second(); }
};

InProcess ask_in_process(const SlotBusiness& business, unsigned days, double seconds) {
    const auto snapshot = business.snapshot();
    const auto query = business.query(days);
    InProcess result;
    result.slots = scheduling::slots(snapshot, query).slots.size();
    const auto begun = SteadyClock::now();
    auto last = begun;
    while (result.seconds < seconds) {
        if (scheduling::slots(snapshot, query).slots.size() != result.slots)
            throw std::runtime_error("slots answers otherwise the second time");
        const auto now = SteadyClock::now();
        result.latency.record(static_cast<std::uint64_t>((now - last).count()));
        last = now;
        result.seconds = std::chrono::duration<double>(now - begun).count();
    }
    return result;
}

Row against_limit(const std::string& name, const SlotBusiness& business,
                  const BenchSetting& setting) {
    std::vector<double> p99, limit;
    std::size_t slots = 0;
    double mean = 0;
    for (unsigned i = 0; i < setting.rounds; ++i) {
        const auto result = ask_in_process(business, business.size().days, setting.seconds);
        p99.push_back(result.latency.quantile_us(0.99));
        limit.push_back(limit_us);
        slots = result.slots;
        mean = result.mean_us();
    }
    auto row = compare(name, "us", p99, "at most 1 ms", limit);
    row.note = fmt::format("p99 in process; mean {:.0f} us, {} slots", mean, slots);
    return row;
}

SlotBusiness many_resources() {
    return SlotBusiness({.resources = 88,
                         .days = 90,
                         .appointments = 200,
                         .from_hour = 0,
                         .to_hour = 24,
                         .duration_minutes = 60,
                         .step_minutes = 60,
                         .buffer_after_minutes = 0});
}

std::size_t count_of(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

// The same business in a server of ours and in PostgreSQL, and the same question to both.
class Contest {
  public:
    explicit Contest(const BenchSetting& setting)
        : setting_(setting),
          scratch_(setting, "slots"),
          server_(setting, scratch_ / "almanac"),
          postgres_(scratch_ / "postgres"),
          script_(setting.sources / "postgres" / "slots.sql") {
        business_.create(server_.process().port(), server_.key(), "slots");
        long_business_.create(server_.process().port(), server_.key(), "slots-long");
        postgres_.run_file(setting.sources / "postgres" / "schema.sql");
        postgres_.run("INSERT INTO tenants VALUES (numbered(1, 0), 'bench', 'Bench')");
        postgres_.run(
            "INSERT INTO clients (id, tenant_id, first_name) "
            "VALUES (numbered(3, 0), numbered(1, 0), 'Ana')");
        postgres_.run(business_.sql());
        agree();
        choose_clients();
    }

    void round() {
        const auto days = business_.size().days;
        in_process_.push_back(ask_in_process(business_, days, setting_.seconds).per_second());
        const auto alone = ask_over_http(business_, days, 1);
        http_alone_.push_back(alone.per_second());
        http_.push_back(ask_over_http(business_, days, 16).per_second());
        postgres_alone_.push_back(drive(1).per_second);
        postgres_best_.push_back(drive(clients_).per_second);
        short_week_us_.push_back(ask_over_http(business_, 7, 1).latency.quantile_us(0.5));
        long_week_us_.push_back(ask_over_http(long_business_, 7, 1).latency.quantile_us(0.5));
        week_in_process_us_.push_back(ask_in_process(business_, 7, setting_.seconds / 2).mean_us());
        month_in_process_us_.push_back(
            ask_in_process(business_, 28, setting_.seconds / 2).mean_us());
        fmt::print("slots, round {}: in process {:.0f} /s, HTTP {:.0f} /s, PostgreSQL {:.0f} /s\n",
                   in_process_.size(), in_process_.back(), http_.back(), postgres_best_.back());
        std::fflush(stdout);
    }

    std::vector<Row> rows() const {
        std::vector<Row> rows;
        rows.push_back(
            compare("slots", "/s", in_process_, "PostgreSQL, 1 client", postgres_alone_));
        rows.back().note = "in process, one thread; asked: 20 times as many";
        rows.push_back(
            compare("slots_http_1", "/s", http_alone_, "PostgreSQL, 1 client", postgres_alone_));
        rows.push_back(compare("slots_http_16", "/s", http_,
                               fmt::format("PostgreSQL, {} clients", clients_), postgres_best_));
        rows.back().note = "its best number of clients";
        rows.push_back(
            compare("slots_month", "us", month_in_process_us_, "7 days", week_in_process_us_));
        rows.back().note = "28 days; cost follows the days asked";
        rows.push_back(
            compare("slots_long_book", "us", long_week_us_, "30 days booked", short_week_us_));
        rows.back().note = "7 days of 360 booked alike, p50 over HTTP: not the length of the book";
        return rows;
    }

  private:
    static SlotBusinessSize long_size() {
        SlotBusinessSize size;
        size.days *= 12;
        size.appointments *= 12;
        return size;
    }
    PostgresServer::Variables variables() const {
        const auto day = [&](unsigned after) {
            const std::chrono::year_month_day date(business_.first_day() +
                                                   std::chrono::days(after));
            return fmt::format("'{:04}-{:02}-{:02}'", int(date.year()), unsigned(date.month()),
                               unsigned(date.day()));
        };
        return {{"from", day(0)}, {"to", day(business_.size().days)}};
    }
    PgbenchResult drive(unsigned clients) {
        return postgres_.drive(script_, variables(), clients, setting_.seconds);
    }
    LoadResult ask_over_http(const SlotBusiness& business, unsigned days, unsigned connections) {
        LoadPlan plan{
            .port = server_.process().port(),
            .connections = connections,
            .requests_max = UINT64_MAX,
            .duration_max = std::chrono::milliseconds(static_cast<long>(setting_.seconds * 1000))};
        plan.request = [&](std::uint64_t, std::string& out) {
            business.append_question(days, out);
        };
        auto result = run_load(plan);
        if (result.accepted != result.sent)
            throw std::runtime_error("GET slots: " + result.first_refusal);
        return result;
    }
    // All three find the same slots.
    void agree() {
        const auto days = business_.size().days;
        const auto ours =
            scheduling::slots(business_.snapshot(), business_.query(days)).slots.size();
        std::string question;
        business_.append_question(days, question);
        const auto answer = exchange(server_.process().port(), question);
        const auto served = count_of(answer.body, R"("start":)");
        const auto theirs = count_of(postgres_.run_script(script_, variables()), "\n");
        if (ours == 0 || served != ours || theirs != ours)
            throw std::runtime_error(fmt::format("{} slots in process, {} served, {} of PostgreSQL",
                                                 ours, served, theirs));
    }
    void choose_clients() {
        double best = 0;
        for (const unsigned clients : {2U, 4U, 8U, 16U}) {
            const auto rate = drive(clients).per_second;
            if (rate > best) clients_ = clients;
            best = std::max(best, rate);
        }
    }

    const BenchSetting& setting_;
    SlotBusiness business_{SlotBusinessSize{}};
    SlotBusiness long_business_{long_size()};
    Scratch scratch_;
    BookedServer server_;
    PostgresServer postgres_;
    std::filesystem::path script_;
    unsigned clients_ = 1;
    std::vector<double> in_process_, http_alone_, http_, postgres_alone_, postgres_best_,
        short_week_us_, long_week_us_, week_in_process_us_, month_in_process_us_;
};
}  // namespace

std::vector<Row> bench_slots(const BenchSetting& setting) {
    std::vector<Row> rows;
    rows.push_back(against_limit("slots_10x30_p99", SlotBusiness(SlotBusinessSize{}), setting));
    rows.push_back(against_limit("slots_88x2160_p99", many_resources(), setting));
    Contest contest(setting);
    for (unsigned i = 0; i < setting.rounds; ++i) contest.round();
    for (auto& row : contest.rows()) rows.push_back(std::move(row));
    return rows;
}

}  // namespace almanac::benchmarks
