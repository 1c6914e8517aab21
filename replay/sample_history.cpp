#include "replay/sample_history.hpp"

#include <fmt/format.h>

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::LocalDate;
using std::chrono::days;

constexpr int numbers_per_day = 16;
}  // namespace

json::Object sample_metadata(const SampleBusiness& business, std::int64_t number,
                             LocalDate first_date) {
    return {{"sample", business.slug},
            {"sample_number", number},
            {"sample_from", kernel::to_string(first_date)}};
}

SampleHistory::SampleHistory(const SampleBusiness& business, BusinessLookup& lookup, Things things,
                             Run run, LocalDate first_date)
    : business_(business),
      lookup_(lookup),
      things_(std::move(things)),
      run_(std::move(run)),
      first_date_(first_date),
      zone_(kernel::Zone::find(business.time_zone).value_or(kernel::Zone::utc())) {}

// The same local time of another date.
std::optional<Instant> SampleHistory::time_on(LocalDate date, Instant offered) const {
    const auto local = zone_.to_local(offered);
    const auto midnight = std::chrono::floor<days>(local);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - midnight);
    if (!zone_.date_exists(date)) return std::nullopt;
    return zone_.to_instant(date, {static_cast<std::int32_t>(minutes.count())});
}

Result<CommandDone> SampleHistory::act(const char* command, const std::string& id,
                                       json::Object body) {
    CommandCall call;
    call.command = command;
    call.id = id;
    call.body = std::move(body);
    return run_(std::move(call), fmt::format("history/{}/{}", command, id));
}

Result<void> SampleHistory::settle(const json::Object& service, const std::string& id, Instant end,
                                   Dice& dice) {
    if (dice.chance(8)) {
        auto marked = act("mark_no_show", id);
        if (!marked) return std::unexpected(std::move(marked.error()));
        ++made_["no-shows"];
        return {};
    }
    const auto at = kernel::to_string(end);
    const auto* price = service.if_contains("price");
    if (price && price->at("amount").to_number<std::int64_t>() > 0) {
        auto paid = act(
            "record_payment", id,
            {{"amount", *price}, {"method", dice.chance(65) ? "card" : "cash"}, {"paid_at", at}});
        if (!paid) return std::unexpected(std::move(paid.error()));
        ++made_["payments"];
    }
    auto completed = act("complete_appointment", id, {{"completed_at", at}});
    if (!completed) return std::unexpected(std::move(completed.error()));
    ++made_["completed"];
    return {};
}

Result<std::optional<SampleHistory::Booked>> SampleHistory::book(const Visit& visit, Dice& dice) {
    const auto free_week = first_date_ + days{business_.days};
    const auto ahead = (visit.date - free_week).count() % 7;
    const auto mirror = free_week + days{ahead < 0 ? ahead + 7 : ahead};
    const auto [from, to] = zone_.day(mirror);
    const auto& service_id = things_.ids.at(std::string(visit.service.at("slug").as_string()));
    const auto slots = lookup_.slots(things_.tenant, service_id, from, to);
    if (!slots) return std::unexpected(slots.error());
    if (slots->empty()) return std::optional<Booked>{};
    const auto& slot = dice.pick(*slots);
    const auto start = time_on(visit.date, slot.start);
    if (!start) return std::optional<Booked>{};
    const auto start_text = kernel::to_string(*start);
    json::Array resources;
    for (const auto& id : slot.resources) resources.emplace_back(id);
    CommandCall call;
    call.command = "book_appointment";
    call.body = {{"service_id", service_id},
                 {"client_id", visit.client},
                 {"start", start_text},
                 {"resource_ids", std::move(resources)},
                 {"method", "staff"},
                 {"off_grid_reason", "Entered from the paper diary"},
                 {"metadata", sample_metadata(business_, visit.number, first_date_)}};
    const auto booked =
        run_(std::move(call), fmt::format("appointment/{}/{}", visit.number, start_text));
    if (!booked) {
        // Two of the diary's lines cannot have been at the same time.
        if (booked.error().kind == kernel::RejectionKind::conflict) return std::optional<Booked>{};
        return std::unexpected(booked.error());
    }
    const std::chrono::minutes length{visit.service.at("duration_minutes").to_number<int>()};
    return Booked{booked->id, *start + length};
}

Result<void> SampleHistory::enter_one(LocalDate date, std::int64_t number, Dice dice) {
    const auto& service = dice.pick(business_.services);
    const auto booked = book({date, number, service, dice.pick(things_.clients)}, dice);
    if (!booked) return std::unexpected(booked.error());
    if (!*booked) return {};
    ++made_["appointments"];
    return settle(service, (*booked)->id, (*booked)->end, dice);
}

Result<std::map<std::string, int>> SampleHistory::enter(const std::set<std::int64_t>& known) {
    for (int day = business_.past_days; day > 0; --day) {
        const auto date = first_date_ - days{1 + day};
        const auto of_day =
            Dice(business_.seed).branch(static_cast<std::uint64_t>(day) + 2'000'000);
        const int wanted =
            Dice(of_day).between(business_.bookings_a_day_min, business_.bookings_a_day_max);
        for (int i = 0; i < wanted; ++i) {
            const auto number = sample_history_numbers + day * numbers_per_day + i;
            if (known.contains(number)) continue;
            auto dice = of_day.branch(static_cast<std::uint64_t>(i) + 1);
            if (auto entered = enter_one(date, number, dice); !entered)
                return std::unexpected(std::move(entered.error()));
        }
    }
    return std::move(made_);
}

}  // namespace almanac::replay
