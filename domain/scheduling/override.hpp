// scheduling/override.hpp — one local date of a resource on which it works otherwise, or not at
// all. Seeds 003 (blocked_dates), 004 (availability overrides). It replaces the windows that start
// on that date; a date has at most one override, a later one takes its place.
#pragma once
#include "domain/scheduling/calendar.hpp"

namespace almanac::scheduling {

BOOST_DESCRIBE_STRUCT(OverrideWindow, (), (from, to, max_bookings))
BOOST_DESCRIBE_STRUCT(Override, (), (date, closed, windows))

struct DateOverride;
using OverrideId = Id<DateOverride>;

// ---- events -----------------------------------------------------------------------------------

struct OverrideSet {
    static constexpr std::string_view type = "scheduling.override_set";
    static constexpr std::uint16_t version = 1;
    OverrideId id;
    ResourceId resource_id;
    LocalDate date;
    bool closed = false;
    std::vector<OverrideWindow> windows;
    std::optional<Personal<"override.reason">> reason;
    bool operator==(const OverrideSet&) const = default;
};
BOOST_DESCRIBE_STRUCT(OverrideSet, (), (id, resource_id, date, closed, windows, reason))
struct OverrideRemoved {
    static constexpr std::string_view type = "scheduling.override_removed";
    static constexpr std::uint16_t version = 1;
    OverrideId id;
    ResourceId resource_id;
    LocalDate date;
    bool operator==(const OverrideRemoved&) const = default;
};
BOOST_DESCRIBE_STRUCT(OverrideRemoved, (), (id, resource_id, date))

// ---- folds ------------------------------------------------------------------------------------

// `override:<id>`, one as it is read.
struct DateOverride {
    static constexpr std::string_view kind = "override";
    static constexpr std::uint32_t version = 1;
    using Key = OverrideId;
    ResourceId resource_id;
    LocalDate date;
    bool closed = false;
    std::vector<OverrideWindow> windows;
    std::optional<Personal<"override.reason">> reason;
    std::optional<Instant> deleted_at;
};
BOOST_DESCRIBE_STRUCT(DateOverride, (), (resource_id, date, closed, windows, reason, deleted_at))

// `override_month:<resource>/<local month>`: those of its dates, at most one a date.
struct MonthOverride {
    OverrideId id;
    Override value;
};
BOOST_DESCRIBE_STRUCT(MonthOverride, (), (id, value))
struct OverrideMonth {
    static constexpr std::string_view kind = "override_month";
    static constexpr std::uint32_t version = 1;
    struct Key {
        Uuid resource;
        LocalDate in_month;
    };
    std::vector<MonthOverride> overrides;
    const MonthOverride* on(LocalDate date) const;
    void copy(LocalDate first, LocalDate last, std::vector<Override>& to) const;
};
BOOST_DESCRIBE_STRUCT(OverrideMonth, (), (overrides))
void append_key(std::string& tag, const OverrideMonth::Key& key);

inline auto tags(const OverrideSet& e) {
    auto t = Tags<DateOverride, OverrideMonth>{}.add<DateOverride>(e.id);
    return t.add<OverrideMonth>({e.resource_id, e.date});
}
inline auto tags(const OverrideRemoved& e) {
    auto t = Tags<DateOverride, OverrideMonth>{}.add<DateOverride>(e.id);
    return t.add<OverrideMonth>({e.resource_id, e.date});
}
void evolve(DateOverride& override, const OverrideSet& e);
void evolve(DateOverride& override, const OverrideRemoved& e, const EventMeta& meta);
void evolve(OverrideMonth& month, const OverrideSet& e);
void evolve(OverrideMonth& month, const OverrideRemoved& e);

// The first of every local month that [first, last] touches.
std::vector<LocalDate> local_months(LocalDate first, LocalDate last);

// ---- commands ---------------------------------------------------------------------------------

struct SetOverride {
    ResourceId id;
    LocalDate date;
    bool closed = false;
    std::vector<OverrideWindow> windows;
    std::optional<Personal<"override.reason">> reason;
};
BOOST_DESCRIBE_STRUCT(SetOverride, (), (id, date, closed, windows, reason))
struct RemoveOverride {
    ResourceId id;
    LocalDate date;
};
BOOST_DESCRIBE_STRUCT(RemoveOverride, (), (id, date))
// Accepted over future bookings, which the answer's `conflicts` name (as those of SetSchedule).
Decision decide(const SetOverride& wish, Read& read, const Context& now);
Decision decide(const RemoveOverride& wish, Read& read, const Context& now);
// The override that these commands are about, nil where the date has none.
Uuid target_of(const SetOverride& wish, Read& read);
Uuid target_of(const RemoveOverride& wish, Read& read);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::DateOverride> =
    "A local date on which a resource works otherwise.";
template <>
inline constexpr auto rules<scheduling::OverrideWindow> =
    fields(field(&scheduling::OverrideWindow::from, "local time"),
           field(&scheduling::OverrideWindow::to,
                 "local time; at or before `from`: the next day; 24:00 allowed"),
           field(&scheduling::OverrideWindow::max_bookings, "that start in it").range(1, 100'000));
template <>
inline constexpr auto rules<scheduling::SetOverride> = fields(
    field(&scheduling::SetOverride::id, "").path(),
    field(&scheduling::SetOverride::date, "").path(),
    field(&scheduling::SetOverride::closed, "not there at all").may_omit(),
    field(&scheduling::SetOverride::windows, "instead of those of the schedules").items(0, 50),
    field(&scheduling::SetOverride::reason, "").length(0, 1000));
template <>
inline constexpr auto rules<scheduling::RemoveOverride> =
    fields(field(&scheduling::RemoveOverride::id, "").path(),
           field(&scheduling::RemoveOverride::date, "").path());
}  // namespace almanac::kernel
