#include "ops/benchmarks/booked_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>

namespace almanac::benchmarks {
namespace {
using namespace std::chrono;

constexpr unsigned resources = 1'000;
constexpr unsigned clients = 10'000;
constexpr std::uint64_t batch_events = 512;
constexpr sys_days first_day{2027y / January / 4};

template <class T>
T value_or_throw(kernel::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    return std::move(*result);
}

// UUIDs as they are made: of version 7, later ones behind earlier ones.
kernel::Uuid uuid_of(std::uint8_t kind, std::uint64_t number) {
    kernel::Uuid id;
    id.bytes = {0x01, 0x94, kind, 0, 0, 0, 0x70, 0, 0x80};
    for (std::size_t i = 0; i < 3; ++i)
        id.bytes[5 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    for (std::size_t i = 0; i < 7; ++i)
        id.bytes[15 - i] = static_cast<std::uint8_t>((number * 0x9e3779b97f4a7c15ULL) >> (8 * i));
    return id;
}
std::string text_of(std::uint8_t kind, std::uint64_t number) {
    return kernel::to_string(uuid_of(kind, number));
}

enum Kind : std::uint8_t { of_booking = 1, of_event, of_resource, of_client, of_service, of_place };

std::string sealed(std::string_view subject) {
    return fmt::format(R"({{"sealed":"AQAAAAFY-YXbSPo2Wl3P7RMFbBwDHNQBfgRWxIBteDZhd0DF143TSSGb9Lt4)"
                       R"(DVF7Z5MafXk-kkTHAft4KA","of":"{}"}})",
                       subject);
}

std::string data_of(std::uint64_t number, sys_seconds start) {
    const auto client = text_of(of_client, number % clients);
    const auto name = sealed("client:" + client);
    const auto day = fmt::format("{:%Y-%m-%d}", fmt::gmtime(start));
    return fmt::format(
        R"({{"id":"{}","status":"confirmed","reference":"BK-{}","reference_day":"{}",)"
        R"("client_id":"{}","occupancy":{{"service_id":"{}","start":"{:%Y-%m-%dT%H:%M:%SZ}",)"
        R"("end":"{:%Y-%m-%dT%H:%M:%SZ}","buffer_before_minutes":0,"buffer_after_minutes":0,)"
        R"("location_id":"{}","service_day":"{}","party_size":1,"resources":[)"
        R"({{"role":"stylist","id":"{}"}},{{"role":"chair","id":"{}"}}]}},"method":"online",)"
        R"("service_name":"Haircut","price":{{"amount":2500,"currency":"EUR"}},"customer":)"
        R"({{"first_name":{},"last_name":{},"email":{},"phone":{}}}}})",
        text_of(of_booking, number), number, day, client, text_of(of_service, number % 20),
        fmt::gmtime(start), fmt::gmtime(start + minutes(30)), text_of(of_place, 0), day,
        text_of(of_resource, number % resources), text_of(of_resource, resources + number % 50),
        name, name, name, name);
}

eventstore::Record record_of(std::uint64_t number, const kernel::TenantId& tenant) {
    const auto turn = number / resources;  // of this resource
    const auto start = sys_seconds(first_day) + minutes(30) * turn;
    const auto day = fmt::format("{:%Y-%m-%d}", fmt::gmtime(start));
    const auto month = day.substr(0, 7);
    eventstore::Record record;
    record.id = eventstore::EventId{uuid_of(of_event, number)};
    record.type = "scheduling.appointment_booked";
    record.tenant = tenant;
    record.sequence = number;
    record.time = kernel::instant_from_micros(1'796'000'000'000'000 +
                                              static_cast<std::int64_t>(number) * 1'000);
    record.actor = {"api_key", text_of(of_event, 0)};
    record.correlation_id = text_of(of_event, number);
    record.tags = {
        "appointment:" + text_of(of_booking, number),
        fmt::format("resource_month:{}/{}", text_of(of_resource, number % resources), month),
        fmt::format("resource_month:{}/{}", text_of(of_resource, resources + number % 50), month),
        fmt::format("service_day:{}/{}", text_of(of_service, number % 20), day),
        "booking_reference:" + day,
        fmt::format("client_visits:{}/{}", text_of(of_client, number % clients), day.substr(0, 4)),
        "usage:" + month};
    record.data = data_of(number, start);
    record.metadata = fmt::format(R"({{"request_id":"{}","address":{}}})",
                                  text_of(of_event, number), sealed("trace:api_key/bench/2027-01"));
    return record;
}
}  // namespace

BookedLog::BookedLog(const std::filesystem::path& directory)
    : directory_(directory),
      log_(value_or_throw(eventstore::Log::open(directory, eventstore::LogMode::create))) {}

kernel::TenantId BookedLog::tenant() const {
    return kernel::TenantId{uuid_of(0, 1)};
}
kernel::Uuid BookedLog::booking(std::uint64_t number) const {
    return uuid_of(of_booking, number);
}

void BookedLog::fill(std::uint64_t bookings) {
    auto next = log_->last_position();
    std::string bytes;
    for (const auto end = next + bookings; next < end;) {
        eventstore::LogBatch batch(*log_);
        for (std::uint64_t i = 0; i < batch_events && next < end; ++i, ++next) {
            auto record = record_of(next, tenant());
            bytes.clear();
            if (auto done = eventstore::encode_to(bytes, record); !done)
                throw std::runtime_error(done.error().detail);
            batch.put_event(next + 1, record, bytes);
        }
        if (auto done = log_->commit(batch); !done) throw std::runtime_error(done.error().detail);
    }
    // Opened again its files stay as they are, and others may read them.
    log_.reset();
    log_ = value_or_throw(eventstore::Log::open(directory_, eventstore::LogMode::read_write));
}

std::size_t BookedLog::record_bytes() const {
    return value_or_throw(log_->record_bytes(log_->last_position())).size();
}

}  // namespace almanac::benchmarks
