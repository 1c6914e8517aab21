// Commands over HTTP: the conventions of api.md (Idempotency-Key, If-Match, Prefer, Almanac-Reason)
// around the catalogue's parse and the store's submit. Stateless but for what it borrows.
#pragma once
#include "gateway/command_request.hpp"
#include "gateway/views.hpp"

namespace almanac::gateway {

class Commands {
  public:
    Commands(eventstore::Store& store, Views& views, PublicUrl url)
        : store_(store), views_(views), url_(std::move(url)) {}
    void handle(CallPtr call);

  private:
    kernel::Result<eventstore::CommandRequest> request_of(const Call& call) const;
    std::string location_of(const Call& call, const eventstore::CommandAnswer& answer) const;
    void reply(const CallPtr& call, eventstore::CommandAnswer answer);
    void reply_when_applied(const CallPtr& call, eventstore::CommandAnswer answer);
    void reply_with_row(const CallPtr& call, eventstore::CommandAnswer answer, Response response);

    eventstore::Store& store_;
    Views& views_;
    const PublicUrl url_;
};

}  // namespace almanac::gateway
