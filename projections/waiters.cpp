#include "projections/waiters.hpp"

#include <algorithm>

namespace almanac::projections {

void Waiters::add(std::uint64_t position, Deadline deadline, Applied done) {
    const Key key{position, ++number_};
    waiting_.emplace(key, Waiter{deadline, std::move(done)});
    deadlines_.emplace(deadline, key);
}

std::vector<Waiters::Told> Waiters::take(std::uint64_t applied, Deadline now) {
    std::vector<Told> told;
    while (!waiting_.empty() && waiting_.begin()->first.first <= applied) {
        const auto first = waiting_.begin();
        const auto [from, to] = deadlines_.equal_range(first->second.deadline);
        deadlines_.erase(
            std::find_if(from, to, [&](const auto& d) { return d.second == first->first; }));
        told.push_back({std::move(first->second.done), true});
        waiting_.erase(first);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto late = waiting_.find(deadlines_.begin()->second);
        told.push_back({std::move(late->second.done), false});
        waiting_.erase(late);
        deadlines_.erase(deadlines_.begin());
    }
    return told;
}

std::vector<Waiters::Told> Waiters::take_all() {
    std::vector<Told> told;
    told.reserve(waiting_.size());
    for (auto& [_, waiter] : waiting_) told.push_back({std::move(waiter.done), false});
    waiting_.clear();
    deadlines_.clear();
    return told;
}

std::optional<Waiters::Deadline> Waiters::next_deadline() const {
    if (deadlines_.empty()) return std::nullopt;
    return deadlines_.begin()->first;
}

}  // namespace almanac::projections
