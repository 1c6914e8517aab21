// GET /calendars/{tenant}/{file}: appointments for calendar programs. The secret in the
// path is the key, so there is no other; requests count against the limit of their address.
// Whatever is not a feed in force answers like what does not exist. Stateless but for what it
// borrows.
#pragma once
#include "gateway/views.hpp"
#include "projections/calendar_feed/calendar_feed.hpp"

namespace almanac::gateway {

class CalendarFeeds {
  public:
    CalendarFeeds(eventstore::Store& store, Views& views) : store_(store), views_(views) {}
    void get(CallPtr call);

  private:
    void answer(const CallPtr& call, std::string_view token);
    kernel::Result<std::string> title_of(const Call& call, const projections::FeedContents& feed,
                                         const projections::FeedAppointment& appointment);

    eventstore::Store& store_;
    Views& views_;
};

}  // namespace almanac::gateway
