// scheduling/hold.hpp — a slot kept for a short while without a client, so that somebody can fill
// in a form and still get it (domain rules: scheduling, "Hold"). It counts like a booking until its
// very instant, whether or not anybody has written by then that it expired.
#pragma once
#include "domain/scheduling/occupancy.hpp"

namespace almanac::scheduling {

enum class HoldStatus { held, booked, released, expired };
BOOST_DESCRIBE_ENUM(HoldStatus, held, booked, released, expired)

// ---- events -----------------------------------------------------------------------------------

struct HoldPlaced {
    static constexpr std::string_view type = "scheduling.hold_placed";
    static constexpr std::uint16_t version = 1;
    HoldId id;
    std::string held_by;  // the principal, `<kind>/<id>`
    Occupancy occupancy;
    Instant expires_at;
    bool operator==(const HoldPlaced&) const = default;
};
BOOST_DESCRIBE_STRUCT(HoldPlaced, (), (id, held_by, occupancy, expires_at))
struct HoldReleased {
    static constexpr std::string_view type = "scheduling.hold_released";
    static constexpr std::uint16_t version = 1;
    HoldId id;
    std::string held_by;
    Occupancy freed;
    bool operator==(const HoldReleased&) const = default;
};
BOOST_DESCRIBE_STRUCT(HoldReleased, (), (id, held_by, freed))
// An appointment took its place.
struct HoldBooked {
    static constexpr std::string_view type = "scheduling.hold_booked";
    static constexpr std::uint16_t version = 1;
    HoldId id;
    std::string held_by;
    Occupancy freed;
    AppointmentId appointment_id;
    bool operator==(const HoldBooked&) const = default;
};
BOOST_DESCRIBE_STRUCT(HoldBooked, (), (id, held_by, freed, appointment_id))
// Written after its instant, to tidy up; nothing waits for it.
struct HoldExpired {
    static constexpr std::string_view type = "scheduling.hold_expired";
    static constexpr std::uint16_t version = 1;
    HoldId id;
    std::string held_by;
    Occupancy freed;
    bool operator==(const HoldExpired&) const = default;
};
BOOST_DESCRIBE_STRUCT(HoldExpired, (), (id, held_by, freed))

// What ends a hold; each repeats what it kept, so that every fold can free it by itself.
template <class E>
concept HoldEnd =
    std::same_as<E, HoldReleased> || std::same_as<E, HoldBooked> || std::same_as<E, HoldExpired>;

// ---- folds ------------------------------------------------------------------------------------

struct Hold {
    static constexpr std::string_view kind = "hold";
    static constexpr std::uint32_t version = 1;
    using Key = HoldId;
    HoldStatus status = HoldStatus::held;
    Instant expires_at{};
    ServiceId service_id;
    Instant start{};
    Instant end{};
    LocationId location_id;
    std::int32_t party_size = 1;
    std::vector<AssignedResource> resources;
    std::string held_by;
    std::optional<AppointmentId> appointment_id;
    Occupancy occupancy;
    bool is_live(Instant now) const { return status == HoldStatus::held && now < expires_at; }
};
BOOST_DESCRIBE_STRUCT(Hold, (),
                      (status, expires_at, service_id, start, end, location_id, party_size,
                       resources, held_by, appointment_id, occupancy))

// `holds_of:<principal>`, the live ones; the expired go with the next one.
struct PrincipalHolds {
    static constexpr std::string_view kind = "holds_of";
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t live_max = 20;
    using Key = std::string;
    std::vector<LiveHold> holds;
};
BOOST_DESCRIBE_STRUCT(PrincipalHolds, (), (holds))

template <class E>
auto hold_tags(const E& e, const Occupancy& occupancy) {
    auto t = Tags<Hold, PrincipalHolds, ResourceMonth, ServiceDay>{}.template add<Hold>(e.id);
    t.template add<PrincipalHolds>(e.held_by);
    occupancy_tags(t, occupancy);
    return t;
}
inline auto tags(const HoldPlaced& e) {
    return hold_tags(e, e.occupancy);
}
template <HoldEnd E>
auto tags(const E& e) {
    return hold_tags(e, e.freed);
}

void evolve(Hold& hold, const HoldPlaced& e);
void evolve(Hold& hold, const HoldReleased& e);
void evolve(Hold& hold, const HoldBooked& e);
void evolve(Hold& hold, const HoldExpired& e);
void evolve(PrincipalHolds& holds, const HoldPlaced& e, const EventMeta& meta);
void evolve(ResourceMonth& month, const HoldPlaced& e, const EventMeta& meta);
void evolve(ServiceDay& day, const HoldPlaced& e, const EventMeta& meta);

// However it ended, nothing counts it any more.
void forget(std::vector<LiveHold>& holds, const HoldId& id);
template <HoldEnd E>
void evolve(PrincipalHolds& holds, const E& e) {
    forget(holds.holds, e.id);
}
template <HoldEnd E>
void evolve(ResourceMonth& month, const E& e) {
    release(month, e.id);
}
template <HoldEnd E>
void evolve(ServiceDay& day, const E& e) {
    forget(day.holds, e.id);
}

// ---- commands ---------------------------------------------------------------------------------

struct HoldSlot {
    ServiceId service_id;
    Instant start{};
    std::int32_t party_size = 1;
    std::vector<ResourceId> resource_ids;
    std::int32_t ttl_seconds = 300;
};
BOOST_DESCRIBE_STRUCT(HoldSlot, (), (service_id, start, party_size, resource_ids, ttl_seconds))
struct ReleaseHold {
    HoldId id;
};
BOOST_DESCRIBE_STRUCT(ReleaseHold, (), (id))

Decision decide(const HoldSlot& wish, Read& read, const Context& now);
Decision decide(const ReleaseHold& wish, Read& read, const Context& now);

// The hold where it is still live: else `scheduling.hold_not_found` or `scheduling.hold_expired`.
Result<const Hold*> live_hold(const HoldId& id, Read& read, Instant now);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Hold> = "A slot kept free for a short while.";
template <>
inline constexpr auto rules<scheduling::Hold> =
    fields(field(&scheduling::Hold::status, "held: until `expires_at`"),
           field(&scheduling::Hold::occupancy, "what it occupies").internal());
template <>
inline constexpr auto rules<scheduling::HoldSlot> = fields(
    field(&scheduling::HoldSlot::service_id, ""),
    field(&scheduling::HoldSlot::start, "one of the starts that GET slots offers"),
    field(&scheduling::HoldSlot::party_size, "people").range(1, 10'000).may_omit(),
    field(&scheduling::HoldSlot::resource_ids, "all of them are used; other roles are filled")
        .items(0, 100),
    field(&scheduling::HoldSlot::ttl_seconds, "how long").range(30, 1'800).may_omit());
template <>
inline constexpr auto rules<scheduling::ReleaseHold> =
    fields(field(&scheduling::ReleaseHold::id, "").path());
}  // namespace almanac::kernel
