#include "ops/benchmarks/slot_business.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "ops/benchmarks/http_load.hpp"

namespace almanac::benchmarks {
namespace {
using namespace std::chrono;

constexpr const char* weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                    "friday", "saturday", "sunday"};

kernel::Uuid id(std::uint8_t kind, std::uint64_t number) {
    kernel::Uuid uuid;
    uuid.bytes[0] = kind;
    for (std::size_t i = 0; i < 8; ++i)
        uuid.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return uuid;
}

std::string rfc_3339(sys_seconds t) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(t));
}

std::string hour(unsigned h) {
    return fmt::format("{:02}:00", h);
}
}  // namespace

// Resource by resource and day by day, each at another whole hour, of those there are.
SlotBusiness::SlotBusiness(const SlotBusinessSize& size)
    : size_(size), first_day_(floor<days>(system_clock::now()) + days(1)) {
    const unsigned kept = size_.duration_minutes + size_.buffer_after_minutes;
    const unsigned apart = (kept + 59) / 60;  // hours
    const unsigned places = (size_.to_hour - size_.from_hour) / apart;
    if (std::uint64_t{size_.resources} * size_.days * places < size_.appointments)
        throw std::runtime_error("a business with more appointments than it has room for");
    for (unsigned n = 0; n < size_.appointments; ++n) {
        const unsigned resource = n % size_.resources;
        const unsigned turn = n / size_.resources;  // of this resource
        const unsigned place = (turn / size_.days + resource) % places;
        const auto start = sys_seconds(first_day_ + days(turn * 7 % size_.days)) +
                           hours(size_.from_hour + place * apart);
        visits_.push_back({resource, start});
    }
    std::ranges::sort(visits_, {}, [](const Visit& v) { return std::pair(v.start, v.resource); });
    const auto twice = std::ranges::adjacent_find(visits_, [](const Visit& a, const Visit& b) {
        return a.start == b.start && a.resource == b.resource;
    });
    if (twice != visits_.end()) throw std::runtime_error("two appointments at one time");
}

scheduling::Snapshot SlotBusiness::snapshot() const {
    scheduling::Snapshot s;
    s.service.id = id(2, 1);
    s.service.duration_minutes = static_cast<int>(size_.duration_minutes);
    s.service.slot_step_minutes = static_cast<int>(size_.step_minutes);
    s.service.buffer_after_minutes = static_cast<int>(size_.buffer_after_minutes);
    s.locations.push_back({id(3, 0), kernel::Zone::utc(), {}});
    s.roles.push_back({"staff", {}, 1, true, {}});
    scheduling::Schedule schedule;
    for (int day = 0; day < 7; ++day) {
        schedule.windows.push_back({static_cast<kernel::Weekday>(day),
                                    {static_cast<std::int32_t>(size_.from_hour * 60)},
                                    {static_cast<std::int32_t>(size_.to_hour * 60)},
                                    std::nullopt});
    }
    for (unsigned r = 0; r < size_.resources; ++r) {
        scheduling::SlotResource resource;
        resource.id = id(4, r);
        resource.location = s.locations[0].id;
        resource.schedules = {schedule};
        s.roles[0].candidates.push_back(resource.id);
        s.resources.push_back(std::move(resource));
    }
    for (std::size_t n = 0; n < visits_.size(); ++n) {
        auto& resource = s.resources[visits_[n].resource];
        scheduling::Allocation a;
        a.owner = id(5, n);
        a.service = s.service.id;
        a.start = visits_[n].start;
        a.end = a.start + minutes(size_.duration_minutes);
        a.buffer_after_minutes = static_cast<int>(size_.buffer_after_minutes);
        a.resources = {resource.id};
        resource.allocations.push_back(std::move(a));
    }
    return s;
}

scheduling::SlotQuery SlotBusiness::query(unsigned days_asked) const {
    scheduling::SlotQuery query;
    query.from = first_day_;
    query.to = first_day_ + days(days_asked);
    query.now = floor<kernel::Micros>(system_clock::now());
    return query;
}

std::string SlotBusiness::post(const std::string& path, const std::string& body) const {
    std::string request;
    append_post(request, path, key_, body);
    const auto answer = benchmarks::exchange(port_, request);
    if (answer.status != 201)
        throw std::runtime_error(fmt::format("POST {}: {} {}", path, answer.status, answer.body));
    return benchmarks::id_in(answer.body);
}

