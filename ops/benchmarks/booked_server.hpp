// An almanacd of its own, fresh, with a business to book in it.
#pragma once
#include <optional>

#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booking_world.hpp"
#include "ops/benchmarks/child_process.hpp"
#include "ops/benchmarks/http_load.hpp"

namespace almanac::benchmarks {

class BookedServer {
  public:
    BookedServer(const BenchSetting& setting, const std::filesystem::path& directory,
                 const WorldSize& size = {});

    ChildProcess& process() { return *process_; }
    std::uint64_t booked() const { return next_; }
    // Bookings that have not been made before; throws where one is refused.
    LoadResult book(unsigned connections, std::uint64_t requests_max,
                    std::chrono::milliseconds duration_max);
    // So many, and then the confirmation of each.
    void book_and_confirm(unsigned connections, std::uint64_t count);
    // Bookings on the fresh days of the world, at `due_per_second` where it is not 0.
    LoadResult book_fresh(unsigned connections, std::uint64_t requests_max,
                          double due_per_second = 0);
    double wait_for_views() const;  // seconds until they have all bookings
    const BookingWorld& world() const { return *world_; }
    const std::string& key() const { return key_; }
    std::uint64_t take_booking();  // the number of one that nobody has made; throws: fully booked
    void start();                  // again after a kill
    void forget_views();           // between a stop and a start: they are built from the log
    std::filesystem::path log_directory() const { return directory_ / "p0000" / "log"; }

  private:
    std::filesystem::path program_;
    std::filesystem::path directory_;
    std::string key_;
    std::optional<ChildProcess> process_;
    std::optional<BookingWorld> world_;
    LoadPlan bookings(unsigned connections, std::uint64_t requests_max) const;
    LoadResult run(LoadPlan plan, std::uint64_t slots, std::uint64_t& next);
    std::uint64_t next_ = 0;
    std::uint64_t next_fresh_ = 0;
};

}  // namespace almanac::benchmarks
