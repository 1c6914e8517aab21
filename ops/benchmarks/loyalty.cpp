// Points: redemptions over HTTP beside bookings, on the same server and the same connections, in
// turn; what a redemption costs on an account with a long ledger; a night in which one account of a
// hundred has points that end.
#include <fmt/format.h>
#include <time.h>

#include <cstdio>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_server.hpp"
#include "ops/benchmarks/loyalty_club.hpp"

namespace almanac::benchmarks {
namespace {
using std::chrono::days;

// ---- over HTTP --------------------------------------------------------------------------------

constexpr unsigned accounts_over_http = 2'000;
constexpr auto quiet_limit = std::chrono::seconds(120);

// The members of a booked business and their redemptions, of a point each.
class RedeemingServer {
  public:
    explicit RedeemingServer(BookedServer& server)
        : server_(server), base_("/v1/tenants/" + server.world().tenant()) {
        const auto program = post_one(
            "/loyalty_programs",
            R"({"name":"Club","points_per_currency_unit_ppm":1000000,"redemption_ttl_minutes":1440,)"
            R"("redemption":{"points":100,"value":{"amount":100,"currency":"EUR"}}})");
        post_one("/loyalty_programs/" + program + "/activate", "{}");
        const auto& clients = server_.world().clients();
        post_all("/loyalty_accounts", [&](std::uint64_t number) {
            return fmt::format(R"({{"member":{{"kind":"client","id":"{}"}}}})", clients[number]);
        });
        LoadPlan plan{.connections = 16, .requests_max = accounts_.size()};
        plan.request = [this](std::uint64_t number, std::string& out) {
            append_post(out, base_ + "/loyalty_accounts/" + accounts_[number] + "/adjust",
                        server_.key(), R"({"points":100000000,"reason":"To be spent"})");
        };
        run(plan);
    }

    LoadResult redeem(unsigned connections, std::chrono::milliseconds duration) {
        LoadPlan plan{.connections = connections,
                      .first_request = next_,
                      .requests_max = UINT64_MAX,
                      .duration_max = duration};
        plan.request = [this](std::uint64_t number, std::string& out) {
            append_post(out, base_ + "/redemptions", server_.key(),
                        fmt::format(R"({{"account_id":"{}","points":100}})",
                                    accounts_[number % accounts_.size()]));
        };
        const auto result = run(plan);
        next_ += result.sent;
        return result;
    }

  private:
    LoadResult run(LoadPlan& plan) {
        plan.port = server_.process().port();
        auto result = run_load(plan);
        if (result.accepted != result.sent)
            throw std::runtime_error("a request was refused: " + result.first_refusal);
        return result;
    }
    std::string post_one(const std::string& target, const std::string& body) {
        std::string request;
        append_post(request, base_ + target, server_.key(), body);
        const auto answer = exchange(server_.process().port(), request);
        if (answer.status / 100 != 2)
            throw std::runtime_error(
                fmt::format("POST {}: {} {}", target, answer.status, answer.body));
        return id_in(answer.body);
    }
    template <class Body>
    void post_all(const std::string& target, const Body& body) {
        accounts_.resize(accounts_over_http);
        LoadPlan plan{.connections = 16, .requests_max = accounts_.size()};
        plan.request = [&](std::uint64_t number, std::string& out) {
            append_post(out, base_ + target, server_.key(), body(number));
        };
        plan.answer = [&](std::uint64_t number, int status, std::string_view text, auto) {
            if (status / 100 == 2) accounts_[number] = id_in(text);
        };
        run(plan);
    }

