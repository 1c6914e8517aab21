#include "replay/sample_loyalty.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::LocalDate;
using std::chrono::days;
using Done = Result<void>;

// Numbers from here on are of these visits.
constexpr std::int64_t visit_numbers = sample_history_numbers + 500'000;
constexpr int days_tried_max = 7;  // until the salon was open and somebody had time

std::string text_at(const json::Object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value ? std::string(value->as_string()) : std::string();
}
std::int64_t number_at(const json::Object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value ? value->to_number<std::int64_t>() : 0;
}
// What can only be done once the visits before it have earned their points.
bool wants_points(const json::Object& visit) {
    return visit.contains("points") || visit.contains("referred_by");
}
}  // namespace

SampleLoyalty::SampleLoyalty(const SampleBusiness& business, CommandTarget& target,
                             BusinessLookup& lookup, Things things, SampleHistory& history,
                             SampleHistory::Run run, LocalDate first_date)
    : business_(business),
      target_(target),
      lookup_(lookup),
      things_(std::move(things)),
      history_(history),
      run_(std::move(run)),
      first_date_(first_date),
      zone_(kernel::Zone::find(business.time_zone).value_or(kernel::Zone::utc())) {}

Result<std::string> SampleLoyalty::act(const char* command, const std::string& id,
                                       json::Object body, const std::string& key,
                                       const char* kind) {
    CommandCall call;
    call.command = command;
    call.id = id;
    call.body = std::move(body);
    const auto done = run_(std::move(call), "loyalty/" + key);
    if (!done) return std::unexpected(done.error());
    if (kind && done->events > 0 && !done->replayed) ++counts_.made[kind];
    return done->id;
}

LocalDate SampleLoyalty::date_of(const json::Object& given) const {
    return first_date_ - days{1 + number_at(given, "days_ago")};
}

const json::Object& SampleLoyalty::service_of(const Visit& visit) const {
    const auto slug = text_at(visit.given, "service");
    return *std::ranges::find_if(business_.services, [&](const json::Object& each) {
        return text_at(each, "slug") == slug;
    });
}

json::Value SampleLoyalty::points_value(std::int64_t points) const {
    const auto& rate = business_.loyalty.program.at("redemption").as_object();
    const auto& value = rate.at("value").as_object();
    return json::Object{{"amount", points * number_at(value, "amount") / number_at(rate, "points")},
                        {"currency", value.at("currency")}};
}

Result<std::string> SampleLoyalty::account_of(const std::string& member) {
    auto found = lookup_.find_loyalty_account(things_.tenant, member);
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) return **found;
    return kernel::not_found("A member of the sample has no account.");
}

Done SampleLoyalty::enter_programme() {
    auto body = business_.loyalty.program;
    const auto slug = text_at(body, "slug");
    const auto found = lookup_.find_by_slug(things_.tenant, "loyalty_programs", slug);
    if (!found) return std::unexpected(found.error());
    auto id = found->value_or("");
    if (id.empty()) {
        body["active_from"] =
            kernel::to_string(first_date_ - days{1 + business_.loyalty.since_days_ago});
        auto made =
            act("create_loyalty_program", "", std::move(body), "program", "loyalty_programs");
        if (!made) return std::unexpected(std::move(made.error()));
        id = *made;
    } else {
        ++counts_.found["loyalty_programs"];
    }
    if (auto on = act("activate_loyalty_program", id, {}, "activate/" + id); !on)
        return std::unexpected(std::move(on.error()));
    return {};
}

Done SampleLoyalty::enrol_members() {
    for (const auto& each : business_.loyalty.members) {
        const auto& member = things_.ids.at(text_at(each, "client"));
        const auto found = lookup_.find_loyalty_account(things_.tenant, member);
        if (!found) return std::unexpected(found.error());
        if (*found) {
            ++counts_.found["loyalty_accounts"];
            continue;
        }
        const auto since = zone_.to_instant(date_of(each), kernel::LocalTime{10 * 60});
        const auto enrolled = act("enrol_member", "",
                                  {{"member", {{"kind", "client"}, {"id", member}}},
                                   {"enrolled_at", kernel::to_string(since)}},
                                  "member/" + member, "loyalty_accounts");
        if (!enrolled) return std::unexpected(enrolled.error());
    }
    return {};
}

// The day it was, or the next one on which it could be.
Result<std::optional<SampleHistory::Booked>> SampleLoyalty::book(const Visit& visit) {
    auto dice = Dice(business_.seed).branch(static_cast<std::uint64_t>(visit.number));
    const auto& service = service_of(visit);
    const auto last = first_date_ - days{2};  // it is over today
    for (int tried = 0; tried < days_tried_max; ++tried) {
        const auto date = date_of(visit.given) + days{tried};
        if (date > last) break;
        auto booked = history_.book({date, visit.number, service, visit.member}, dice);
        if (!booked || *booked) return booked;
    }
    return std::optional<SampleHistory::Booked>{};
}

Done SampleLoyalty::pay_with_points(const Visit& visit, const SampleHistory::Booked& booked) {
    const auto points = number_at(visit.given, "points");
    const auto account = account_of(visit.member);
    if (!account) return std::unexpected(account.error());
    const json::Object wish{{"account_id", *account},
                            {"points", points},
                            {"for", {{"kind", "appointment"}, {"id", booked.id}}}};
    auto redemption = act("redeem_points", "", wish, "redeem/" + booked.id, "redemptions");
    const auto use = [&]() -> Result<std::string> {
        if (!redemption) return redemption;
        return act("record_payment", booked.id,
                   {{"amount", points_value(points)},
                    {"method", "points"},
                    {"reference", *redemption},
                    {"paid_at", kernel::to_string(booked.end)}},
                   "points/" + *redemption, "payments");
    };
    auto paid = use();
    if (!paid && paid.error().code == "loyalty.redemption_expired") {  // reserved long ago
        redemption = act("redeem_points", "", wish, "redeem/again/" + *redemption, "redemptions");
        paid = use();
    }
    if (!paid) return std::unexpected(std::move(paid.error()));
    return {};
}

