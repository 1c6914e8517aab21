// The life of one generated business from tick to tick: new clients, new bookings, and what becomes
// of each booking. One thread; ids arrive between ticks.
#pragma once
#include <deque>
#include <queue>

#include "replay/generated_business.hpp"
#include "replay/generator_run.hpp"

namespace almanac::replay {

// When a step of the history happens: `tick` is the time that history has reached, `now` the
// target's clock. In a sandbox they are the same.
struct HistoryTime {
    Instant tick{};
    Instant now{};
};

class GeneratedHistory {
  public:
    GeneratedHistory(GeneratedBusiness business, std::uint64_t appointments, std::size_t clients);

    GeneratedBusiness& business() { return business_; }
    std::size_t clients() const { return business_.client_ids.size(); }
    std::uint64_t asked() const { return asked_; }  // bookings sent
    std::uint64_t booked() const { return booked_; }
    bool is_done() const { return asked_ >= wanted_; }

    void create_clients(GeneratorRun& run, std::size_t count);
    // Everything that is due, then `bookings` new ones (fewer where nothing is free), then clients.
    void tick(GeneratorRun& run, const HistoryTime& time, std::uint64_t bookings);
    std::size_t first_clients() const;

  private:
    enum class Act { confirm, move, cancel, complete, no_show };
    struct Booking {
        std::string id;  // empty: not answered, or refused
        QuarterRange range;
        std::size_t service = 0;
        std::uint64_t acted_tick = 0;  // one act a tick: their order is then certain
        int acts_left = 0;
    };
    struct Due {
        Instant at{};
        std::uint64_t number = 0;  // of the order in which they were planned
        Act act = Act::confirm;
        Booking* booking = nullptr;
        bool operator<(const Due& other) const {  // the earliest on top of the queue
            return at != other.at ? at > other.at : number > other.number;
        }
    };

    void release_freed();
    void act(GeneratorRun& run, const HistoryTime& time, const Due& due);
    bool send_act(GeneratorRun& run, const HistoryTime& time, const Due& due);
    bool send_move(GeneratorRun& run, const HistoryTime& time, Booking& booking);
    bool book(GeneratorRun& run, const HistoryTime& time);
    std::optional<QuarterRange> find_free(const HistoryTime& time, std::size_t service);
    void plan(Booking& booking, const HistoryTime& time);
    void plan(Booking& booking, Act act, Instant at);
    Instant between(Instant from, Instant until);

    GeneratedBusiness business_;
    std::uint64_t wanted_;
    std::size_t clients_wanted_;
    std::size_t clients_usable_ = 0;
    std::uint64_t asked_ = 0;
    std::atomic<std::uint64_t> booked_ = 0;
    std::uint64_t tick_ = 0;
    std::uint64_t planned_ = 0;
    std::deque<Booking> bookings_;  // addresses stay
    std::vector<Booking*> spare_;   // of which nothing is left to happen
    std::priority_queue<Due> due_;
    std::vector<QuarterRange> freed_;  // in this tick: free in the next
};

}  // namespace almanac::replay
