#include "ops/benchmarks/postgres_server.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace almanac::benchmarks {
namespace {
constexpr const char* programs = "/usr/lib/postgresql/15/bin/";
constexpr const char* user = "postgres";

// Before the command of a server that may not be root.
std::vector<std::string> as_user() {
    if (geteuid() != 0) return {};
    return {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
            "--pdeathsig=TERM"};
}

std::vector<std::string> joined(std::vector<std::string> first,
                                std::initializer_list<std::string> rest) {
    first.insert(first.end(), rest);
    return first;
}

void give_to_user(const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    if (geteuid() != 0) return;
    const auto* who = getpwnam(user);
    if (who == nullptr || chown(directory.c_str(), who->pw_uid, who->pw_gid) != 0)
        throw std::runtime_error("cannot give a directory to the user postgres");
}

// The number after `label` in what pgbench prints.
double number_after(const std::string& text, const std::string& label) {
    const auto at = text.find(label);
    if (at == std::string::npos) throw std::runtime_error("pgbench says: " + text);
    return std::stod(text.substr(at + label.size()));
}
}  // namespace

PostgresServer::PostgresServer(const std::filesystem::path& directory)
    : directory_(std::filesystem::absolute(directory)) {
    give_to_user(directory_);
    const auto data = (directory_ / "data").string();
    output_of(joined(as_user(), {std::string(programs) + "initdb", "-D", data, "-A", "trust", "-U",
                                 user, "-E", "UTF8", "--locale=C"}));
    // Its log goes where the line is awaited that says it is ready; after that it is quiet.
    auto command = joined({"/bin/sh", "-c", R"(exec "$0" "$@" 2>&1)"}, {});
    for (auto& word : as_user()) command.push_back(std::move(word));
    command.push_back(std::string(programs) + "postgres");
    command.insert(command.end(), {"-D", data});
    const std::vector<std::string> settings{"listen_addresses=",
                                            "unix_socket_directories=" + directory_.string(),
                                            "shared_buffers=512MB",
                                            "effective_cache_size=1GB",
                                            "max_connections=200",
                                            "max_wal_size=8GB",
                                            "checkpoint_timeout=30min",
                                            "random_page_cost=1.1",
                                            "jit=off",
                                            "fsync=on",
                                            "synchronous_commit=on",
                                            "timezone=UTC",
                                            "log_line_prefix=",
                                            "log_checkpoints=off"};
    for (const auto& setting : settings) command.insert(command.end(), {"-c", setting});
    process_ = std::make_unique<ChildProcess>(
        command, "LOG:  database system is ready to accept connections");
}

std::vector<std::string> PostgresServer::psql() const {
    return {std::string(programs) + "psql",
            "-h",
            directory_.string(),
            "-U",
            user,
            "-v",
            "ON_ERROR_STOP=1",
            "-X",
            "-qAt"};
}

void PostgresServer::run_file(const std::filesystem::path& sql) {
    output_of(joined(psql(), {"-f", sql.string()}));
}

void PostgresServer::run_program(const std::vector<std::string>& command,
                                 const std::vector<std::string>& variables) {
    auto whole =
        joined({"/usr/bin/env"}, {"PGHOST=" + directory_.string(), std::string("PGUSER=") + user});
    whole.insert(whole.end(), variables.begin(), variables.end());
    whole.insert(whole.end(), command.begin(), command.end());
    output_of(whole);
}

std::string PostgresServer::run(const std::string& sql) {
    return output_of(joined(psql(), {"-c", sql}));
}

std::string PostgresServer::run_script(const std::filesystem::path& script,
                                       const Variables& variables) {
    auto command = psql();
    for (const auto& [name, value] : variables)
        command.insert(command.end(), {"-v", name + '=' + value});
    return output_of(joined(std::move(command), {"-f", script.string()}));
}

PgbenchResult PostgresServer::drive(const std::filesystem::path& script, const Variables& variables,
                                    unsigned clients, double seconds) {
    std::vector<std::string> command{std::string(programs) + "pgbench",
                                     "-h",
                                     directory_.string(),
                                     "-U",
                                     user,
                                     "-n",
                                     "-M",
                                     "prepared",
                                     "-c",
                                     std::to_string(clients),
                                     "-j",
                                     std::to_string(std::min(clients, 2U)),
                                     "-T",
                                     std::to_string(std::lround(std::ceil(seconds))),
                                     "-f",
                                     script.string()};
    for (const auto& [name, value] : variables)
        command.insert(command.end(), {"-D", name + '=' + value});
    command.emplace_back("postgres");
    const auto text = output_of(command);
    if (text.find("number of failed transactions: 0 ") == std::string::npos)
        throw std::runtime_error("pgbench says: " + text);
    return {number_after(text, "tps = "), number_after(text, "latency average = ") * 1000};
}

}  // namespace almanac::benchmarks
