// One page of clients by opening every one of them: for tenants too large for the search index.
// Keeps only the page in memory; takes the time it takes, up to the query's deadline. One use.
#pragma once
#include "eventstore/search_row.hpp"
#include "projections/records/client_opener.hpp"
#include "projections/records/client_search.hpp"

namespace almanac::projections {

class ClientScan {
  public:
    ClientScan(const RecordQueries& queries, const ClientOpener& opener, const TenantId& tenant,
               std::string_view collection, const ClientQuery& query);

    struct Scanned {
        Page page;
        std::optional<kernel::Uuid> last;  // there is more behind this one
    };
    // The page behind the client `after`, wherever that one stands now.
    Result<Scanned> page(std::optional<kernel::Uuid> after);

  private:
    using Place = eventstore::search::Row;
    bool is_before(const Place& a, const Place& b) const { return descending_ ? b < a : a < b; }
    bool fits(const Place& place) const;
    Result<void> find_start(const kernel::Uuid& after);
    Result<void> look_at(const kernel::Uuid& id, std::string_view json);

    const RecordQueries& queries_;
    const ClientOpener& opener_;
    const TenantId& tenant_;
    const std::string_view collection_;
    const ClientQuery& query_;
    const bool descending_;
    const Place exact_;  // e-mail and phone that are looked for
    const eventstore::search::Query words_;
    std::optional<Place> from_;
    std::vector<Place> best_;  // a heap, what comes last on top; one more than the page
};

// 503 `search_timeout`.
std::unexpected<kernel::Rejection> search_timeout();

}  // namespace almanac::projections
