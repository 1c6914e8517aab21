// The store's conditional append against UmaDB 0.7, in the same run on the same disk: 64 callers,
// 64 connections. UmaDB runs with the best of its own settings, found here first.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/child_process.hpp"
#include "ops/benchmarks/conditional_append.hpp"
#include "ops/benchmarks/umadb_client.hpp"

namespace almanac::benchmarks {
namespace {
constexpr unsigned callers = 64;
constexpr std::chrono::seconds quiet_limit{60};

std::uint16_t free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool found = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(probe);
    if (!found) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

class UmaDb {
  public:
    UmaDb(const std::filesystem::path& programs, const std::filesystem::path& directory,
          const std::vector<std::string>& settings)
        : port_(free_port()) {
        std::filesystem::create_directories(directory);
        std::vector<std::string> command{(programs / "server" / "bin" / "umadb").string(),
                                         "--listen", fmt::format("127.0.0.1:{}", port_),
                                         "--db-path", directory.string()};
        command.insert(command.end(), settings.begin(), settings.end());
        process_.emplace(command, "UmaDB is listening on ");
        client_.emplace(port_, callers);
    }
    double per_second(double seconds) { return client_->per_second(seconds); }
    void wait_until_quiet() const { process_->wait_until_quiet(quiet_limit); }

  private:
    std::uint16_t port_;
    std::optional<ChildProcess> process_;
    std::optional<UmaDbClient> client_;
};

struct Setting {
    const char* name;
    std::vector<std::string> options;
};
const std::vector<Setting>& settings() {
    static const std::vector<Setting> all{
        {"as it comes", {}},
        {"pipelined", {"--pipelined-writer", "true"}},
        {"pipelined, page cache", {"--pipelined-writer", "true", "--page-cache-max-mb", "512"}}};
    return all;
}
}  // namespace

std::vector<Row> bench_umadb(const BenchSetting& setting) {
    const auto programs = std::filesystem::absolute(setting.scratch / ".." / "umadb");
    output_of({(setting.sources / "umadb" / "prepare").string(), programs.string()});
    const Scratch scratch(setting, "umadb");
    const Setting* chosen = nullptr;
    double best = 0;
    for (const auto& each : settings()) {
        UmaDb tried(programs, scratch / "tried" / each.name, each.options);
        const auto rate = tried.per_second(setting.seconds);
        fmt::print("UmaDB, {}: {:.0f} /s\n", each.name, rate);
        if (rate > best) chosen = &each;
        best = std::max(best, rate);
    }
    if (chosen == nullptr) throw std::runtime_error("UmaDB appends nothing");
    UmaDb uma(programs, scratch / "umadb", chosen->options);
    ConditionalAppend store(scratch / "almanac");
    ConditionalAppend strict(scratch / "strict", 0);
    store.per_second(callers, setting.seconds);  // warms up
    strict.per_second(callers, setting.seconds);
    uma.per_second(setting.seconds);
    uma.wait_until_quiet();
    std::vector<double> ours, strictly, theirs;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        ours.push_back(store.per_second(callers, setting.seconds));
        wait_until_quiet(quiet_limit);  // what the one still packs costs the other nothing
        theirs.push_back(uma.per_second(setting.seconds));
        uma.wait_until_quiet();
        strictly.push_back(strict.per_second(callers, setting.seconds));
        wait_until_quiet(quiet_limit);
        fmt::print(
            "append on a condition, round {}: {:.0f} /s, mark before every reply {:.0f} /s, "
            "UmaDB {:.0f} /s\n",
            round + 1, ours.back(), strictly.back(), theirs.back());
        std::fflush(stdout);
    }
    auto row = compare("append_condition_64", "/s", ours, "UmaDB 0.7.8", theirs);
    row.note = fmt::format(
        "600 bytes, 3 tags; ours in process, the mark within 50 ms as the server's; UmaDB by "
        "gRPC, {}; asked: 5 times",
        chosen->name);
    auto strict_row = compare("append_condition_64_strict", "/s", strictly, "UmaDB 0.7.8", theirs);
    strict_row.note = "the same, --mark-interval-ms 0: the mark is synced before every reply";
    return {row, strict_row};
}

}  // namespace almanac::benchmarks
