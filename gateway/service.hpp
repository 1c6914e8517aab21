// Every request's way: route, caller, tenant, permission, then the handler of its kind. Deny by
// default; what another tenant owns answers like what does not exist. Thread-safe.
#pragma once
#include "gateway/backups.hpp"
#include "gateway/calendar_feeds.hpp"
#include "gateway/call_limits.hpp"
#include "gateway/commands.hpp"
#include "gateway/event_feed.hpp"
#include "gateway/imports.hpp"
#include "gateway/metrics.hpp"
#include "gateway/queries.hpp"

namespace almanac::gateway {

struct ServiceOptions {
    std::string public_url;  // in /openapi.json and secret URLs; empty: as the caller reached it
    bool tls = false;
    bool access_log = false;
    RateLimitOptions rate_limits = {};
    Cors cors = {};
};

class Service {
  public:
    Service(eventstore::Store& store, Views& views, ApiKeyTable& keys, Metrics& metrics,
            ServiceOptions options);
    void handle(Request request, Responder responder);
    // Whether its handler reads the body while it answers; of a request without its body.
    bool streams_body(const Request& request) const;
    EventFeed& feed() { return feed_; }
    Imports& imports() { return imports_; }
    Backups& backups() { return backups_; }
    void draining() { draining_ = true; }  // /readyz says so from now on

  private:
    void system(const CallPtr& call);
    void readiness(const CallPtr& call);
    void finished(const Call& call, int status) const;
    kernel::Result<void> admit(Call& call);
    kernel::Result<void> count_public(Call& call);
    void dispatch(const CallPtr& call);
    void refuse_route(const CallPtr& call, const kernel::Rejection& rejection,
                      const std::string& allowed);

    eventstore::Store& store_;
    Views& views_;
    ApiKeyTable& keys_;
    Metrics& metrics_;
    ServiceOptions options_;
    std::vector<RouteEntry> table_;
    Router router_;
    CallLimits limits_;
    Commands commands_;
    Queries queries_;
    EventFeed feed_;
    CalendarFeeds calendar_feeds_;
    Imports imports_;
    Backups backups_;
    std::string openapi_;
    std::string docs_;
    std::atomic<bool> draining_{false};
};

}  // namespace almanac::gateway
