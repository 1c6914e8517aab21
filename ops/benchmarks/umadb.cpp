// The store's conditional append against UmaDB 0.7, in the same run on the same disk: 64 callers,
// 64 connections. UmaDB runs with the best of its own settings, found here first.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <stdexcept>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/child_process.hpp"
#include "ops/benchmarks/conditional_append.hpp"

namespace almanac::benchmarks {
namespace {
constexpr unsigned callers = 64;

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
        : driver_(programs / "driver"), port_(std::to_string(free_port())) {
        std::filesystem::create_directories(directory);
        std::vector<std::string> command{(programs / "server" / "bin" / "umadb").string(),
                                         "--listen", "127.0.0.1:" + port_, "--db-path",
                                         directory.string()};
        command.insert(command.end(), settings.begin(), settings.end());
        process_.emplace(command, "UmaDB is listening on ");
    }
    double per_second(unsigned connections, double seconds) {
        const auto told = output_of({driver_.string(), port_, std::to_string(connections),
                                     fmt::format("{}", seconds), std::to_string(next_)});
        unsigned long long appended = 0;
        double took = 0;
        if (std::sscanf(told.c_str(), "appended %llu seconds %lf", &appended, &took) != 2)
            throw std::runtime_error("the driver of UmaDB says: " + told);
        next_ += appended + connections;
        return static_cast<double>(appended) / took;
    }

  private:
    std::filesystem::path driver_;
    std::string port_;
    std::optional<ChildProcess> process_;
    std::uint64_t next_ = 1;
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
        const auto rate = tried.per_second(callers, setting.seconds);
        fmt::print("UmaDB, {}: {:.0f} /s\n", each.name, rate);
        if (rate > best) chosen = &each;
        best = std::max(best, rate);
    }
    if (chosen == nullptr) throw std::runtime_error("UmaDB appends nothing");
    UmaDb uma(programs, scratch / "umadb", chosen->options);
    ConditionalAppend store(scratch / "almanac");
    store.per_second(callers, setting.seconds);  // warms up
    uma.per_second(callers, setting.seconds);
    std::vector<double> ours, theirs;
    for (unsigned round = 0; round < setting.rounds; ++round) {
        ours.push_back(store.per_second(callers, setting.seconds));
        theirs.push_back(uma.per_second(callers, setting.seconds));
        fmt::print("append on a condition, round {}: {:.0f} /s, UmaDB {:.0f} /s\n", round + 1,
                   ours.back(), theirs.back());
        std::fflush(stdout);
    }
    auto row = compare("append_condition_64", "/s", ours, "UmaDB 0.7.8", theirs);
    row.note = fmt::format("600 bytes, 3 tags; UmaDB {}; asked: 5 times", chosen->name);
    return {row};
}

}  // namespace almanac::benchmarks