std::string SlotBusiness::service_body() const {
    return fmt::format(R"({{"name":"Slots","duration_minutes":{},"slot_step_minutes":{},)"
                       R"("buffer_after_minutes":{},"price":{{"amount":2500,"currency":"EUR"}}}})",
                       size_.duration_minutes, size_.step_minutes, size_.buffer_after_minutes);
}

std::string SlotBusiness::schedule_body() const {
    std::string windows;
    for (const auto* day : weekdays) {
        windows +=
            fmt::format(R"({}{{"day":"{}","from":"{}","to":"{}"}})", windows.empty() ? "" : ",",
                        day, hour(size_.from_hour), hour(size_.to_hour));
    }
    return fmt::format(R"({{"windows":[{}]}})", windows);
}

void SlotBusiness::create(std::uint16_t port, const std::string& key, const std::string& slug) {
    port_ = port;
    key_ = key;
    base_ = "/v1/tenants/" + slug;
    post("/v1/tenants", fmt::format(R"({{"slug":"{}","name":"Slots","business_type":"salon",)"
                                    R"("time_zone":"UTC","currency":"EUR","locale":"en"}})",
                                    slug));
    service_ = post(base_ + "/services", service_body());
    const auto client = post(base_ + "/clients", R"({"first_name":"Ana"})");
    std::vector<std::string> resources;
    for (unsigned r = 0; r < size_.resources; ++r) {
        resources.push_back(post(base_ + "/resources",
                                 fmt::format(R"({{"type":"staff","name":"Stylist {}"}})", r)));
        post(base_ + "/resources/" + resources.back() + "/schedules", schedule_body());
    }
    for (const auto& visit : visits_) {
        post(base_ + "/appointments",
             fmt::format(
                 R"({{"service_id":"{}","client_id":"{}","start":"{}","resource_ids":["{}"]}})",
                 service_, client, rfc_3339(visit.start), resources[visit.resource]));
    }
}

void SlotBusiness::append_question(unsigned days_asked, std::string& out) const {
    append_get(out,
               fmt::format("{}/slots?service_id={}&from={}&to={}", base_, service_,
                           rfc_3339(first_day_), rfc_3339(first_day_ + days(days_asked))),
               key_);
}

std::string SlotBusiness::sql() const {
    std::string out = fmt::format(
        "INSERT INTO services (id, tenant_id, name, duration_minutes, buffer_time_minutes, "
        "slot_step_minutes, min_advance_booking_hours) "
        "VALUES (numbered(2, 1), numbered(1, 0), 'Slots', {}, {}, {}, 0);\n",
        size_.duration_minutes, size_.buffer_after_minutes, size_.step_minutes);
    out += fmt::format(
        "INSERT INTO resources (id, tenant_id, name, type) SELECT numbered(4, 100000 + r), "
        "numbered(1, 0), 'Stylist ' || r, 'staff' FROM generate_series(0, {0} - 1) r;\n"
        "INSERT INTO service_resources (service_id, resource_id) SELECT numbered(2, 1), "
        "numbered(4, 100000 + r) FROM generate_series(0, {0} - 1) r;\n"
        "INSERT INTO resource_schedules (resource_id, day_of_week, start_time, end_time) SELECT "
        "numbered(4, 100000 + r), d, '{1}', '{2}' FROM generate_series(0, {0} - 1) r, "
        "generate_series(0, 6) d;\n",
        size_.resources, hour(size_.from_hour), hour(size_.to_hour));
    std::string visits;
    for (std::size_t n = 0; n < visits_.size(); ++n) {
        visits += fmt::format("{}({}, {}, '{:%Y-%m-%d %H:%M}'::timestamp)", n == 0 ? "" : ", ", n,
                              visits_[n].resource, fmt::gmtime(visits_[n].start));
    }
    out += fmt::format(
        "WITH visit(n, resource, start) AS (VALUES {0}), booked AS ("
        "INSERT INTO appointments (id, tenant_id, service_id, client_id, scheduled_start, "
        "scheduled_end, status) SELECT numbered(5, n), numbered(1, 0), numbered(2, 1), "
        "numbered(3, 0), start, start + interval '{1} min', 'confirmed' FROM visit) "
        "INSERT INTO appointment_resources (appointment_id, resource_id, allocated_start, "
        "allocated_end) SELECT numbered(5, n), numbered(4, 100000 + resource), start, "
        "start + interval '{2} min' FROM visit;\n",
        visits, size_.duration_minutes, size_.duration_minutes + size_.buffer_after_minutes);
    return out + "ANALYZE;\n";
}

}  // namespace almanac::benchmarks
