// scheduling/calendar_feed.hpp — a resource's appointments for the calendar programs people have: a
// secret URL that needs no key. Seed 001 (calendar integrations). Its token has 256 random bits, is
// shown once, and only its hash is kept; a new one or a DELETE revokes it. Clients' names stand in
// it only where who asked for it may read them and said so.
#pragma once
#include "domain/scheduling/resource.hpp"

namespace almanac::scheduling {

// ---- events -----------------------------------------------------------------------------------

struct CalendarFeedIssued {  // revokes the one before
    static constexpr std::string_view type = "scheduling.calendar_feed_issued";
    static constexpr std::uint16_t version = 1;
    ResourceId resource_id;
    std::string hash;  // SHA-256 of the token, hex
    bool with_names = false;
    bool operator==(const CalendarFeedIssued&) const = default;
};
BOOST_DESCRIBE_STRUCT(CalendarFeedIssued, (), (resource_id, hash, with_names))
struct CalendarFeedRevoked {
    static constexpr std::string_view type = "scheduling.calendar_feed_revoked";
    static constexpr std::uint16_t version = 1;
    ResourceId resource_id;
    bool operator==(const CalendarFeedRevoked&) const = default;
};
BOOST_DESCRIBE_STRUCT(CalendarFeedRevoked, (), (resource_id))

// ---- fold -------------------------------------------------------------------------------------

enum class CalendarFeedStatus { active, revoked };
BOOST_DESCRIBE_ENUM(CalendarFeedStatus, active, revoked)

// `calendar_feed:<resource id>`: a resource has one at a time.
struct CalendarFeed {
    static constexpr std::string_view kind = "calendar_feed";
    static constexpr std::uint32_t version = 1;
    using Key = ResourceId;
    CalendarFeedStatus status = CalendarFeedStatus::revoked;
    bool with_names = false;
    std::optional<Instant> issued_at;
    std::optional<Instant> revoked_at;
    std::string hash;
};
BOOST_DESCRIBE_STRUCT(CalendarFeed, (), (status, with_names, issued_at, revoked_at, hash))

inline auto tags(const CalendarFeedIssued& e) {
    return Tags<CalendarFeed>{}.add<CalendarFeed>(e.resource_id);
}
inline auto tags(const CalendarFeedRevoked& e) {
    return Tags<CalendarFeed>{}.add<CalendarFeed>(e.resource_id);
}
void evolve(CalendarFeed& feed, const CalendarFeedIssued& e, const EventMeta& meta);
void evolve(CalendarFeed& feed, const CalendarFeedRevoked& e, const EventMeta& meta);

// ---- commands ---------------------------------------------------------------------------------

struct IssueCalendarFeed {
    ResourceId id;
    bool with_names = false;
};
BOOST_DESCRIBE_STRUCT(IssueCalendarFeed, (), (id, with_names))
struct RevokeCalendarFeed {
    ResourceId id;
};
BOOST_DESCRIBE_STRUCT(RevokeCalendarFeed, (), (id))
// Tells the caller alone its `url`: a path, which the gateway makes absolute.
Decision decide(const IssueCalendarFeed& wish, Read& read, const Context& now);
Decision decide(const RevokeCalendarFeed& wish, Read& read, const Context& now);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::CalendarFeed> =
    "The secret calendar URL of a resource; the URL itself is never kept. Its id is the "
    "resource's.";
template <>
inline constexpr auto rules<scheduling::CalendarFeed> =
    fields(field(&scheduling::CalendarFeed::hash, "SHA-256 of the token").internal());
template <>
inline constexpr auto rules<scheduling::IssueCalendarFeed> =
    fields(field(&scheduling::IssueCalendarFeed::id, "").path(),
           field(&scheduling::IssueCalendarFeed::with_names,
                 "clients' names in the titles: whoever has the URL reads them; needs "
                 "scheduling.appointment:read_personal")
               .may_omit());
template <>
inline constexpr auto rules<scheduling::RevokeCalendarFeed> =
    fields(field(&scheduling::RevokeCalendarFeed::id, "").path());
}  // namespace almanac::kernel
