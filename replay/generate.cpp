#include "replay/generate.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "replay/failure.hpp"
#include "replay/generated_history.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using std::chrono::days;
using std::chrono::hours;

constexpr hours tick_length{4};
constexpr std::uint64_t ticks_a_day = 6;
constexpr std::uint64_t days_at_least = 30;   // over which a business spreads its bookings
constexpr std::uint64_t person_bookings = 5;  // a day, so that much stays free
constexpr std::uint64_t past_days = 60;       // recorded afterwards, where the clock stands
constexpr std::uint64_t future_days = 300;    // within every booking window
constexpr std::uint64_t sandbox_days = 3 * 365;

class Generator {
  public:
    Generator(const GenerateWish& wish, CommandTarget& target, const GenerateProgress& progress)
        : wish_(wish), run_(target), progress_(progress) {}

    Result<GenerateSummary> generate() {
        const auto began = std::chrono::steady_clock::now();
        const auto now = run_.target().now();
        if (!now) return std::unexpected(now.error());
        time_ = {*now, *now};
        summary_.from = *now;
        make_histories();
        using Step = Result<void> (Generator::*)();
        for (const Step step :
             {&Generator::found, &Generator::furnish, &Generator::open_doors, &Generator::live}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
        }
        run_.fill(summary_);
        summary_.until = time_.now;
        for (const auto& history : histories_) {
            summary_.tenants.push_back(history->business().slug);
            summary_.clients += history->clients();
            summary_.appointments += history->booked();
        }
        summary_.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        return std::move(summary_);
    }

  private:
    void make_histories();
    Result<void> found();
    Result<void> furnish();
    Result<void> open_doors();
    Result<void> live();
    Result<void> move_time();
    std::uint64_t bookings_of_tick(const GeneratedHistory& history, std::uint64_t tick) const;
    std::int64_t days_recorded_afterwards() const;
    void report() const;

    const GenerateWish& wish_;
    GeneratorRun run_;
    const GenerateProgress& progress_;
    GenerateSummary summary_;
    HistoryTime time_;
    std::uint64_t bookings_a_day_ = 1;  // of each business
    std::vector<std::unique_ptr<GeneratedHistory>> histories_;
};

void Generator::make_histories() {
    const auto days_at_most = wish_.sandbox ? sandbox_days : past_days + future_days;
    const auto each = (wish_.appointments + wish_.tenants - 1) / wish_.tenants;
    const auto a_day = (each + days_at_most - 1) / days_at_most;
    const auto people_min = static_cast<std::size_t>(a_day / person_bookings + 1);
    bookings_a_day_ = std::max<std::uint64_t>(a_day, 3 * person_bookings);
    bookings_a_day_ = std::min(bookings_a_day_, (each + days_at_least - 1) / days_at_least);
    bookings_a_day_ = std::max(bookings_a_day_, a_day);
    auto left = wish_.appointments;
    for (std::size_t number = 0; number < wish_.tenants; ++number) {
        const auto share = std::min(left, each);
        left -= share;
        const auto clients = wish_.clients.value_or(std::clamp<std::size_t>(
            static_cast<std::size_t>(share / 6), 10, generated_clients_max));
        histories_.push_back(std::make_unique<GeneratedHistory>(
            generate_business(wish_.seed, number, people_min), share, clients));
    }
}

Result<void> Generator::found() {
    for (auto& history : histories_) {
        auto& business = history->business();
        run_.send({"create_tenant", "", "", business.tenant, ""}, &business.id);
    }
    if (auto settled = run_.settle(); !settled) return settled;
    for (const auto& history : histories_) {
        if (!history->business().id.empty()) continue;
        GenerateSummary said;
        run_.fill(said);
        return kernel::conflict(
            "generated_before",
            fmt::format("Tenant {} cannot be made; another --seed makes others. "
                        "The first refusal: {}",
                        history->business().slug, said.first_rejection));
    }
    return {};
}

