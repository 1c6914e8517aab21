#include "replay/sample_closures.hpp"

#include <fmt/format.h>

#include <array>

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::LocalDate;
using std::chrono::days;

constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};

std::string text_at(const json::Object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value ? std::string(value->as_string()) : std::string();
}

// These members of it, where they are there.
json::Object members(const json::Object& from, std::initializer_list<std::string_view> names) {
    json::Object some;
    for (const auto name : names)
        if (const auto* value = from.if_contains(name)) some[name] = *value;
    return some;
}
}  // namespace

SampleClosures::SampleClosures(BusinessLookup& lookup, Things things, Run run, LocalDate first_date)
    : lookup_(lookup), things_(std::move(things)), run_(std::move(run)), first_date_(first_date) {}

LocalDate SampleClosures::date_of(const json::Object& given) const {
    auto date = first_date_ + days{given.at("in_days").to_number<int>()};
    const auto weekday = text_at(given, "weekday");
    while (!weekday.empty() &&
           weekdays.at(static_cast<std::size_t>(kernel::weekday(date))) != weekday)
        date += days{1};
    return date;
}

void SampleClosures::put_times(const json::Object& given, json::Object& body) const {
    if (given.contains("local_start")) {
        body["local_start"] = given.at("local_start");
        body["local_end"] = given.at("local_end");
        return;
    }
    const auto at = [](LocalDate date, const std::string& time) {
        return kernel::to_string(date) + 'T' + (time.empty() ? "00:00" : time);
    };
    const auto first = date_of(given);
    const auto* whole = given.if_contains("days");
    const auto last = whole ? first + days{whole->to_number<int>()} : first;
    body["local_start"] = at(first, text_at(given, "from"));
    body["local_end"] = at(last, text_at(given, "to"));
}

Result<void> SampleClosures::make(const Result<bool>& known, const char* kind, CommandCall call,
                                  const std::string& key) {
    if (!known) return std::unexpected(known.error());
    if (*known) {
        ++counts_.found[kind];
        return {};
    }
    const auto done = run_(std::move(call), key);
    if (!done) return std::unexpected(done.error());
    if (!done->replayed) ++counts_.made[kind];
    return {};
}

Result<void> SampleClosures::enter_block(const json::Object& block) {
    const auto resource = text_at(block, "resource");
    const auto location = text_at(block, "location");
    const auto& owner = resource.empty() ? location : resource;
    const auto id = owner.empty() ? std::string() : things_.ids.at(owner);
    json::Object scope;
    if (!resource.empty())
        scope["resource_id"] = id;
    else if (!location.empty())
        scope["location_id"] = id;
    else
        scope["everything"] = true;
    CommandCall call;
    call.command = "add_block";
    call.body = members(block, {"kind", "rrule", "reason"});
    call.body["scope"] = std::move(scope);
    put_times(block, call.body);
    const auto kind = text_at(block, "kind");
    const auto key = fmt::format("block/{}/{}/{}", kind, owner, text_at(call.body, "local_start"));
    const auto known = lookup_.has_block(things_.tenant, {kind, id, text_at(block, "rrule")});
    return make(known, "blocks", std::move(call), key);
}

Result<void> SampleClosures::enter_override(const json::Object& given) {
    const auto slug = text_at(given, "resource");
    CommandCall call;
    call.command = "set_override";
    call.id = things_.ids.at(slug);
    call.date = kernel::to_string(date_of(given));
    call.body = members(given, {"closed", "windows", "reason"});
    const auto key = fmt::format("override/{}/{}", slug, call.date);
    const auto known = lookup_.has_override(things_.tenant, call.id);
    return make(known, "overrides", std::move(call), key);
}

Result<SampleClosures::Counts> SampleClosures::enter(const SampleBusiness& business) {
    for (const auto& block : business.blocks)
        if (auto entered = enter_block(block); !entered)
            return std::unexpected(std::move(entered.error()));
    for (const auto& each : business.overrides)
        if (auto entered = enter_override(each); !entered)
            return std::unexpected(std::move(entered.error()));
    return std::move(counts_);
}

}  // namespace almanac::replay
