#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"
#include "ops/benchmarks/postgres_server.hpp"

namespace almanac::benchmarks {
namespace {
constexpr auto quiet_limit = std::chrono::seconds(60);
constexpr unsigned connections = 64;

// The business of BookingWorld as rows.
std::string business_sql(const WorldSize& size) {
    return fmt::format(
        "INSERT INTO tenants VALUES (numbered(1, 0), 'bench', 'Bench');\n"
        "INSERT INTO services (id, tenant_id, name, duration_minutes, buffer_time_minutes, "
        "slot_step_minutes, base_price) "
        "VALUES (numbered(2, 0), numbered(1, 0), 'Haircut', 30, 0, 30, 25.00);\n"
        "INSERT INTO resources (id, tenant_id, name, type) SELECT numbered(4, r), numbered(1, 0), "
        "'Stylist ' || r, 'staff' FROM generate_series(0, {} - 1) r;\n"
        "INSERT INTO clients (id, tenant_id, first_name, last_name, email, phone) "
        "SELECT numbered(3, c), numbered(1, 0), 'Client', 'Number ' || c, "
        "'client' || c || '@example.com', '+34600' || c FROM generate_series(0, {} - 1) c;\n"
        "CREATE SEQUENCE booking_number MINVALUE 0;\nANALYZE;\n",
        size.resources, size.clients);
}

class Contest {
  public:
    explicit Contest(const BenchSetting& setting)
        : setting_(setting),
          scratch_(setting, "book_postgres"),
          server_(setting, scratch_ / "almanac"),
          postgres_(scratch_ / "postgres"),
          script_(setting.sources / "postgres" / "book.sql") {
        postgres_.run_file(setting.sources / "postgres" / "schema.sql");
        postgres_.run(business_sql(WorldSize{}));
        double best = 0;
        for (const unsigned clients : {16U, 32U, 64U, 128U}) {
            const auto rate = drive(clients);
            if (rate > best) clients_ = clients;
            best = std::max(best, rate);
        }
        ours();
    }
    void round() {
        ours_.push_back(ours());
        theirs_.push_back(drive(clients_));
        fmt::print("bookings, round {}: {:.0f} /s over HTTP, PostgreSQL {:.0f} /s\n", ours_.size(),
                   ours_.back(), theirs_.back());
        std::fflush(stdout);
    }
    Row row() const {
        auto row = compare("book_postgres", "/s", ours_,
                           fmt::format("PostgreSQL, {} clients", clients_), theirs_);
        row.note = fmt::format("over HTTP, {} connections; asked: 4 times as many", connections);
        return row;
    }

  private:
    double ours() {
        const auto rate =
            server_
                .book(connections, UINT64_MAX,
                      std::chrono::milliseconds(static_cast<long>(setting_.seconds * 1000)))
                .per_second();
        server_.wait_for_views();
        server_.process().wait_until_quiet(quiet_limit);
        return rate;
    }
    double drive(unsigned clients) {
        const WorldSize size;
        const std::chrono::year_month_day first(
            std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) +
            std::chrono::days(1));
        const auto rate =
            postgres_
                .drive(script_,
                       {{"resources", std::to_string(size.resources)},
                        {"clients", std::to_string(size.clients)},
                        {"days", std::to_string(size.days)},
                        {"first_day", fmt::format("'{:04}-{:02}-{:02}'", int(first.year()),
                                                  unsigned(first.month()), unsigned(first.day()))}},
                       clients, setting_.seconds)
                .per_second;
        postgres_.run("CHECKPOINT");
        return rate;
    }

    const BenchSetting& setting_;
    Scratch scratch_;
    BookedServer server_;
    PostgresServer postgres_;
    std::filesystem::path script_;
    unsigned clients_ = 16;
    std::vector<double> ours_, theirs_;
};
}  // namespace

std::vector<Row> bench_book_postgres(const BenchSetting& setting) {
    Contest contest(setting);
    for (unsigned i = 0; i < setting.rounds; ++i) contest.round();
    return {contest.row()};
}

}  // namespace almanac::benchmarks