    BookedServer& server_;
    const std::string base_;
    std::vector<std::string> accounts_;
    std::uint64_t next_ = 0;
};

std::vector<Row> over_http(const BenchSetting& setting) {
    const Scratch scratch(setting, "loyalty");
    const std::chrono::milliseconds duration(static_cast<long>(setting.seconds * 1000));
    BookedServer server(setting, scratch / "almanac", {.clients = accounts_over_http});
    RedeemingServer redeeming(server);
    const auto settle = [&] {
        server.wait_for_views();
        server.process().wait_until_quiet(quiet_limit);
    };
    const auto booked = [&](unsigned connections) {
        const auto rate = server.book(connections, UINT64_MAX, duration).per_second();
        settle();
        return rate;
    };
    const auto redeemed = [&](unsigned connections) {
        const auto rate = redeeming.redeem(connections, duration).per_second();
        settle();
        return rate;
    };
    std::vector<Row> rows;
    for (const unsigned connections : setting.connections) {
        booked(connections);  // warms up
        redeemed(connections);
        std::vector<double> ours, theirs;
        for (unsigned round = 0; round < setting.rounds; ++round) {
            if (round % 2 == 0) theirs.push_back(booked(connections));
            ours.push_back(redeemed(connections));
            if (round % 2 == 1) theirs.push_back(booked(connections));
            fmt::print(
                "loyalty {:>3} connections, round {}: {:>7.0f} redemptions/s, {:>7.0f} "
                "bookings/s\n",
                connections, round + 1, ours.back(), theirs.back());
            std::fflush(stdout);
        }
        rows.push_back(compare(fmt::format("loyalty_redeem_{}", connections), "req/s", ours,
                               "bookings", theirs));
        rows.back().note = "POST redemptions; asked: 0.9";
    }
    return rows;
}

// ---- a long ledger ----------------------------------------------------------------------------

// As many as of new ones in a round, so that a batch touches as many accounts here as there: what
// it costs to touch one is shared by the redemptions of a batch.
constexpr std::size_t accounts_compared = 128;
constexpr std::uint64_t long_entries = 10'000;
constexpr std::uint64_t redemptions_of_round = 16 * accounts_compared;
constexpr std::uint64_t days_of_ledger = 364;

// Of this process, all of its threads: deciding, writing, what the policies do after it.
double cpu_us() {
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

class Ledgers {
  public:
    explicit Ledgers(const std::filesystem::path& directory) : club_(directory) {
        club_.enrol(accounts_compared);
        members_ = accounts_compared;
        const auto first = club_.now() - days{days_of_ledger};
        // In order of time, so many of each day.
        club_.award(accounts_compared * long_entries, [&](std::uint64_t number) {
            const auto day = number / accounts_compared * days_of_ledger / long_entries;
            return LoyaltyClub::Award{number % accounts_compared, first + days{day}};
        });
    }
    double on_long_ones() {
        return measured([](std::uint64_t number) { return number % accounts_compared; });
    }
    double on_new_ones() {
        const auto first = members_;
        club_.enrol(accounts_compared);
        members_ += accounts_compared;
        club_.award(accounts_compared, [&](std::uint64_t number) {
            return LoyaltyClub::Award{first + number, club_.now() - days{1}};
        });
        return measured([&](std::uint64_t number) { return first + number % accounts_compared; });
    }
    std::size_t buckets() { return club_.buckets(0); }

  private:
    double measured(const std::function<std::size_t(std::uint64_t)>& member) {
        wait_until_quiet(quiet_limit);  // the database packs what was written
        const auto before = cpu_us();
        club_.redeem(redemptions_of_round, member);
        return (cpu_us() - before) / static_cast<double>(redemptions_of_round);
    }
    LoyaltyClub club_;
    std::size_t members_ = 0;
};

std::vector<Row> long_ledger(const BenchSetting& setting) {
    const Scratch scratch(setting, "loyalty_ledger");
    Ledgers ledgers(scratch / "club");
    const auto buckets = ledgers.buckets();
    ledgers.on_long_ones();  // warms up
    ledgers.on_new_ones();
    std::vector<double> ours, theirs;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        ours.push_back(ledgers.on_long_ones());
        theirs.push_back(ledgers.on_new_ones());
        fmt::print(
            "loyalty ledger, round {}: {:.1f} us for a redemption after {} entries, {:.1f} "
            "us on a new account\n",
            round + 1, ours.back(), long_entries, theirs.back());
        std::fflush(stdout);
    }
    auto row = compare("loyalty_long_account", "us CPU", ours, "new account", theirs);
    row.note =
        fmt::format("{} entries in {} buckets, without HTTP; asked: 1.2", long_entries, buckets);
    return {row};
}

// ---- a night ----------------------------------------------------------------------------------

constexpr std::uint64_t accounts_per_due = 100;

// Accounts of which `due` have points that end on each of the nights to come.
class Nights {
  public:
    Nights(const std::filesystem::path& directory, std::uint64_t due, unsigned nights,
           std::uint64_t others)
        : club_(directory), midnight_(std::chrono::floor<days>(club_.now())) {
        const auto wakeful = due * nights;
        club_.enrol(wakeful + others);
        const auto year_ago = club_.now() - days{365};
        const auto lately = club_.now() - days{10};
        club_.award(wakeful + others, [&](std::uint64_t number) {
            const auto at = number < wakeful ? year_ago + days{number / due} : lately;
            return LoyaltyClub::Award{number, at};
        });
    }
    struct Night {
        double seconds = 0;
        std::uint64_t timers = 0;
        std::uint64_t commands = 0;
        std::uint64_t events = 0;
    };
    Night next() {
        wait_until_quiet(quiet_limit);
        const auto before = club_.policies();
        const auto events = club_.events();
        midnight_ += days{1};
        const auto begun = std::chrono::steady_clock::now();
        club_.move_clock(midnight_);
        Night night;
        night.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        const auto after = club_.policies();
        night.timers = after.timers_fired - before.timers_fired;
        night.commands = after.effects - before.effects;
        night.events = club_.events() - events;
        return night;
    }

