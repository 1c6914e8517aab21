#include "domain/scheduling/occupancy.hpp"

#include <algorithm>

namespace almanac::scheduling {

void take(ResourceMonth& month, const Uuid& owner, const Occupancy& occupancy,
          std::optional<Instant> expires_at) {
    Allocation a{owner,
                 occupancy.service_id,
                 occupancy.start,
                 occupancy.end,
                 occupancy.buffer_before_minutes,
                 occupancy.buffer_after_minutes,
                 occupancy.party_size,
                 expires_at,
                 {}};
    for (const auto& resource : occupancy.resources) a.resources.push_back(resource.id);
    const auto busy = occupancy.busy_until() - occupancy.busy_from();
    const auto busy_minutes = std::chrono::ceil<std::chrono::minutes>(busy).count();
    month.longest_minutes =
        std::max(month.longest_minutes, static_cast<std::int32_t>(busy_minutes));
    const auto before = [](const Allocation& x, const Allocation& y) {
        return std::tie(x.start, x.owner) < std::tie(y.start, y.owner);
    };
    const auto at = std::ranges::lower_bound(month.allocations, a, before);
    month.allocations.insert(at, std::move(a));
}

void release(ResourceMonth& month, const Uuid& owner) {
    std::erase_if(month.allocations, [&](const Allocation& a) { return a.owner == owner; });
}

int ServiceDay::taken(Instant now) const {
    const auto held =
        std::ranges::count_if(holds, [&](const LiveHold& hold) { return now < hold.expires_at; });
    return live + static_cast<int>(held);
}

std::vector<Instant> months_of(Instant from, Instant until) {
    using namespace std::chrono;
    std::vector<Instant> months;
    auto month =
        year_month_day{floor<days>(from)}.year() / year_month_day{floor<days>(from)}.month();
    while (true) {
        const Instant first = sys_days{month / 1};
        if (!months.empty() && first >= until) return months;
        months.push_back(first);
        month += std::chrono::months{1};
    }
}

}  // namespace almanac::scheduling
