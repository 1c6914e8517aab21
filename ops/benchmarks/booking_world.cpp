#include "ops/benchmarks/booking_world.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "ops/benchmarks/http_load.hpp"

namespace almanac::benchmarks {
namespace {
constexpr unsigned slots_per_day = 48;
constexpr unsigned wave = 1'000;           // clients who come at the same time
constexpr unsigned block_resources = 100;  // whose month is booked out at a time
constexpr unsigned block_days = 30;
constexpr unsigned bookings_per_note = 4;  // as in the sample business (replay/sample.cpp)

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
    service_ = create(
        base_ + "/services",
        fmt::format(R"({{"name":"Haircut","duration_minutes":30,"booking_window_days":730,)"
                    R"("requires_confirmation":{},"price":{{"amount":2500,"currency":"EUR"}}}})",
                    size_.requires_confirmation));
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
    LoadPlan plan{.port = port_, .connections = 64, .requests_max = count};
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

BookingWorld::Place BookingWorld::place_of(std::uint64_t number) const {
    if (!size_.month_by_month) {
        const auto turn = number / size_.resources;  // of this resource
        return {number % size_.resources, turn % size_.days, turn / size_.days};
    }
    const auto block = number / (block_resources * block_days * slots_per_day);
    const auto turn = number / block_resources % (block_days * slots_per_day);
    const auto blocks = std::max(1U, size_.resources / block_resources);
    return {block % blocks * block_resources + number % block_resources,
            block / blocks * block_days + turn / slots_per_day, turn % slots_per_day};
}

const std::string& BookingWorld::client_of(std::uint64_t number) const {
    if (size_.visits == 0) return clients_[number % size_.clients];
    const auto waves = number / wave / size_.visits;
    return clients_[(waves * wave + number % wave) % size_.clients];
}

void BookingWorld::append_booking(std::uint64_t number, std::string& out) const {
    append_booking(number, place_of(number), client_of(number), out);
}

void BookingWorld::append_fresh_booking(std::uint64_t number, std::string& out) const {
    const auto& client = clients_[size_.clients + number % size_.fresh_clients];
    const auto turn = number / size_.resources;
    append_booking(
        number,
        {number % size_.resources, size_.days + turn % size_.fresh_days, turn / size_.fresh_days},
        client, out);
}

void BookingWorld::append_booking(std::uint64_t number, const Place& place,
                                  const std::string& client, std::string& out) const {
    const auto start = std::chrono::sys_seconds(first_day_) + std::chrono::days(place.day) +
                       std::chrono::minutes(30) * place.slot;
    const bool has_notes = number % bookings_per_note == 0;
    append_post(
        out, base_ + "/appointments", key_,
        fmt::format(R"({{"service_id":"{}","client_id":"{}",)"
                    R"("start":"{:%Y-%m-%dT%H:%M:%SZ}","resource_ids":["{}"]{}}})",
                    service_, client, fmt::gmtime(start), resources_[place.resource],
                    has_notes ? R"(,"client_notes":"A window seat, please.")" : ""),
        size_.idempotency_keys ? fmt::format("booking-{}-of-day-{}", number, place.day) : "");
}

std::uint64_t BookingWorld::resources_of(std::uint64_t bookings) const {
    constexpr auto block = std::uint64_t{block_resources} * block_days * slots_per_day;
    const auto begun =
        size_.month_by_month ? (bookings + block - 1) / block * block_resources : bookings;
    return std::min<std::uint64_t>(size_.resources, begun);
}

void BookingWorld::append_confirmation(std::string_view appointment, std::string& out) const {
    append_post(out, fmt::format("{}/appointments/{}/confirm", base_, appointment), key_, "{}");
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