Result<void> Generator::furnish() {
    for (auto& history : histories_) {
        auto& business = history->business();
        for (std::size_t i = 0; i < business.people.size(); ++i) {
            run_.send({"create_resource", business.id, "", business.people[i], ""},
                      &business.person_ids[i]);
            run_.send({"create_resource", business.id, "", business.rooms[i], ""},
                      &business.room_ids[i]);
        }
        for (std::size_t i = 0; i < business.services.size(); ++i) {
            run_.send({"create_service", business.id, "", business.services[i].body, ""},
                      &business.service_ids[i]);
        }
    }
    return run_.settle();
}

Result<void> Generator::open_doors() {
    for (auto& history : histories_) {
        auto& business = history->business();
        for (const auto& person : business.person_ids) {
            run_.send({"set_schedule", business.id, person, business.calendar.schedule(), ""},
                      nullptr);
        }
        history->create_clients(run_, history->first_clients());
    }
    return run_.settle();
}

// An even share of the day's bookings, the remainder spread over its ticks.
std::uint64_t Generator::bookings_of_tick(const GeneratedHistory& history,
                                          std::uint64_t tick) const {
    if (history.is_done()) return 0;
    return bookings_a_day_ * (tick + 1) / ticks_a_day - bookings_a_day_ * tick / ticks_a_day;
}

Result<void> Generator::move_time() {
    time_.tick += tick_length;
    if (!wish_.sandbox) return {};
    time_.now = time_.tick;
    return run_.target().move_clock(time_.now);
}

// Two fifths of the history, so that it goes on into the future however short it is.
std::int64_t Generator::days_recorded_afterwards() const {
    const auto length = wish_.appointments / (wish_.tenants * bookings_a_day_);
    return static_cast<std::int64_t>(std::min(past_days, length * 2 / 5));
}

void Generator::report() const {
    std::uint64_t booked = 0;
    for (const auto& history : histories_) booked += history->booked();
    progress_(booked, run_.events());
}

Result<void> Generator::live() {
    const auto last = wish_.sandbox ? Instant::max() : time_.now + days{future_days};
    if (!wish_.sandbox) time_.tick -= days{days_recorded_afterwards()};
    const auto is_done = [&] {
        return std::ranges::all_of(histories_, [](const auto& each) { return each->is_done(); });
    };
    for (std::uint64_t tick = 0; !is_done() && time_.tick < last; ++tick) {
        if (auto moved = move_time(); !moved) return moved;
        for (auto& history : histories_) {
            history->tick(run_, time_, bookings_of_tick(*history, tick % ticks_a_day));
        }
        if (auto settled = run_.settle(); !settled) return settled;
        report();
    }
    return {};
}
}  // namespace

json::Object GenerateSummary::to_json() const {
    json::Array slugs;
    for (const auto& slug : tenants) slugs.emplace_back(slug);
    json::Object codes;
    for (const auto& [code, count] : rejected) codes[code] = count;
    json::Value first = nullptr;
    if (!first_rejection.empty()) first = first_rejection;
    return {{"tenants", std::move(slugs)},
            {"clients", clients},
            {"appointments", appointments},
            {"commands", commands},
            {"events", events},
            {"rejected", std::move(codes)},
            {"first_rejection", std::move(first)},
            {"from", kernel::to_string(from)},
            {"until", kernel::to_string(until)},
            {"seconds", seconds},
            {"events_per_second", seconds > 0 ? static_cast<double>(events) / seconds : 0.0}};
}

Result<GenerateSummary> generate(const GenerateWish& wish, CommandTarget& target,
                                 const GenerateProgress& progress) {
    if (wish.sandbox && !target.is_sandbox()) {
        return kernel::reject(std::string(code_arguments),
                              "This is no sandbox: its clock cannot be moved. almanacd init "
                              "--sandbox-time makes one.");
    }
    return Generator(wish, target, progress).generate();
}

}  // namespace almanac::replay
