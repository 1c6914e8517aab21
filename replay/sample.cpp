#include "replay/sample.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <set>

#include "replay/sample_closures.hpp"
#include "replay/sample_history.hpp"
#include "replay/sample_loyalty.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::LocalDate;
using std::chrono::days;

constexpr int numbers_per_day = 16;

class Loader {
  public:
    Loader(const SampleBusiness& business, CommandTarget& target, BusinessLookup& lookup,
           std::ostream& notes)
        : business_(business), target_(target), lookup_(lookup), notes_(notes) {}

    Result<SampleSummary> load() {
        summary_.sample = business_.slug;
        if (auto done = tenant(); !done) return std::unexpected(std::move(done.error()));
        const auto loaded = lookup_.sample_of(summary_.tenant_id);
        if (!loaded) return std::unexpected(loaded.error());
        if (*loaded == business_.slug) return std::move(summary_);
        using Step = Result<void> (Loader::*)();
        for (const Step step : {&Loader::categories, &Loader::locations, &Loader::resources,
                                &Loader::services, &Loader::clients, &Loader::find_booked,
                                &Loader::closures, &Loader::appointments, &Loader::mark_loaded}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(std::move(done.error()));
        }
        return std::move(summary_);
    }

  private:
    using Id = Result<std::string>;

    Result<CommandDone> run(CommandCall call, const std::string& key) {
        call.tenant = summary_.tenant_id;
        call.idempotency_key = fmt::format("sample/{}/{}", business_.slug, key);
        auto done = target_.run(std::move(call));
        if (done && done->events > 0 && !done->replayed) ++summary_.changes;
        return done;
    }

    // The id of what is there, or of what is made now.
    Id ensure(const std::string& kind, const std::string& collection, const std::string& name,
              const Result<std::optional<std::string>>& known, const json::Object& body) {
        if (!known) return std::unexpected(known.error());
        if (*known) {
            ++summary_.found[collection];
            return **known;
        }
        auto done = run({"create_" + kind, "", "", body, ""}, kind + '/' + name);
        if (done && done->replayed) {  // made less than a week ago and deleted since
            const auto id = done->id;
            done = run({"restore_" + kind, "", id, {}, ""}, kind + "/restore/" + id);
            if (done) done->id = id;
        }
        if (!done) {
            notes_ << fmt::format("  {} {} is refused\n", kind, name);
            return std::unexpected(std::move(done.error()));
        }
        ++summary_.created[collection];
        notes_ << fmt::format("  {} {}\n", kind, name);
        return done->id;
    }
    Id ensure_by_slug(const std::string& kind, const std::string& collection,
                      const json::Object& body) {
        const std::string slug(body.at("slug").as_string());
        return ensure(kind, collection, slug,
                      lookup_.find_by_slug(summary_.tenant_id, collection, slug), body);
    }

    // The records of a list, each under its slug.
    Result<void> ensure_all(const std::string& kind, const std::string& collection,
                            const std::vector<json::Object>& bodies) {
        for (const auto& body : bodies) {
            auto id = ensure_by_slug(kind, collection, with_ids(body));
            if (!id) return std::unexpected(std::move(id.error()));
            ids_[std::string(body.at("slug").as_string())] = *id;
        }
        return {};
    }
    json::Object with_ids(const json::Object& body) const;

    Result<void> tenant();
    Result<void> categories() {
        return ensure_all("service_category", "service_categories", business_.categories);
    }
    Result<void> locations() { return ensure_all("location", "locations", business_.locations); }
    Result<void> resources();
    Result<void> services() { return ensure_all("service", "services", business_.services); }
    Result<void> clients();
    Result<void> find_booked();
    Result<void> closures();
    Result<void> appointments();
    Result<void> mark_loaded();
    Result<void> book_day(int day);
    Result<bool> book(LocalDate date, int number, Dice& dice);
    Result<void> pay(const json::Object& service, const std::string& id);
    Result<void> enter_past();
    Result<void> settle_appointments();

    const SampleBusiness& business_;
    CommandTarget& target_;
    BusinessLookup& lookup_;
    std::ostream& notes_;
    SampleSummary summary_;
    std::map<std::string, std::string> ids_;  // by slug; of clients by e-mail
    std::vector<std::string> client_ids_;
    LocalDate first_date_;           // of the two weeks
    int next_day_ = 0;               // of them
    std::set<std::int64_t> booked_;  // numbers
    std::vector<FoundAppointment> found_;
};

Result<void> Loader::tenant() {
    auto id = ensure("tenant", "tenants", business_.slug, lookup_.find_tenant(business_.slug),
                     business_.tenant);
    if (!id) return std::unexpected(std::move(id.error()));
    summary_.tenant_id = *id;
    return {};
}

