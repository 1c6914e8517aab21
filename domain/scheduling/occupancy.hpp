// scheduling/occupancy.hpp — what a booking takes, and the folds that count it: per resource and
// UTC month, per service and local day, per client and year, per reference day, per usage month.
// Every event that frees something repeats what it took (log.md), so each fold needs only its own
// events.
#pragma once
#include "domain/scheduling/calendar.hpp"
#include "domain/scheduling/service.hpp"
#include "domain/scheduling/slots.hpp"

namespace almanac::scheduling {

BOOST_DESCRIBE_STRUCT(AssignedResource, (), (role, id))
struct Appointment;
using AppointmentId = Id<Appointment>;
struct Hold;
using HoldId = Id<Hold>;
struct AppointmentSeries;
using SeriesId = Id<AppointmentSeries>;

struct Occupancy {
    ServiceId service_id;
    Instant start{};
    Instant end{};
    std::int32_t buffer_before_minutes = 0;
    std::int32_t buffer_after_minutes = 0;
    LocationId location_id;
    LocalDate service_day;  // local date of start
    std::int32_t party_size = 1;
    std::vector<AssignedResource> resources;
    bool operator==(const Occupancy&) const = default;
    Instant busy_from() const { return start - std::chrono::minutes{buffer_before_minutes}; }
    Instant busy_until() const { return end + std::chrono::minutes{buffer_after_minutes}; }
};
BOOST_DESCRIBE_STRUCT(Occupancy, (),
                      (service_id, start, end, buffer_before_minutes, buffer_after_minutes,
                       location_id, service_day, party_size, resources))

// ---- resource_month:<resource>/<UTC month> ----------------------------------------------------

BOOST_DESCRIBE_STRUCT(Allocation, (),
                      (owner, service, start, end, buffer_before_minutes, buffer_after_minutes,
                       party, expires_at, resources))
BOOST_DESCRIBE_STRUCT(Block, (), (id, start, end))
struct ResourceMonth {
    static constexpr std::string_view kind = "resource_month";
    static constexpr std::uint32_t version = 3;
    struct Key {
        Uuid resource;
        Instant in_month;
    };
    std::vector<Allocation> allocations;  // by start, then owner
    std::int32_t longest_minutes = 0;     // any of them ever, buffers included: bounds a search
    std::vector<Block> blocks;            // one-off ones of this resource (block.hpp)
};
BOOST_DESCRIBE_STRUCT(ResourceMonth, (), (allocations, longest_minutes, blocks))
inline void append_key(std::string& tag, const ResourceMonth::Key& key) {
    append(tag, key.resource);
    append_utc_month(tag.append(1, '/'), key.in_month);
}
// `expires_at`: of a hold.
void take(ResourceMonth& month, const Uuid& owner, const Occupancy& occupancy,
          std::optional<Instant> expires_at = std::nullopt);
void release(ResourceMonth& month, const Uuid& owner);

// ---- service_day:<service>/<local date> -------------------------------------------------------

struct LiveHold {
    HoldId id;
    Instant expires_at{};
};
BOOST_DESCRIBE_STRUCT(LiveHold, (), (id, expires_at))

struct ServiceDay {
    static constexpr std::string_view kind = "service_day";
    static constexpr std::uint32_t version = 2;
    struct Key {
        Uuid service;
        LocalDate date;
    };
    std::int32_t live = 0;        // appointments
    std::vector<LiveHold> holds;  // and some that expired
    int taken(Instant now) const;
};
BOOST_DESCRIBE_STRUCT(ServiceDay, (), (live, holds))
inline void append_key(std::string& tag, const ServiceDay::Key& key) {
    append(tag, key.service);
    append(tag.append(1, '/'), key.date);
}

// ---- booking_reference:<date> -----------------------------------------------------------------

struct ReferenceDay {
    static constexpr std::string_view kind = "booking_reference";
    static constexpr std::uint32_t version = 1;
    struct Key {
        LocalDate date;
    };
    std::int32_t used = 0;
};
BOOST_DESCRIBE_STRUCT(ReferenceDay, (), (used))
inline void append_key(std::string& tag, const ReferenceDay::Key& key) {
    append(tag, key.date);
}

// ---- client_visits:<client>/<UTC year>, usage:<UTC month> -------------------------------------

struct ClientVisits {
    static constexpr std::string_view kind = "client_visits";
    static constexpr std::uint32_t version = 1;
    struct Key {
        Uuid client;
        Instant in_year;
    };
    std::int32_t booked = 0;
    std::int32_t cancelled = 0;
};
BOOST_DESCRIBE_STRUCT(ClientVisits, (), (booked, cancelled))
inline void append_key(std::string& tag, const ClientVisits::Key& key) {
    append(tag, key.client);
    tag.append(1, '/').append(utc_month(key.in_year), 0, 4);
}

struct Usage {
    static constexpr std::string_view kind = "usage";
    static constexpr std::uint32_t version = 1;
    struct Key {
        Instant in_month;
    };
    std::int32_t appointments = 0;
};
BOOST_DESCRIBE_STRUCT(Usage, (), (appointments))
inline void append_key(std::string& tag, const Usage::Key& key) {
    append_utc_month(tag, key.in_month);
}

// Every UTC month that [from, until) touches, by one instant of each.
std::vector<Instant> months_of(Instant from, Instant until);

template <class AnyTags>
void occupancy_tags(AnyTags& tags, const Occupancy& occupancy) {
    for (const auto month : months_of(occupancy.busy_from(), occupancy.busy_until())) {
        for (const auto& resource : occupancy.resources) {
            tags.template add<ResourceMonth>({resource.id, month});
        }
    }
    tags.template add<ServiceDay>({occupancy.service_id, occupancy.service_day});
}

}  // namespace almanac::scheduling
