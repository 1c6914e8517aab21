// A log full of bookings as the server writes them (type, tags, sealed customer, metadata), without
// the server: made in batches that are as large as they may be, for measurements of what reads a
// long log. Of one tenant; every booking its own client's, two resources'. Throws
// std::runtime_error on any failure.
#pragma once
#include <filesystem>
#include <memory>

#include "eventstore/log.hpp"

namespace almanac::benchmarks {

class BookedLog {
  public:
    explicit BookedLog(const std::filesystem::path& directory);  // a new one
    void fill(std::uint64_t bookings);                           // so many more, flushed
    const eventstore::Log& log() const { return *log_; }
    kernel::TenantId tenant() const;
    kernel::Uuid booking(std::uint64_t number) const;  // its id; from 0
    std::uint64_t bookings() const { return log_->last_position(); }
    std::size_t record_bytes() const;  // of the last one

  private:
    std::filesystem::path directory_;
    std::unique_ptr<eventstore::Log> log_;
};

}  // namespace almanac::benchmarks
