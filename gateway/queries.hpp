// Queries over HTTP: rows of collections (get, list, as_of, history, search of clients) and the
// special ones the catalogue declares. Every one waits for freshness and opens what its caller may
// see. Stateless but for what it borrows.
#pragma once
#include "domain/scheduling/queries.hpp"
#include "gateway/rows.hpp"

namespace almanac::gateway {

class Queries {
  public:
    Queries(eventstore::Store& store, Views& views) : store_(store), views_(views) {}
    void list(CallPtr call);
    void get(CallPtr call);
    void history(CallPtr call);
    void special(CallPtr call);  // RouteKind::query

  private:
    void list_tenants(const CallPtr& call);
    void answer_page(const CallPtr& call, projections::Page page);
    void list_schedules(const CallPtr& call, const scheduling::ListSchedules& asked);
    void get_as_of(const CallPtr& call, const kernel::Uuid& id,
                   const projections::RecordQueries::Moment& moment);
    void answer_history(const CallPtr& call, const kernel::Uuid& id, std::uint64_t after,
                        std::size_t limit);
    // `moment` and `now`: for which it is shown (RecordQueries::present).
    using Moment = projections::RecordQueries::Moment;
    void answer_row(const CallPtr& call, kernel::Result<std::optional<projections::Row>> row,
                    std::uint64_t position, const Moment& moment,
                    std::optional<kernel::Instant> now);
    kernel::Result<projections::Page> search(
        const CallPtr& call, const kernel::Collection& collection,
        const std::map<std::string, std::string, std::less<>>& asked);

    eventstore::Store& store_;
    Views& views_;
};

// The parameters that the list of a collection takes.
std::vector<std::string> list_parameters(const kernel::Collection& collection);

}  // namespace almanac::gateway