  private:
    LoyaltyClub club_;
    kernel::Instant midnight_;
};

std::vector<Row> nights(const BenchSetting& setting) {
    const Scratch scratch(setting, "loyalty_nights");
    const auto due = std::max<std::uint64_t>(1, setting.accounts / accounts_per_due);
    const auto wakeful = due * setting.rounds;
    const auto others = setting.accounts - std::min(setting.accounts, wakeful);
    Nights many(scratch / "many", due, setting.rounds, others);
    Nights only(scratch / "only", due, setting.rounds, 0);
    std::vector<double> ours, theirs, commands, events, asked;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        const auto night = many.next();
        const auto small = only.next();
        const auto of_one = 1e6 / static_cast<double>(due);
        ours.push_back(night.seconds * of_one);
        theirs.push_back(small.seconds * of_one);
        commands.push_back(static_cast<double>(night.commands));
        events.push_back(static_cast<double>(night.events));
        asked.push_back(static_cast<double>(due));
        fmt::print(
            "loyalty night {}: {} of {} accounts are due: {} timers, {} commands, {} "
            "events, {:.1f} us each; {:.1f} us where there are no others\n",
            round + 1, due, setting.accounts, night.timers, night.commands, night.events,
            ours.back(), theirs.back());
        std::fflush(stdout);
    }
    auto time = compare("loyalty_night", "us", ours, "none but those due", theirs);
    time.note = fmt::format("for an account that is due; {} of {}", due, setting.accounts);
    auto touched = compare("loyalty_night_commands", "commands", commands, "accounts due", asked);
    touched.note = "asked: only those";
    auto written = compare("loyalty_night_events", "events", events, "accounts due", asked);
    return {time, touched, written};
}
}  // namespace

std::vector<Row> bench_loyalty(const BenchSetting& setting) {
    auto rows = over_http(setting);
    for (auto& row : long_ledger(setting)) rows.push_back(std::move(row));
    for (auto& row : nights(setting)) rows.push_back(std::move(row));
    return rows;
}

}  // namespace almanac::benchmarks
