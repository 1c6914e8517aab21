#include "eventstore/clock.hpp"

#include <time.h>

#include <cstdlib>
#include <utility>

namespace almanac::eventstore {
namespace {

std::int64_t read_us(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

// The higher of what is offered and what was given before; that is given now.
std::int64_t never_less(std::atomic<std::int64_t>& given, std::int64_t offered) {
    auto before = given.load(std::memory_order_relaxed);
    while (before < offered &&
           !given.compare_exchange_weak(before, offered, std::memory_order_acq_rel)) {
    }
    return before < offered ? offered : before;
}
}  // namespace

SystemClock::SystemClock()
    : SystemClock([] { return read_us(CLOCK_REALTIME); }, [] { return read_us(CLOCK_BOOTTIME); }) {}

SystemClock::SystemClock(Source realtime_us, Source boottime_us)
    : realtime_us_(std::move(realtime_us)), boottime_us_(std::move(boottime_us)) {
    const auto now_us = realtime_us_();
    offset_us_ = now_us - boottime_us_();
    given_us_ = now_us;
}

ClockReading SystemClock::read() {
    const auto wall_us = realtime_us_();
    const auto moved_us = wall_us - boottime_us_() - offset_us_.load(std::memory_order_acquire);
    if (std::abs(moved_us) > clock_jump_us_max)
        return {kernel::instant_from_micros(given_us_.load(std::memory_order_acquire)), true, true};
    const auto given_us = never_less(given_us_, wall_us);
    return {kernel::instant_from_micros(given_us), false, given_us > wall_us};
}

void SystemClock::not_before(Instant given) {
    never_less(given_us_, kernel::micros(given));
}

std::optional<SystemClock::Jump> SystemClock::accept() {
    const auto wall_us = realtime_us_();
    const auto boottime_us = boottime_us_();
    const auto expected_us = boottime_us + offset_us_.load(std::memory_order_acquire);
    if (std::abs(wall_us - expected_us) <= clock_jump_us_max) return std::nullopt;
    offset_us_.store(wall_us - boottime_us, std::memory_order_release);
    return Jump{kernel::instant_from_micros(expected_us), kernel::instant_from_micros(wall_us)};
}

SandboxClock::SandboxClock(Instant start) : now_us_(kernel::micros(start)) {}

ClockReading SandboxClock::read() {
    return {kernel::instant_from_micros(now_us_.load(std::memory_order_acquire))};
}

bool SandboxClock::move(Instant to) {
    return never_less(now_us_, kernel::micros(to)) == kernel::micros(to);
}

ManualClock::ManualClock(Instant start)
    : wall_us_(kernel::micros(start)), given_us_(kernel::micros(start)) {}

ClockReading ManualClock::read() {
    const auto wall_us = wall_us_.load(std::memory_order_acquire);
    if (jumped_) return {kernel::instant_from_micros(given_us_), true, true};
    const auto given_us = never_less(given_us_, wall_us);
    return {kernel::instant_from_micros(given_us), false, given_us > wall_us};
}

void ManualClock::set(Instant to) {
    wall_us_.store(kernel::micros(to), std::memory_order_release);
}

void ManualClock::advance(kernel::Micros by) {
    wall_us_.fetch_add(by.count(), std::memory_order_acq_rel);
}

}  // namespace almanac::eventstore
