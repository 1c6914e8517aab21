// scheduling/calendar.hpp — when a resource works: weekly schedules with effective dates. Seeds 001
// (resource_schedules), 003 (availability_schedules), 004 (availability templates). A new schedule
// ends the open one the day before it starts; both are facts of their own. The fold `Calendar`
// also keeps what recurs of blocks (block.hpp).
#pragma once
#include "domain/scheduling/block_time.hpp"
#include "domain/scheduling/resource.hpp"
#include "domain/scheduling/working_time.hpp"

namespace almanac::scheduling {

BOOST_DESCRIBE_STRUCT(Window, (), (day, from, to, max_bookings))
BOOST_DESCRIBE_STRUCT(Break, (), (day, from, to))
BOOST_DESCRIBE_STRUCT(Schedule, (), (id, effective_from, effective_until, windows, breaks))

// ---- events -----------------------------------------------------------------------------------

struct ResourceSchedule;
using ScheduleId = Id<ResourceSchedule>;

struct ScheduleSet {
    static constexpr std::string_view type = "scheduling.schedule_set";
    static constexpr std::uint16_t version = 1;
    ScheduleId id;
    ResourceId resource_id;
    std::optional<LocalDate> effective_from;
    std::optional<LocalDate> effective_until;
    std::vector<Window> windows;
    std::vector<Break> breaks;
    std::vector<std::string> service_types;
    std::optional<std::string> notes;
    bool operator==(const ScheduleSet&) const = default;
};
BOOST_DESCRIBE_STRUCT(ScheduleSet, (),
                      (id, resource_id, effective_from, effective_until, windows, breaks,
                       service_types, notes))
struct ScheduleEnded {
    static constexpr std::string_view type = "scheduling.schedule_ended";
    static constexpr std::uint16_t version = 1;
    ScheduleId id;
    ResourceId resource_id;
    std::optional<LocalDate> effective_until;  // none: it never comes into force
    bool operator==(const ScheduleEnded&) const = default;
};
BOOST_DESCRIBE_STRUCT(ScheduleEnded, (), (id, resource_id, effective_until))

// ---- folds ------------------------------------------------------------------------------------

// `schedule:<id>`, one schedule as it is read.
struct ResourceSchedule {
    static constexpr std::string_view kind = "schedule";
    static constexpr std::uint32_t version = 1;
    using Key = ScheduleId;
    ResourceId resource_id;
    std::optional<LocalDate> effective_from;
    std::optional<LocalDate> effective_until;
    std::vector<Window> windows;
    std::vector<Break> breaks;
    std::vector<std::string> service_types;
    std::optional<std::string> notes;
    bool superseded = false;  // replaced before it came into force
};
BOOST_DESCRIBE_STRUCT(ResourceSchedule, (),
                      (resource_id, effective_from, effective_until, windows, breaks, service_types,
                       notes, superseded))

// A block that recurs or is longer than 12 months.
struct StandingBlock {
    Uuid id;
    BlockTime time;
    bool operator==(const StandingBlock&) const = default;
};
BOOST_DESCRIBE_STRUCT(StandingBlock, (), (id, time))

// `calendar:<owner id>`, of a resource, a location or the tenant: schedules and standing blocks in
// force or to come, at most 500; what ended more than two days before the event applied is dropped
// (log.md).
struct Calendar {
    static constexpr std::string_view kind = "calendar";
    static constexpr std::uint32_t version = 2;
    static constexpr std::size_t entries_max = 500;
    using Key = Uuid;
    std::vector<Schedule> schedules;
    std::vector<StandingBlock> blocks;
};
BOOST_DESCRIBE_STRUCT(Calendar, (), (schedules, blocks))
void drop_ended(Calendar& calendar, Instant now);
std::size_t entries_in_force(const Calendar& calendar, Instant now);

inline auto tags(const ScheduleSet& e) {
    return Tags<ResourceSchedule, Calendar>{}.add<ResourceSchedule>(e.id).add<Calendar>(
        e.resource_id);
}
inline auto tags(const ScheduleEnded& e) {
    return Tags<ResourceSchedule, Calendar>{}.add<ResourceSchedule>(e.id).add<Calendar>(
        e.resource_id);
}
void evolve(ResourceSchedule& schedule, const ScheduleSet& e);
void evolve(ResourceSchedule& schedule, const ScheduleEnded& e);
void evolve(Calendar& calendar, const ScheduleSet& e, const EventMeta& meta);
void evolve(Calendar& calendar, const ScheduleEnded& e, const EventMeta& meta);

// ---- commands ---------------------------------------------------------------------------------

struct SetSchedule {
    ResourceId id;
    std::optional<LocalDate> effective_from;
    std::optional<LocalDate> effective_until;
    std::vector<Window> windows;
    std::vector<Break> breaks;
    std::vector<std::string> service_types;
    std::optional<std::string> notes;
};
BOOST_DESCRIBE_STRUCT(SetSchedule, (),
                      (id, effective_from, effective_until, windows, breaks, service_types, notes))
// Accepted over future bookings: the answer's `conflicts` are those that it leaves outside the
// resource's working time (ids of appointments by start; conflicts.hpp).
Decision decide(const SetSchedule& wish, Read& read, const Context& now);

// The zone of a resource: its location's, else the default location's.
Zone zone_of(const ResourceEntry& resource, Read& read);
LocationId location_of(const ResourceEntry& resource, Read& read);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::ResourceSchedule> =
    "Weekly working time of a resource, in the zone of its location.";
template <>
inline constexpr auto rules<scheduling::Window> = fields(
    field(&scheduling::Window::day, "the day on which it starts"),
    field(&scheduling::Window::from, "local time"),
    field(&scheduling::Window::to, "local time; at or before `from`: the next day; 24:00 allowed"),
    field(&scheduling::Window::max_bookings, "that start in one occurrence").range(1, 100'000));
template <>
inline constexpr auto rules<scheduling::SetSchedule> = fields(
    field(&scheduling::SetSchedule::id, "").path(),
    field(&scheduling::SetSchedule::effective_from,
          "first local date; none: today, or since ever for the first schedule"),
    field(&scheduling::SetSchedule::effective_until, "last local date; none: until the next one"),
    field(&scheduling::SetSchedule::windows, "").items(0, 100),
    field(&scheduling::SetSchedule::breaks, "").items(0, 100),
    field(&scheduling::SetSchedule::service_types,
          "what is done in this time, for those who read it; slots follow the requirements")
        .length(1, 100)
        .items(0, 50),
    field(&scheduling::SetSchedule::notes, "internal").length(0, 5000));
}  // namespace almanac::kernel
