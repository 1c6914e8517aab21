#include "ops/benchmarks/booking_world.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>

#include "ops/benchmarks/http_load.hpp"

namespace almanac::benchmarks {
namespace {
constexpr unsigned slots_per_day = 48;
constexpr unsigned wave = 1'000;           // clients who come at the same time
constexpr unsigned bookings_per_note = 4;  // as in the sample business (replay/sample.cpp)

std::string id_in(std::string_view body) {
    constexpr std::string_view name = R"("id":")";
    const auto at = body.find(name);
    if (at == std::string_view::npos)
        throw std::runtime_error(fmt::format("no id in: {}", body.substr(0, 400)));
    return std::string(body.substr(at + name.size(), 36));
}

std::string all_day_every_day() {
    std::string windows;
    for (const char* day :
         {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
        fmt::format_to(std::back_inserter(windows),
                       R"({}{{"day":"{}","from":"00:00","to":"24:00"}})",
                       windows.empty() ? "" : ",", day);
    return fmt::format(R"({{"windows":[{}]}})", windows);
}
}  // namespace

BookingWorld::BookingWorld(std::uint16_t port, std::string key, const WorldSize& size)
    : port_(port), key_(std::move(key)), size_(size), base_("/v1/tenants/" + slug_) {
    first_day_ = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) +
                 std::chrono::days(1);
    create("/v1/tenants", fmt::format(R"({{"slug":"{}","name":"Bench","business_type":"salon",)"
                                      R"("time_zone":"UTC","currency":"EUR","locale":"en"}})",
                                      slug_));
    service_ = create(base_ + "/services",
                      R"({"name":"Haircut","duration_minutes":30,"booking_window_days":730,)"
                      R"("price":{"amount":2500,"currency":"EUR"}})");
    resources_ = create_many(base_ + "/resources", size_.resources,
                             R"({{"type":"staff","name":"Stylist {0}"}})");
    clients_ = create_many(base_ + "/clients", size_.clients + size_.fresh_clients,
                           R"({{"first_name":"Client","last_name":"Number {0}",)"
                           R"("email":"client{0}@example.com","phone":"+34600{0:06}"}})");
    create_schedules();
}

std::string BookingWorld::create(const std::string& target, const std::string& body) const {
    std::string request;
    append_post(request, target, key_, body);
    const auto answer = exchange(port_, request);
    if (answer.status != 201)
        throw std::runtime_error(fmt::format("POST {}: {} {}", target, answer.status, answer.body));
    return id_in(answer.body);
}

std::vector<std::string> BookingWorld::create_many(const std::string& target, unsigned count,
                                                   const std::string& body_format) const {
    std::vector<std::string> ids(count);
    LoadPlan plan{.port = port_, .connections = 16, .requests_max = count};
    plan.request = [&](std::uint64_t number, std::string& out) {
        append_post(out, target, key_, fmt::format(fmt::runtime(body_format), number));
    };
    plan.answer = [&](std::uint64_t number, int, std::string_view body, auto) {
        ids[number] = id_in(body);
    };
    const auto result = run_load(plan);
    if (result.accepted != count)
        throw std::runtime_error(fmt::format("POST {}: {}", target, result.first_refusal));
    return ids;
}

void BookingWorld::create_schedules() const {
    const auto body = all_day_every_day();
    LoadPlan plan{.port = port_, .connections = 16, .requests_max = resources_.size()};
    plan.request = [&](std::uint64_t number, std::string& out) {
        append_post(out, fmt::format("{}/resources/{}/schedules", base_, resources_[number]), key_,
                    body);
    };
    const auto result = run_load(plan);
    if (result.accepted != resources_.size())
        throw std::runtime_error("POST schedules: " + result.first_refusal);
}

std::uint64_t BookingWorld::slots() const {
    return std::uint64_t{size_.resources} * size_.days * slots_per_day;
}

std::uint64_t BookingWorld::fresh_slots() const {
    return std::uint64_t{size_.resources} * size_.fresh_days * slots_per_day;
}

void BookingWorld::append_booking(std::uint64_t number, std::string& out) const {
    append_booking(number, 0, size_.days, client_of(number), out);
}

const std::string& BookingWorld::client_of(std::uint64_t number) const {
    if (size_.visits == 0) return clients_[number % size_.clients];
    const auto waves = number / wave / size_.visits;
    return clients_[(waves * wave + number % wave) % size_.clients];
}

void BookingWorld::append_fresh_booking(std::uint64_t number, std::string& out) const {
    const auto& client = clients_[size_.clients + number % size_.fresh_clients];
    append_booking(number, size_.days, size_.fresh_days, client, out);
}

void BookingWorld::append_booking(std::uint64_t number, unsigned from_day, unsigned days,
                                  const std::string& client, std::string& out) const {
    const auto turn = number / resources_.size();  // of this resource
    const auto day = size_.day_by_day ? turn / slots_per_day : turn % days;
    const auto slot = size_.day_by_day ? turn % slots_per_day : turn / days;
    const auto start = std::chrono::sys_seconds(first_day_) + std::chrono::days(from_day + day) +
                       std::chrono::minutes(30) * slot;
    const bool has_notes = number % bookings_per_note == 0;
    append_post(
        out, base_ + "/appointments", key_,
        fmt::format(R"({{"service_id":"{}","client_id":"{}",)"
                    R"("start":"{:%Y-%m-%dT%H:%M:%SZ}","resource_ids":["{}"]{}}})",
                    service_, client, fmt::gmtime(start), resources_[number % resources_.size()],
                    has_notes ? R"(,"client_notes":"A window seat, please.")" : ""),
        size_.idempotency_keys ? fmt::format("booking-{}-of-day-{}", number, from_day) : "");
}

void BookingWorld::append_question(std::uint64_t number, std::string& out) const {
    const auto from = std::chrono::sys_seconds(first_day_) + std::chrono::days(number % size_.days);
    append_get(
        out,
        fmt::format("{}/slots?service_id={}&from={:%Y-%m-%dT%H:%M:%SZ}&to={:%Y-%m-%dT%H:%M:%SZ}",
                    base_, service_, fmt::gmtime(from), fmt::gmtime(from + std::chrono::days(1))),
        key_);
}

void BookingWorld::wait_for_views() const {
    std::string request;
    append_get(request, base_ + "/appointments?limit=1", key_);
    request.insert(request.size() - 2, "Prefer: wait=30\r\n");
    for (int tries = 0; tries < 20; ++tries) {
        const auto answer = exchange(port_, request);
        if (answer.status == 200) return;
        if (answer.status != 503)
            throw std::runtime_error(fmt::format("GET: {} {}", answer.status, answer.body));
    }
    throw std::runtime_error("the views do not catch up");
}

}  // namespace almanac::benchmarks
