// An event log with its writer, fed by producers that wait for their events to be durable; the
// events have the shape of a booking. In process, no server. Throws std::runtime_error on failure.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>

#include "eventstore/writer.hpp"

namespace almanac::benchmarks {

class FilledLog {
  public:
    // A new one; 0: the mark before every reply. As it comes: as the server's (ops/adr/003).
    explicit FilledLog(const std::filesystem::path& directory,
                       int mark_interval_ms = eventstore::mark_interval_ms_max);
    ~FilledLog();
    // Appends `events`, `producers` of them under way at any time; gives the seconds it took.
    double append(std::uint64_t events, unsigned producers);
    std::size_t record_bytes() const;  // of the last record
    std::size_t tags() const;
    const eventstore::Log& log() const { return *log_; }
    eventstore::Writer& writer() { return *writer_; }
    const kernel::TenantId& tenant() const { return tenant_; }
    const std::filesystem::path& log_directory() const { return log_directory_; }

  private:
    std::filesystem::path log_directory_;
    std::unique_ptr<eventstore::Log> log_;
    std::unique_ptr<eventstore::MarkFile> mark_;
    eventstore::SystemClock clock_;
    std::unique_ptr<eventstore::Writer> writer_;
    kernel::TenantId tenant_;
    std::uint64_t next_ = 0;
};

}  // namespace almanac::benchmarks
