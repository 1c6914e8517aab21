// After any history every report is what the list of events says, read in the plainest way; and
// what the views hold live they hold again when they are rebuilt.
#include <array>
#include <set>
#include <tuple>

#include "tests/projections/report_salon.hpp"

namespace almanac::projections {
namespace {
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// An appointment as its events leave it.
struct Visit {
    std::string client, service, made_in, status;
    std::vector<std::string> resources;
    Instant start{};
    kernel::LocalDate day{};
    std::int64_t price = 0;
};

struct Figures {
    std::int64_t booked = 0, completed = 0, cancelled = 0, no_show = 0, revenue = 0;
    void add(const Visit& visit) {
        ++booked;
        completed += visit.status == "completed";
        cancelled += visit.status == "cancelled";
        no_show += visit.status == "no_show";
        if (visit.status == "completed") revenue += visit.price;
    }
    auto operator<=>(const Figures&) const = default;
};

class ReportHistoryTest : public ReportSalon {
  protected:
    static std::string text(const Value& value) {
        return value.is_string() ? std::string(value.get_string()) : std::string();
    }
    static void place(Visit& visit, const Value& occupancy) {
        visit.service = text(occupancy.at("service_id"));
        visit.start = *kernel::parse_instant(text(occupancy.at("start")));
        visit.day = kernel::Zone::find("Europe/Madrid")->local_date(visit.start);
        visit.resources.clear();
        for (const auto& each : occupancy.at("resources").get_array())
            visit.resources.push_back(text(each.at("id")));
    }
    // From the records alone, by their names.
    std::map<std::string, Visit> visits() {
        std::map<std::string, Visit> all;
        for (std::uint64_t position = 1; position <= house.log().last_position(); ++position) {
            const auto record = must(house.log().record(position));
            const auto data = kernel::json::parse_own(record.data);
            const auto what = record.type.substr(record.type.find('.') + 1);
            if (what == "appointment_booked") {
                auto& visit = all[text(data.at("id"))];
                const auto* client = data.get_object().if_contains("client_id");
                visit.client = client ? text(*client) : "";
                visit.made_in = text(data.at("reference_day")).substr(0, 7) + "-01";
                place(visit, data.at("occupancy"));
            } else if (what == "appointment_rescheduled" || what == "appointment_reassigned") {
                place(all[text(data.at("id"))], data.at("occupancy"));
            } else if (what == "appointment_cancelled") {
                all[text(data.at("id"))].status = "cancelled";
            } else if (what == "appointment_no_show") {
                all[text(data.at("id"))].status = "no_show";
            } else if (what == "appointment_completed") {
                auto& visit = all[text(data.at("id"))];
                visit.status = "completed";
                visit.price = data.at("final_price").at("amount").to_number<std::int64_t>();
            }
        }
        return all;
    }
    static Figures figures(const Value& row) {
        const auto number = [&](const char* name) {
            return row.at(name).to_number<std::int64_t>();
        };
        return {number("booked"), number("completed"), number("cancelled"), number("no_show"),
                row.at("revenue").at("amount").to_number<std::int64_t>()};
    }

