// A PostgreSQL 15 of its own, fresh, in a directory of its own, listening on a socket there only;
// tuned for the machine, as durable as ours (fsync and synchronous_commit on). Stopped by the
// destructor, and by the kernel if this process dies first. PostgreSQL refuses to be root: it then
// runs as the user `postgres` of Debian's package. Throws std::runtime_error on any failure.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ops/benchmarks/child_process.hpp"

namespace almanac::benchmarks {

struct PgbenchResult {
    double per_second = 0;
    double latency_us = 0;  // on average
};

class PostgresServer {
  public:
    explicit PostgresServer(const std::filesystem::path& directory);

    void run_file(const std::filesystem::path& sql);
    // A command of somebody else's that calls psql: where the server is, it finds in its
    // environment, and there `variables` (NAME=value) too.
    void run_program(const std::vector<std::string>& command,
                     const std::vector<std::string>& variables);
    std::string run(const std::string& sql);  // rows, their fields parted by |
    // `script` over and over by so many clients at once, prepared; `variables` as in :name.
    using Variables = std::map<std::string, std::string>;
    PgbenchResult drive(const std::filesystem::path& script, const Variables& variables,
                        unsigned clients, double seconds);
    std::string run_script(const std::filesystem::path& script, const Variables& variables);

  private:
    std::vector<std::string> psql() const;
    std::filesystem::path directory_;
    std::unique_ptr<ChildProcess> process_;
};

}  // namespace almanac::benchmarks
