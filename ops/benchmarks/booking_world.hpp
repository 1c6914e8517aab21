// A business made over HTTP to be booked: one tenant, one service of half an hour, resources that
// work around the clock, clients. It then writes bookings of which no two want the same slot, so
// that every one is accepted. Throws std::runtime_error where the server refuses something.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace almanac::benchmarks {

struct WorldSize {
    unsigned resources = 100;
    unsigned clients = 2000;
    unsigned days = 360;  // bookings are spread over these, from tomorrow on
    // Beside them, for what is measured while the others fill the log: days and clients that only
    // append_fresh_booking uses.
    unsigned fresh_days = 0;
    unsigned fresh_clients = 0;
    // Not 0: clients come in waves of a thousand, who each book so often, one slot after another.
    // Else they take turns.
    unsigned visits = 0;
    // A month is booked out for a hundred resources, day by day, before the next hundred's turn.
    bool month_by_month = false;
    bool requires_confirmation = false;  // of the service: what is booked waits for it
    bool idempotency_keys = false;  // with each booking one of its own, as careful callers send it
};

class BookingWorld {
  public:
    BookingWorld(std::uint16_t port, std::string key, const WorldSize& size);

    void moved_to(std::uint16_t port) { port_ = port; }  // the server was started again
    std::uint64_t slots() const;                         // how many bookings it has room for
    // How many resources the first `bookings` of them are of.
    std::uint64_t resources_of(std::uint64_t bookings) const;
    // The whole HTTP request of booking `number` < slots(): neighbours are of different resources,
    // the next ones of a resource of different days, unless month by month. Some have client notes
    // (sealed values).
    void append_booking(std::uint64_t number, std::string& out) const;
    // The same of one on the fresh days, of any resource, for a fresh client; `number` <
    // fresh_slots().
    void append_fresh_booking(std::uint64_t number, std::string& out) const;
    std::uint64_t fresh_slots() const;
    // The whole HTTP request that confirms the appointment of this id.
    void append_confirmation(std::string_view appointment, std::string& out) const;
    // The whole HTTP request for the slots of one day, every day in turn.
    void append_question(std::uint64_t number, std::string& out) const;
    // Returns once the views have all that was booked; throws where they do not get there.
    void wait_for_views() const;
    const std::string& tenant() const { return slug_; }
    const std::vector<std::string>& clients() const { return clients_; }  // ids

  private:
    const std::string& client_of(std::uint64_t number) const;
    struct Place {
        std::uint64_t resource, day, slot;
    };
    Place place_of(std::uint64_t number) const;
    void append_booking(std::uint64_t number, const Place& place, const std::string& client,
                        std::string& out) const;
    std::string create(const std::string& target, const std::string& body) const;
    std::vector<std::string> create_many(const std::string& target, unsigned count,
                                         const std::string& body_format) const;
    void create_schedules() const;

    std::uint16_t port_;
    std::string key_;
    WorldSize size_;
    std::string slug_ = "bench";
    std::string base_;
    std::string service_;
    std::vector<std::string> resources_, clients_;
    std::chrono::sys_days first_day_;
};

}  // namespace almanac::benchmarks
