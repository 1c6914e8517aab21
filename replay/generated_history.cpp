#include "replay/generated_history.hpp"

#include <algorithm>

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int lead_days = 21;
constexpr hours notice{4};       // more than any service asks
constexpr hours confirmable{9};  // what waits can still be confirmed at the next tick
constexpr int free_tries = 8;
}  // namespace

GeneratedHistory::GeneratedHistory(GeneratedBusiness business, std::uint64_t appointments,
                                   std::size_t clients)
    : business_(std::move(business)), wanted_(appointments), clients_wanted_(clients) {
    business_.client_ids.reserve(clients);  // addresses stay
}

std::size_t GeneratedHistory::first_clients() const {
    return std::min(clients_wanted_, std::max<std::size_t>(5, clients_wanted_ * 2 / 5));
}

void GeneratedHistory::create_clients(GeneratorRun& run, std::size_t count) {
    for (std::size_t i = 0; i < count && clients() < clients_wanted_; ++i) {
        const auto index = clients();
        business_.client_ids.emplace_back();
        run.send({"create_client", business_.id, "", business_.client(index), ""},
                 &business_.client_ids.back());
    }
}

void GeneratedHistory::release_freed() {
    for (const auto& range : freed_) business_.calendar.release(range);
    freed_.clear();
}

void GeneratedHistory::tick(GeneratorRun& run, const HistoryTime& time, std::uint64_t bookings) {
    ++tick_;
    release_freed();
    business_.calendar.forget_before(business_.calendar.date_of(time.tick) - days{1});
    clients_usable_ = clients();
    std::vector<Due> now_due;
    while (!due_.empty() && due_.top().at <= time.tick) {
        now_due.push_back(due_.top());
        due_.pop();
    }
    for (const auto& due : now_due) act(run, time, due);
    for (std::uint64_t i = 0; i < bookings && !is_done(); ++i) {
        if (!book(run, time)) break;
    }
    const auto first = first_clients();
    const auto share = (clients_wanted_ - first) * asked_ / std::max<std::uint64_t>(1, wanted_);
    const auto due_clients = first + static_cast<std::size_t>(share);
    if (due_clients > clients()) create_clients(run, due_clients - clients());
}

void GeneratedHistory::act(GeneratorRun& run, const HistoryTime& time, const Due& due) {
    auto& booking = *due.booking;
    if (booking.acted_tick == tick_) return due_.push(due);
    if (!booking.id.empty() && send_act(run, time, due)) booking.acted_tick = tick_;
    if (--booking.acts_left == 0) spare_.push_back(&booking);
}

bool GeneratedHistory::send_act(GeneratorRun& run, const HistoryTime& time, const Due& due) {
    auto& booking = *due.booking;
    CommandCall call;
    call.tenant = business_.id;
    call.id = booking.id;
    const auto end = business_.calendar.end_of(booking.range);
    switch (due.act) {
        case Act::move:
            return send_move(run, time, booking);
        case Act::confirm:
            call.command = "confirm_appointment";
            break;
        case Act::cancel:
            call.command = "cancel_appointment";
            call.body = {{"by", business_.dice.chance(70) ? "client" : "business"},
                         {"reason", "Something came up"}};
            freed_.push_back(booking.range);
            break;
        case Act::complete:
            if (end > time.now) return false;  // has not happened yet
            call.command = "complete_appointment";
            call.body = {{"completed_at", kernel::to_string(end)}};
            break;
        case Act::no_show:
            if (business_.calendar.start_of(booking.range) > time.now) return false;
            call.command = "mark_no_show";
            break;
    }
    run.send(std::move(call), nullptr);
    return true;
}

bool GeneratedHistory::send_move(GeneratorRun& run, const HistoryTime& time, Booking& booking) {
    if (business_.calendar.start_of(booking.range) < time.now) return false;
    const HistoryTime later{std::max(time.tick, time.now), time.now};
    const auto range = find_free(later, booking.service);
    if (!range) return false;
    CommandCall call;
    call.command = "reschedule_appointment";
    call.tenant = business_.id;
    call.id = booking.id;
    call.body = {{"start", kernel::to_string(business_.calendar.start_of(*range))},
                 {"resource_ids", json::Array{json::Value(business_.person_ids[range->person]),
                                              json::Value(business_.room_ids[range->person])}}};
    run.send(std::move(call), nullptr);
    freed_.push_back(booking.range);
    business_.calendar.take(*range);
    booking.range = *range;
    plan(booking, Act::complete, business_.calendar.end_of(*range));
    return true;
}

