// Commands over HTTP: the conventions of api.md (Idempotency-Key, If-Match, Prefer, Almanac-Reason)
// around the catalogue's parse and the store's submit. Stateless but for what it borrows.
#pragma once
#include "gateway/call.hpp"
#include "gateway/views.hpp"

namespace almanac::gateway {

class Commands {
  public:
    // `base_url`: what secret URLs begin with; empty: the Host of the request, by `scheme`.
    Commands(eventstore::Store& store, Views& views, std::string base_url, std::string scheme)
        : store_(store),
          views_(views),
          base_url_(std::move(base_url)),
          scheme_(std::move(scheme)) {}
    void handle(CallPtr call);

  private:
    kernel::Result<eventstore::CommandRequest> request_of(const Call& call) const;
    std::string location_of(const Call& call, const eventstore::CommandAnswer& answer) const;
    void reply(const CallPtr& call, eventstore::CommandAnswer answer);
    void reply_when_applied(const CallPtr& call, eventstore::CommandAnswer answer);
    void reply_with_row(const CallPtr& call, eventstore::CommandAnswer answer, Response response);

    // A decision knows paths only.
    void make_absolute(const Call& call, eventstore::CommandAnswer& answer) const;

    eventstore::Store& store_;
    Views& views_;
    std::string base_url_;
    std::string scheme_;
};

}  // namespace almanac::gateway
