#include "ops/benchmarks/conditional_append.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "eventstore/decision_inputs.hpp"

namespace almanac::benchmarks {
namespace {
using Clock = std::chrono::steady_clock;

// 600 bytes.
const std::string data = R"({"text":")" + std::string(589, 'x') + R"("})";

eventstore::EventDraft booking(std::uint64_t number, kernel::Ids& ids, kernel::Instant now) {
    eventstore::EventDraft draft;
    draft.id = eventstore::EventId{ids.fresh(now)};
    draft.type = "scheduling.appointment_booked";
    draft.tags = {fmt::format("appointment:01900000-0000-7000-8000-{}", number),
                  fmt::format("resource_month:01900000-0000-7000-8001-{}/2026-12", number % 1000),
                  fmt::format("client_visits:01900000-0000-7000-8002-{}/2026", number % 10000)};
    draft.data = data;
    return draft;
}
// So many callers, each of whom asks again as soon as he is answered, until the time is over.
class Callers {
  public:
    Callers(eventstore::Writer& writer, const kernel::TenantId& tenant,
            std::atomic<std::uint64_t>& next, Clock::time_point end)
        : writer_(writer), tenant_(tenant), next_(next), end_(end) {}

    std::uint64_t run(unsigned callers) {
        under_way_ = callers;
        for (unsigned i = 0; i < callers; ++i) ask();
        std::unique_lock lock(mutex_);
        last_left_.wait(lock, [&] { return under_way_ == 0; });
        if (!refused_.empty()) throw std::runtime_error("an append was refused: " + refused_);
        return appended_;
    }

  private:
    void ask() {
        if (Clock::now() >= end_) return leave();
        std::vector<eventstore::EventDraft> events;
        {
            const std::scoped_lock lock(mutex_);  // the ids: the first are asked for by `run`
            events.push_back(booking(next_++, ids_, kernel::Instant{}));
        }
        eventstore::AppendCondition condition{eventstore::Query::tagged(events[0].tags.front())};
        auto asked =
            writer_.append(tenant_, {{"system", "bench"}, {}, {}}, std::move(events),
                           std::move(condition), [this](kernel::Result<eventstore::Appended> done) {
                               if (!done) return leave(done.error().code);
                               ++appended_;
                               ask();
                           });
        if (!asked) leave(asked.error().code);
    }
    void leave(const std::string& refusal = {}) {
        const std::scoped_lock lock(mutex_);
        if (!refusal.empty()) refused_ = refusal;
        if (--under_way_ == 0) last_left_.notify_one();  // locked: `run` takes all this away
    }

    eventstore::Writer& writer_;
    const kernel::TenantId& tenant_;
    std::atomic<std::uint64_t>& next_;
    Clock::time_point end_;
    eventstore::RandomIds ids_;
    std::atomic<std::uint64_t> appended_ = 0;
    std::mutex mutex_;
    std::condition_variable last_left_;
    unsigned under_way_ = 0;
    std::string refused_;
};
}  // namespace

ConditionalAppend::ConditionalAppend(const std::filesystem::path& directory, int mark_interval_ms)
    : log_(directory, mark_interval_ms) {}

double ConditionalAppend::per_second(unsigned callers, double seconds) {
    const auto begun = Clock::now();
    Callers all(log_.writer(), log_.tenant(), next_,
                begun + std::chrono::duration_cast<Clock::duration>(
                            std::chrono::duration<double>(seconds)));
    const auto appended = all.run(callers);
    const std::chrono::duration<double> took = Clock::now() - begun;
    return static_cast<double>(appended) / took.count();
}

}  // namespace almanac::benchmarks