// Near days are likelier than far ones; where they are full, the first day that is not.
std::optional<QuarterRange> GeneratedHistory::find_free(const HistoryTime& time,
                                                        std::size_t service) {
    const auto& wanted = business_.services[service];
    auto& dice = business_.dice;
    const auto today = business_.calendar.date_of(time.tick);
    const auto earliest = time.tick + (wanted.waits ? confirmable : notice);
    const auto look = [&](int lead, std::size_t person) {
        return business_.calendar.find(today + days{lead}, person, wanted.quarters,
                                       wanted.buffer_quarters, earliest, dice);
    };
    for (int i = 0; i < free_tries; ++i) {
        const int lead = std::min(dice.between(0, lead_days), dice.between(0, lead_days));
        if (auto range = look(lead, dice.pick(wanted.people))) return range;
    }
    for (int lead = 0; lead < 3 * lead_days; ++lead) {
        for (const auto person : wanted.people) {
            if (auto range = look(lead, person)) return range;
        }
    }
    return std::nullopt;
}

bool GeneratedHistory::book(GeneratorRun& run, const HistoryTime& time) {
    auto& dice = business_.dice;
    const auto service =
        std::min(dice.below(business_.services.size()), dice.below(business_.services.size()));
    const auto client = std::min(dice.below(clients_usable_), dice.below(clients_usable_));
    const auto range = find_free(time, service);
    if (!range) return false;
    ++asked_;
    business_.calendar.take(*range);
    const auto start = business_.calendar.start_of(*range);
    json::Object body{{"service_id", business_.service_ids[service]},
                      {"client_id", business_.client_ids[client]},
                      {"start", kernel::to_string(start)},
                      {"resource_ids", json::Array{json::Value(business_.person_ids[range->person]),
                                                   json::Value(business_.room_ids[range->person])}},
                      {"method", dice.chance(65) ? "online" : "phone"}};
    if (dice.chance(15)) body["client_notes"] = "Please ring when it is my turn";
    if (start < time.now + notice) {
        body["method"] = "staff";
        body["off_grid_reason"] = "Recorded afterwards";
    }
    Booking* booking = nullptr;
    if (spare_.empty()) {
        booking = &bookings_.emplace_back();
    } else {
        booking = spare_.back();
        spare_.pop_back();
        *booking = {};
    }
    booking->range = *range;
    booking->service = service;
    run.send({"book_appointment", business_.id, "", std::move(body), ""}, &booking->id, &booked_);
    plan(*booking, time);
    return true;
}

Instant GeneratedHistory::between(Instant from, Instant until) {
    const auto span = std::chrono::duration_cast<minutes>(until - from).count();
    if (span <= 1) return from;
    return from + minutes{1 + static_cast<std::int64_t>(
                                  business_.dice.below(static_cast<std::size_t>(span - 1)))};
}

void GeneratedHistory::plan(Booking& booking, Act act, Instant at) {
    ++booking.acts_left;
    due_.push({at, ++planned_, act, &booking});
}

// What becomes of it: confirmed where it waits for that, then moved, cancelled, given or missed.
void GeneratedHistory::plan(Booking& booking, const HistoryTime& time) {
    const auto start = business_.calendar.start_of(booking.range);
    const auto end = business_.calendar.end_of(booking.range);
    auto from = time.tick;
    // What has begun when it is written down waits for nobody.
    if (business_.services[booking.service].waits && start > time.now + hours{1}) {
        from = between(from, std::min(start - hours{5}, from + hours{20}));
        plan(booking, Act::confirm, from);
    }
    const auto fate = business_.dice.below(100);
    if (fate < 11) return plan(booking, Act::cancel, between(from, start));
    if (fate < 20) return plan(booking, Act::move, between(from, start - hours{2}));
    if (fate < 25) return plan(booking, Act::no_show, start + minutes{30});
    plan(booking, Act::complete, end);
}

}  // namespace almanac::replay