// What stands in it as the slug of another thing, as its id.
json::Object Loader::with_ids(const json::Object& body) const {
    const auto id_of = [&](const json::Value& slug) {
        return json::Value(ids_.at(std::string(slug.as_string())));
    };
    auto done = body;
    for (auto& [key, value] : done) {
        if (key == "location_id") value = id_of(value);
        if (key == "category_ids" || key == "candidates" || key == "preference") {
            for (auto& each : value.as_array()) each = id_of(each);
        }
        if (key != "requirements") continue;
        for (auto& each : value.as_array()) each = with_ids(each.as_object());
    }
    return done;
}

Result<void> Loader::resources() {
    for (const auto& resource : business_.resources) {
        auto id = ensure_by_slug("resource", "resources", with_ids(resource.body));
        if (!id) return std::unexpected(std::move(id.error()));
        const std::string slug(resource.body.at("slug").as_string());
        ids_[slug] = *id;
        if (resource.schedule.empty()) continue;
        const auto has = lookup_.has_schedule(summary_.tenant_id, *id);
        if (!has) return std::unexpected(has.error());
        if (*has) {
            ++summary_.found["schedules"];
            continue;
        }
        auto set = run({"set_schedule", "", *id, resource.schedule, ""}, "schedule/" + slug);
        if (!set) return std::unexpected(std::move(set.error()));
        ++summary_.created["schedules"];
        notes_ << fmt::format("  schedule of {}\n", slug);
    }
    return {};
}

Result<void> Loader::clients() {
    for (const auto& body : business_.clients) {
        const std::string email(body.at("email").as_string());
        auto id = ensure("client", "clients", email, lookup_.find_client(summary_.tenant_id, email),
                         body);
        if (!id) return std::unexpected(std::move(id.error()));
        client_ids_.push_back(*id);
        ids_[email] = *id;
    }
    return {};
}

// Books one of the starts that are offered on that day; false where nothing is free.
Result<bool> Loader::book(LocalDate date, int number, Dice& dice) {
    const auto zone = kernel::Zone::find(business_.time_zone).value_or(kernel::Zone::utc());
    const auto [from, to] = zone.day(date);
    const auto first = dice.below(business_.services.size());
    for (std::size_t i = 0; i < business_.services.size(); ++i) {
        const auto& service = business_.services[(first + i) % business_.services.size()];
        const auto& id = ids_[std::string(service.at("slug").as_string())];
        const auto slots = lookup_.slots(summary_.tenant_id, id, from, to);
        if (!slots) return std::unexpected(slots.error());
        if (slots->empty()) continue;
        // People fill the class that others have begun.
        const auto* capacity = service.if_contains("capacity");
        const bool joins = capacity && *capacity != 1 && dice.chance(60);
        const auto start =
            kernel::to_string(joins ? slots->front().start : dice.pick(*slots).start);
        json::Object body{{"service_id", id},
                          {"client_id", dice.pick(client_ids_)},
                          {"start", start},
                          {"method", dice.chance(60) ? "online" : "phone"},
                          {"metadata", sample_metadata(business_, number, first_date_)}};
        if (dice.chance(25)) body["client_notes"] = dice.pick(business_.client_notes);
        auto done = run({"book_appointment", "", "", std::move(body), ""},
                        fmt::format("appointment/{}/{}", number, start));
        if (!done) return std::unexpected(std::move(done.error()));
        ++summary_.created["appointments"];
        const auto* pays = service.if_contains("requires_payment");
        if (!pays || *pays != true || !dice.chance(75)) return true;
        if (auto paid = pay(service, done->id); !paid) return std::unexpected(paid.error());
        return true;
    }
    return false;
}

// What has to be paid first is, by most people.
Result<void> Loader::pay(const json::Object& service, const std::string& id) {
    CommandCall call;
    call.command = "record_payment";
    call.id = id;
    call.body = {{"amount", service.at("price")}, {"method", "card"}};
    if (auto paid = run(std::move(call), "paid/" + id); !paid)
        return std::unexpected(std::move(paid.error()));
    ++summary_.created["payments"];
    return {};
}

// Visits of the weeks before, and of a year of points.
Result<void> Loader::enter_past() {
    const auto run_it = [this](CommandCall call, const std::string& key) {
        return run(std::move(call), key);
    };
    SampleHistory history(business_, lookup_, {summary_.tenant_id, ids_, client_ids_}, run_it,
                          first_date_);
    const auto made = history.enter(booked_);
    if (!made) return std::unexpected(made.error());
    for (const auto& [kind, count] : *made) summary_.created[kind] += count;
    if (!made->empty()) notes_ << fmt::format("  the {} days before\n", business_.past_days);
    SampleLoyalty loyalty(business_, target_, lookup_, {summary_.tenant_id, ids_}, history, run_it,
                          first_date_);
    const auto entered = loyalty.enter(found_);
    if (!entered) return std::unexpected(entered.error());
    for (const auto& [kind, count] : entered->made) summary_.created[kind] += count;
    for (const auto& [kind, count] : entered->found) summary_.found[kind] += count;
    if (!entered->made.empty()) notes_ << "  a year of points\n";
    return {};
}

