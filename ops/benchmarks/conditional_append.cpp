#include "ops/benchmarks/conditional_append.hpp"

#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "eventstore/decision_inputs.hpp"

namespace almanac::benchmarks {
namespace {
using Clock = std::chrono::steady_clock;

eventstore::EventDraft booking(std::uint64_t number, kernel::Ids& ids, kernel::Instant now) {
    eventstore::EventDraft draft;
    draft.id = eventstore::EventId{ids.fresh(now)};
    draft.type = "scheduling.appointment_booked";
    draft.tags = {fmt::format("appointment:01900000-0000-7000-8000-{}", number),
                  fmt::format("resource_month:01900000-0000-7000-8001-{}/2026-12", number % 1000),
                  fmt::format("client_visits:01900000-0000-7000-8002-{}/2026", number % 10000)};
    draft.data = fmt::format(R"({{"text":"{:x>589}"}})", "");
    return draft;
}
}  // namespace

ConditionalAppend::ConditionalAppend(const std::filesystem::path& directory)
    : log_(directory), store_(eventstore::make_log_store(log_.log(), log_.writer())) {}
ConditionalAppend::~ConditionalAppend() = default;

double ConditionalAppend::per_second(unsigned callers, double seconds) {
    const auto begun = Clock::now();
    const auto end = begun + std::chrono::duration<double>(seconds);
    std::atomic<std::uint64_t> appended = 0;
    std::mutex mutex;
    std::string refused;
    const auto call = [&] {
        eventstore::RandomIds ids;
        while (Clock::now() < end) {
            auto draft = booking(next_++, ids, kernel::Instant{});
            eventstore::AppendCondition condition{eventstore::Query::tagged(draft.tags.front())};
            std::vector<eventstore::EventDraft> events;
            events.push_back(std::move(draft));
            const auto done = store_->append(log_.tenant(), {{"system", "bench"}, {}, {}},
                                             std::move(events), condition);
            if (!done) {
                const std::scoped_lock lock(mutex);
                refused = done.error().code;
                return;
            }
            ++appended;
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < callers; ++i) threads.emplace_back(call);
    for (auto& thread : threads) thread.join();
    if (!refused.empty()) throw std::runtime_error("an append was refused: " + refused);
    const std::chrono::duration<double> took = Clock::now() - begun;
    return static_cast<double>(appended) / took.count();
}

}  // namespace almanac::benchmarks
