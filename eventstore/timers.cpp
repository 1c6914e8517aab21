#include "eventstore/timers.hpp"

#include "eventstore/or_throw.hpp"

namespace almanac::eventstore {

Result<void> Timers::count(const Log& log) {
    pending_ = 0;
    return log.entries(Space::policies, timer_prefix, {},
                       [this](auto, auto) { return ++pending_ > 0; });
}

void Timers::set(Stage& stage, const Timer& timer) {
    cancel(stage, timer);
    auto due = due_key(timer);
    stage.put(Space::policies, timer_key(timer), encode(timer));
    stage.put(Space::policies, due, {});
    ++pending_;
    if (followed_(timer.policy)) know(std::move(due));
}

void Timers::cancel(Stage& stage, const Timer& timer) {
    const auto key = timer_key(timer);
    const auto stored = stage.get(Space::policies, key);
    if (!stored) return;
    const auto due = due_key(or_throw(decode_timer(key, *stored)));
    stage.erase(Space::policies, key);
    stage.erase(Space::policies, due);
    known_.erase(due);
    --pending_;
}

std::optional<Timer> Timers::next(Stage& stage) {
    while (known_.empty() && !all_known_) look_further(stage);
    if (known_.empty()) return std::nullopt;
    const auto key = timer_key(or_throw(decode_due(*known_.begin())));
    const auto stored = stage.get(Space::policies, key);
    if (!stored) throw std::runtime_error("A timer is known by its due instant only.");
    return or_throw(decode_timer(key, *stored));
}

void Timers::restore(const Savepoint& savepoint) {
    pending_ = savepoint.pending;
    known_.clear();
    horizon_ = due_prefix;
    all_known_ = false;
}

void Timers::know(std::string due_key) {
    if (!all_known_ && due_key >= horizon_) return;
    known_.insert(std::move(due_key));
    if (known_.size() <= timers_known_max) return;
    horizon_ = std::move(known_.extract(std::prev(known_.end())).value());
    all_known_ = false;
}

void Timers::look_further(Stage& stage) {
    constexpr std::size_t read_max = 1'024;
    std::size_t read = 0;
    bool more = false;
    const std::string from = horizon_;
    const auto look_at = [&](std::string_view key, std::string_view) {
        if (read++ == read_max) {
            horizon_ = key;
            more = true;
            return false;
        }
        if (followed_(or_throw(decode_due(key)).policy)) known_.emplace(key);
        return true;
    };
    or_throw(stage.entries(Space::policies, due_prefix, from, look_at));
    all_known_ = !more;
}

}  // namespace almanac::eventstore