Result<void> Loader::book_day(int day) {
    const auto date = first_date_ + days{day};
    const auto of_day = Dice(business_.seed).branch(static_cast<std::uint64_t>(day));
    const int wanted =
        Dice(of_day).between(business_.bookings_a_day_min, business_.bookings_a_day_max);
    int made = 0;
    for (int i = 0; i < wanted; ++i) {
        const int number = day * numbers_per_day + i;
        if (booked_.contains(number)) continue;
        auto dice = of_day.branch(static_cast<std::uint64_t>(i) + 1);
        const auto booked = book(date, number, dice);
        if (!booked) return std::unexpected(booked.error());
        if (!*booked) break;
        ++made;
    }
    if (made > 0) notes_ << fmt::format("  {} bookings on {}\n", made, kernel::to_string(date));
    return {};
}

// Some of them are confirmed, some cancelled; what was touched before is left alone.
Result<void> Loader::settle_appointments() {
    const auto found = lookup_.sample_appointments(summary_.tenant_id, business_.slug);
    if (!found) return std::unexpected(found.error());
    for (const auto& each : *found) {
        auto dice =
            Dice(business_.seed).branch(static_cast<std::uint64_t>(each.number) + 1'000'000);
        const bool confirms = dice.chance(70);
        const bool cancels = dice.chance(12);
        const auto reason = dice.pick(business_.cancel_reasons);
        if (each.revision != 1 || each.number >= sample_history_numbers) continue;
        CommandCall call;
        call.id = each.id;
        if (cancels) {
            call.command = "cancel_appointment";
            call.body = {{"by", "client"}, {"reason", reason}};
        } else if (confirms && each.status == "pending") {
            call.command = "confirm_appointment";
        } else {
            continue;
        }
        const std::string kind = cancels ? "cancelled" : "confirmed";
        auto done = run(std::move(call), kind + '/' + each.id);
        if (!done) return std::unexpected(std::move(done.error()));
        if (done->events > 0 && !done->replayed) ++summary_.created[kind];
    }
    return {};
}

// Where an interrupted load left off: its first date, its last day and the numbers of that day.
Result<void> Loader::find_booked() {
    auto found = lookup_.sample_appointments(summary_.tenant_id, business_.slug);
    if (!found) return std::unexpected(std::move(found.error()));
    const auto now = target_.now();
    if (!now) return std::unexpected(now.error());
    const auto zone = kernel::Zone::find(business_.time_zone).value_or(kernel::Zone::utc());
    first_date_ = zone.local_date(*now) + days{1};
    for (const auto& each : *found) {
        booked_.insert(each.number);
        if (each.number < sample_history_numbers)
            next_day_ = std::max(next_day_, static_cast<int>(each.number) / numbers_per_day);
        if (const auto date = kernel::parse_local_date(each.first_date)) first_date_ = *date;
    }
    if (!booked_.empty()) summary_.found["appointments"] = static_cast<int>(booked_.size());
    found_ = std::move(*found);
    return {};
}

// Before anybody books, so that nobody books into them.
Result<void> Loader::closures() {
    SampleClosures closures(
        lookup_, {summary_.tenant_id, ids_},
        [this](CommandCall call, const std::string& key) { return run(std::move(call), key); },
        first_date_);
    const auto entered = closures.enter(business_);
    if (!entered) return std::unexpected(entered.error());
    for (const auto& [kind, count] : entered->made) {
        summary_.created[kind] += count;
        notes_ << fmt::format("  {} {}\n", count, kind);
    }
    for (const auto& [kind, count] : entered->found) summary_.found[kind] += count;
    return {};
}

Result<void> Loader::appointments() {
    if (auto entered = enter_past(); !entered) return entered;
    for (; next_day_ < business_.days; ++next_day_) {
        if (auto done = book_day(next_day_); !done) return done;
    }
    return settle_appointments();
}

// Says in the tenant's settings that it is complete; from then on no run changes anything.
Result<void> Loader::mark_loaded() {
    const auto now = target_.now();
    if (!now) return std::unexpected(now.error());
    CommandCall call;
    call.command = "change_tenant";
    call.id = summary_.tenant_id;
    call.body = {{"settings",
                  {{"sample",
                    {{"name", business_.slug},
                     {"about", business_.about},
                     {"loaded_at", kernel::to_string(*now)}}}}}};
    auto done = run(std::move(call), "loaded/" + kernel::to_string(*now));
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
}
}  // namespace

json::Object SampleSummary::to_json() const {
    json::Object made;
    json::Object there;
    for (const auto& [kind, count] : created) made[kind] = count;
    for (const auto& [kind, count] : found) there[kind] = count;
    return {{"sample", sample},   {"tenant_id", tenant_id},     {"changed", changes > 0},
            {"changes", changes}, {"created", std::move(made)}, {"found", std::move(there)}};
}

Result<SampleSummary> load_sample(const SampleBusiness& business, CommandTarget& target,
                                  BusinessLookup& lookup, std::ostream& notes) {
    return Loader(business, target, lookup, notes).load();
}

}  // namespace almanac::replay