    void happen_something() {
        const auto may = [&](std::string_view command, const std::string& body,
                             const std::string& target) {
            [[maybe_unused]] const auto done = house.run(tenant, command, body, target);
        };
        const auto now = std::chrono::floor<hours>(house.clock().now());
        const auto start = kernel::to_string(now + hours(1 + pick(24 * 40)));
        const auto which = made.empty() ? lucia : one_of(made);
        switch (pick(16)) {
            case 0:
                return may("cancel_appointment", "{}", which);
            case 1:
                return may("mark_no_show", "{}", which);
            case 2:
                return may("reschedule_appointment", "{'start':'" + start + "'}", which);
            case 3:
            case 4:
                return may("complete_appointment",
                           pick(2)
                               ? "{}"
                               : fmt::format("{{'final_price':{{'amount':{},'currency':'EUR'}}}}",
                                             pick(9'000)),
                           which);
            case 5:
                return may("reassign_appointment",
                           "{'resource_ids':['" + (pick(2) ? eva : ana) + "']}", which);
            case 6:
                return may(pick(2) ? "check_in_appointment" : "start_appointment", "{}", which);
            case 7:
                return may("record_payment",
                           "{'amount':{'amount':100,'currency':'EUR'},'method':'cash'}", which);
            case 8:
                return may("refund_payment",
                           "{'amount':{'amount':50,'currency':'EUR'},'reason':'r'}", which);
            case 9:
                return may("hold_slot", "{'service_id':'" + cut + "','start':'" + start + "'}", "");
            default:
                break;
        }
        const auto who = std::vector<std::string>{lucia, marta, ""}[pick(3)];
        const auto by =
            who.empty() ? std::string("'method':'walk_in'") : "'client_id':'" + who + "'";
        const auto done = house.run(
            tenant, "book_appointment",
            "{'service_id':'" + (pick(2) ? cut : color) + "'," + by + ",'start':'" + start + "'}");
        if (done) made.push_back(done->id);
    }
    using Visits = std::map<std::string, Visit>;
    static kernel::LocalDate monday(kernel::LocalDate day) {
        return day - days{static_cast<int>(kernel::weekday(day))};
    }
    void expect_stats(const Visits& all) {
        const auto by = [&](const char* group, const char* member, auto key_of) {
            std::map<std::string, Figures> expected, found;
            for (const auto& [id, visit] : all) {
                for (const auto& key : key_of(visit)) expected[key].add(visit);
            }
            auto asked = range;
            asked["group_by"] = group;
            const auto answer = ask("appointment_stats", asked);
            for (const auto& row : answer.at("data").get_array()) {
                if (figures(row) != Figures{}) found[text(row.at(member))] = figures(row);
            }
            EXPECT_EQ(found, expected) << group;
        };
        const auto one = [](std::string key) { return std::vector<std::string>{std::move(key)}; };
        by("day", "date", [&](const Visit& v) { return one(kernel::to_string(v.day)); });
        by("week", "date", [&](const Visit& v) { return one(kernel::to_string(monday(v.day))); });
        by("month", "date",
           [&](const Visit& v) { return one(kernel::to_string(v.day).substr(0, 7) + "-01"); });
        by("service", "service_id", [&](const Visit& v) { return one(v.service); });
        by("resource", "resource_id", [](const Visit& v) { return v.resources; });
    }
    void expect_clients(const Visits& all) {
        for (const auto& client : {lucia, marta}) {
            Figures expected;
            std::optional<Instant> last, next;
            for (const auto& [id, v] : all) {
                if (v.client != client) continue;
                expected.add(v);
                if (v.status == "completed") last = std::max(last.value_or(v.start), v.start);
                if (v.status.empty() && v.start >= house.clock().now())
                    next = std::min(next.value_or(v.start), v.start);
            }
            auto answer = ask("client_summary", {{"client_id", client}});
            const auto spent = answer.at("total_spent");
            answer.get_object()["revenue"] = spent;
            EXPECT_EQ(figures(answer), expected);
            EXPECT_EQ(text(answer.at("last_visit")), last ? kernel::to_string(*last) : "");
            EXPECT_EQ(text(answer.at("next_visit")), next ? kernel::to_string(*next) : "");
        }
    }
    void expect_metrics(const Visits& all, const std::string& period) {
        const auto first = [&](const Visit& v) {
            if (period == "day") return kernel::to_string(v.day);
            if (period == "week") return kernel::to_string(monday(v.day));
            return kernel::to_string(v.day).substr(0, 7) + "-01";
        };
        std::map<std::string, std::tuple<Figures, std::int64_t, std::int64_t>> expected, found;
        std::map<std::string, std::set<std::string>> periods_of;  // of a client, by date
        for (const auto& [id, v] : all) {
            std::get<0>(expected[first(v)]).add(v);
            if (v.status == "completed" && !v.client.empty()) periods_of[v.client].insert(first(v));
        }
        for (const auto& [client, visited] : periods_of) {
            for (const auto& each : visited) {
                auto& [unused, fresh, returning] = expected[each];
                ++(each == *visited.begin() ? fresh : returning);
            }
        }
        auto asked = range;
        asked["period"] = period;
        const auto answer = ask("business_metrics", asked);
        for (const auto& row : answer.at("data").get_array()) {
            const auto number = [&](const char* name) {
                return row.at(name).to_number<std::int64_t>();
            };
            const Figures told{number("appointments_scheduled"), number("appointments_completed"),
                               number("appointments_cancelled"), number("appointments_no_show"),
                               row.at("revenue_total").at("amount").to_number<std::int64_t>()};
            if (told == Figures{} && number("new_clients") + number("returning_clients") == 0)
                continue;
            found[text(row.at("metric_date"))] = {told, number("new_clients"),
                                                  number("returning_clients")};
        }
        EXPECT_EQ(found, expected) << period;
    }
    void expect_sums(const Visits& all) {
        const auto sums = [&](const char* report, const char* member, auto key_of) {
            std::map<std::string, std::array<std::int64_t, 3>> expected, found;
            for (const auto& [id, v] : all) {
                auto& [total, completed, revenue] = expected[key_of(v)];
                ++total;
                if (v.status != "completed") continue;
                ++completed;
                revenue += v.price;
            }
            const auto answer = ask(report);
            for (const auto& row : answer.at("data").get_array()) {
                found[text(row.at(member))] = {
                    row.at("total_bookings").to_number<std::int64_t>(),
                    row.at("completed_bookings").to_number<std::int64_t>(),
                    row.at("total_revenue").at("amount").to_number<std::int64_t>()};
            }
            EXPECT_EQ(found, expected) << report;
        };
        sums("monthly_booking_stats", "month", [](const Visit& v) { return v.made_in; });
        sums("service_performance", "service_id", [](const Visit& v) { return v.service; });
    }
    void expect_dashboard(const Visits& all) {
        const auto today = kernel::Zone::find("Europe/Madrid")->local_date(house.clock().now());
        Figures of_today;
        std::int64_t next_7_days = 0;
        std::set<std::pair<Instant, std::string>> open;
        for (const auto& [id, v] : all) {
            if (v.day == today) of_today.add(v);
            if (!v.status.empty()) continue;
            next_7_days += v.day > today && v.day <= today + days{7};
            if (v.start >= house.clock().now()) open.emplace(v.start, id);
        }
        const auto glance = ask("dashboard");
        EXPECT_EQ(figures(glance.at("today")), of_today);
        EXPECT_EQ(glance.at("upcoming").at("next_7_days"), next_7_days);
        std::set<std::pair<Instant, std::string>> shown;
        for (const auto& each : glance.at("upcoming").at("appointments").get_array())
            shown.emplace(*kernel::parse_instant(text(each.at("start"))), text(each.at("id")));
        while (open.size() > 10) open.erase(std::prev(open.end()));
        EXPECT_EQ(shown, open);
    }
    // 2026-12-01 and a little more than half a year: every start there can be.
    const Object range{{"from", "2026-12-01"}, {"to", "2027-07-31"}};
    std::vector<std::string> made;
};

TEST_F(ReportHistoryTest, every_report_is_what_the_events_say) {
    for (int step = 0; step < 600; ++step) {
        house.clock().advance(minutes(pick(400)));
        happen_something();
        if (pick(9) == 0) views.catch_up();
    }
    const auto all = visits();
    ASSERT_GT(all.size(), 40U);
    expect_stats(all);
    expect_clients(all);
    for (const auto* period : {"day", "week", "month"}) expect_metrics(all, period);
    expect_sums(all);
    expect_dashboard(all);
    expect_rebuilt();
}

}  // namespace
}  // namespace almanac::projections
