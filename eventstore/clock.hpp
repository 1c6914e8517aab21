// Where the time of events comes from. Every clock is thread-safe and never gives less than it has
// given before. `SystemClock` is the wall clock watched against CLOCK_BOOTTIME: a wall clock that
// goes back makes time stand still; one that moved more than five minutes is `jumped`, and the
// writer refuses (503 `clock_jumped`) until it returns or the operator accepts it.
// `SandboxClock` stands until its owner moves it. Tests use `ManualClock`.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "domain/kernel/time.hpp"

namespace almanac::eventstore {

using kernel::Instant;

struct ClockReading {
    Instant now;
    bool jumped = false;    // no event may be written
    bool standing = false;  // the wall clock is behind what was given before
};

class Clock {
  public:
    virtual ~Clock() = default;
    virtual ClockReading read() = 0;
    Instant now() { return read().now; }
};

inline constexpr std::int64_t clock_jump_us_max = 5LL * 60 * 1'000'000;

class SystemClock final : public Clock {
  public:
    using Source = std::function<std::int64_t()>;  // µs
    SystemClock();                                 // CLOCK_REALTIME, CLOCK_BOOTTIME
    SystemClock(Source realtime_us, Source boottime_us);
    ClockReading read() override;
    // What was given before a restart, by the log's last event.
    void not_before(Instant given);
    struct Jump {
        Instant expected;  // by CLOCK_BOOTTIME
        Instant wall;
    };
    // The wall clock as it is now is right (`almanac clock accept`). Time still never goes back.
    // Nothing, and nothing changes, where it has not jumped.
    std::optional<Jump> accept();

  private:
    Source realtime_us_;
    Source boottime_us_;
    std::atomic<std::int64_t> offset_us_;  // realtime - boottime that is believed
    std::atomic<std::int64_t> given_us_;   // the highest time ever given
};

class SandboxClock final : public Clock {
  public:
    explicit SandboxClock(Instant start);
    ClockReading read() override;
    bool move(Instant to);  // false: earlier than it stands, nothing changed

  private:
    std::atomic<std::int64_t> now_us_;
};

class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start);
    ClockReading read() override;
    void set(Instant to);  // may go back: the clock then stands, as the system's would
    void advance(kernel::Micros by);
    void set_jumped(bool jumped) { jumped_ = jumped; }

  private:
    std::atomic<std::int64_t> wall_us_;
    std::atomic<std::int64_t> given_us_;
    std::atomic<bool> jumped_ = false;
};

}  // namespace almanac::eventstore