Done SampleLoyalty::pay(const Visit& visit, const SampleHistory::Booked& booked) {
    auto amount = service_of(visit).at("price").as_object();
    if (visit.given.contains("points")) {
        if (auto paid = pay_with_points(visit, booked); !paid) return paid;
        const auto value = points_value(number_at(visit.given, "points"));
        amount["amount"] = number_at(amount, "amount") - number_at(value.as_object(), "amount");
    }
    const auto at = kernel::to_string(booked.end);
    auto paid = act("record_payment", booked.id,
                    {{"amount", std::move(amount)}, {"method", "card"}, {"paid_at", at}},
                    "paid/" + booked.id, "payments");
    if (!paid) return std::unexpected(std::move(paid.error()));
    auto completed = act("complete_appointment", booked.id, {{"completed_at", at}},
                         "completed/" + booked.id, "completed");
    if (!completed) return std::unexpected(std::move(completed.error()));
    return {};
}

Done SampleLoyalty::register_referral(const Visit& visit) {
    const auto account = account_of(things_.ids.at(text_at(visit.given, "referred_by")));
    if (!account) return std::unexpected(account.error());
    const auto made =
        act("create_referral_code", "", {{"account_id", *account}}, "code/" + *account);
    if (!made) return std::unexpected(made.error());
    const auto code = lookup_.referral_code(things_.tenant, *made);
    if (!code) return std::unexpected(code.error());
    const auto registered =
        act("register_referral", "",
            {{"code", *code}, {"referee", {{"kind", "client"}, {"id", visit.member}}}},
            "referral/" + visit.member, "referrals");
    if (!registered) return std::unexpected(registered.error());
    return {};
}

Done SampleLoyalty::enter_visit(const Visit& visit, const FoundAppointment* known) {
    if (known && known->status == "completed") return {};
    if (visit.given.contains("referred_by")) {
        if (auto registered = register_referral(visit); !registered) return registered;
    }
    if (known) {
        const std::chrono::minutes length{number_at(service_of(visit), "duration_minutes")};
        return pay(visit, {known->id, known->start + length});
    }
    const auto booked = book(visit);
    if (!booked) return std::unexpected(booked.error());
    if (!*booked) return {};  // it was a week of holidays
    ++counts_.made["appointments"];
    return pay(visit, **booked);
}

Done SampleLoyalty::enter_visits(const std::vector<FoundAppointment>& known) {
    std::map<std::int64_t, const FoundAppointment*> by_number;
    for (const auto& each : known) by_number[each.number] = &each;
    bool settled = false;
    auto number = visit_numbers;
    for (const auto& given : business_.loyalty.visits) {
        if (wants_points(given) && !std::exchange(settled, true)) {
            if (auto done = target_.settle(); !done) return done;
        }
        const Visit visit{given, number++, things_.ids.at(text_at(given, "client"))};
        const auto found = by_number.find(visit.number);
        auto entered = enter_visit(visit, found == by_number.end() ? nullptr : found->second);
        if (!entered) return entered;
    }
    return target_.settle();
}

// Of what was paid, after it has earned.
Done SampleLoyalty::refund(const std::vector<FoundAppointment>& visits) {
    for (const auto& each : visits) {
        const auto index = each.number - visit_numbers;
        if (index < 0 || index >= std::ssize(business_.loyalty.visits)) continue;
        const auto& given = business_.loyalty.visits[static_cast<std::size_t>(index)];
        const auto* refund = given.if_contains("refund");
        if (!refund || each.status != "completed") continue;
        auto back =
            act("refund_payment", each.id, refund->as_object(), "refund/" + each.id, "refunds");
        if (!back) return std::unexpected(std::move(back.error()));
    }
    return {};
}

Done SampleLoyalty::freeze() {
    for (const auto& each : business_.loyalty.members) {
        if (!each.contains("frozen")) continue;
        const auto account = account_of(things_.ids.at(text_at(each, "client")));
        if (!account) return std::unexpected(account.error());
        const auto frozen =
            act("freeze_loyalty_account", *account, {}, "freeze/" + *account, "frozen");
        if (!frozen) return std::unexpected(frozen.error());
    }
    return {};
}

Result<SampleLoyalty::Counts> SampleLoyalty::enter(const std::vector<FoundAppointment>& known) {
    if (business_.loyalty.program.empty()) return std::move(counts_);
    const auto failed = [](Done& done) { return std::unexpected(std::move(done.error())); };
    if (auto done = enter_programme(); !done) return failed(done);
    if (auto done = enrol_members(); !done) return failed(done);
    if (auto done = enter_visits(known); !done) return failed(done);
    const auto visits = lookup_.sample_appointments(things_.tenant, business_.slug);
    if (!visits) return std::unexpected(visits.error());
    if (auto done = refund(*visits); !done) return failed(done);
    if (auto done = freeze(); !done) return failed(done);
    if (auto done = target_.settle(); !done) return failed(done);
    return std::move(counts_);
}

}  // namespace almanac::replay
