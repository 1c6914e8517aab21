#include "domain/scheduling/calendar_feed.hpp"

#include "domain/kernel/digest.hpp"

namespace almanac::scheduling {

// Nobody puts more into the open than they may read themselves.
Decision decide(const IssueCalendarFeed& wish, Read& read, const Context& now) {
    if (!live<Resource>(read, wish.id)) return not_found();
    if (wish.with_names && now.may && !now.may("scheduling.appointment:read_personal")) {
        return reject(RejectionKind::denied, "denied",
                      "You may not put names into a feed that you may not read yourself.");
    }
    const auto token = now.ids->secret_token();
    if (now.disclose)
        now.disclose("url", fmt::format("/calendars/{}/{}.ics", to_string(now.tenant), token));
    return CalendarFeedIssued{wish.id, sha256_hex(token), wish.with_names};
}

Decision decide(const RevokeCalendarFeed& wish, Read& read, const Context&) {
    const auto* feed = read.find<CalendarFeed>(wish.id);
    if (!feed) return not_found();
    if (feed->status == CalendarFeedStatus::revoked) return Events{};  // as wished
    return CalendarFeedRevoked{wish.id};
}

void evolve(CalendarFeed& feed, const CalendarFeedIssued& e, const EventMeta& meta) {
    feed = {CalendarFeedStatus::active, e.with_names, meta.time, std::nullopt, e.hash};
}
void evolve(CalendarFeed& feed, const CalendarFeedRevoked&, const EventMeta& meta) {
    feed.status = CalendarFeedStatus::revoked;
    feed.revoked_at = meta.time;
    feed.hash.clear();
}

}  // namespace almanac::scheduling
