// The store's conditional append against message-db 1.3 on PostgreSQL 15, in the same run on the
// same disk: 64 callers, 64 connections of pgbench with prepared statements. message-db takes a
// lock for each category of streams: measured with one category and with one for each connection,
// the better one counts.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/child_process.hpp"
#include "ops/benchmarks/conditional_append.hpp"
#include "ops/benchmarks/postgres_server.hpp"

namespace almanac::benchmarks {
namespace {
constexpr unsigned callers = 64;
constexpr std::chrono::seconds quiet_limit{60};

class MessageDb {
  public:
    MessageDb(const BenchSetting& setting, const std::filesystem::path& directory)
        : setting_(setting), postgres_(directory) {
        const auto package = std::filesystem::absolute(setting.scratch / ".." / "message_db");
        output_of({(setting.sources / "message_db" / "prepare").string(), package.string()});
        postgres_.run_program({"/bin/bash", "-c", "bash \"$0\" 2>&1",
                               (package / "package" / "database" / "install.sh").string()},
                              {"CREATE_DATABASE=off", "DATABASE_NAME=postgres"});
        postgres_.run("ALTER DATABASE postgres SET search_path = message_store, public");
    }
    double per_second(const char* script, double seconds) {
        return postgres_.drive(setting_.sources / "message_db" / script, {}, callers, seconds)
            .per_second;
    }
    void checkpoint() { postgres_.run("CHECKPOINT"); }

  private:
    const BenchSetting& setting_;
    PostgresServer postgres_;
};
}  // namespace

std::vector<Row> bench_message_db(const BenchSetting& setting) {
    constexpr const char* one_category = "one_category.sql";
    constexpr const char* categories = "categories.sql";
    const Scratch scratch(setting, "message_db");
    MessageDb message_db(setting, scratch / "postgres");
    ConditionalAppend store(scratch / "almanac");
    store.per_second(callers, setting.seconds);  // warms up
    message_db.per_second(categories, setting.seconds);
    message_db.checkpoint();
    std::vector<double> ours, one, many;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        ours.push_back(store.per_second(callers, setting.seconds));
        wait_until_quiet(quiet_limit);  // what we still pack costs PostgreSQL nothing
        one.push_back(message_db.per_second(one_category, setting.seconds));
        many.push_back(message_db.per_second(categories, setting.seconds));
        message_db.checkpoint();
        fmt::print(
            "append on a condition, round {}: {:.0f} /s, message-db {:.0f} /s in one "
            "category, {:.0f} /s in {}\n",
            round + 1, ours.back(), one.back(), many.back(), callers);
        std::fflush(stdout);
    }
    std::vector<Row> rows{
        compare("append_condition_64", "/s", ours, "message-db 1.3.1", one),
        compare("append_condition_64", "/s", ours, "message-db, 64 categories", many)};
    rows[0].note =
        "ours in process, the mark within 50 ms as the server's; all streams decided in one order, "
        "as ours are; 600 bytes; asked: 20 times";
    rows[1].note = "every caller in an order of its own";
    return rows;
}

}  // namespace almanac::benchmarks
