// Clients by parts of name, e-mail or phone, and in order of their last names: fills the
// SearchIndex on demand by opening the sealed values of the `clients` rows, and keeps it current
// from applied events. A tenant too large for the index is scanned, up to the deadline.
// Concurrency: queries from any thread; one thread of its own fills indexes, queries wait for it
// until their deadline. `changed` is the listener of RecordsProjection.
#pragma once
#include <chrono>

#include "eventstore/keyring.hpp"
#include "eventstore/search_index.hpp"
#include "projections/records/records.hpp"

namespace almanac::projections {

struct ClientQuery {
    std::string q;                                             // parts of name, e-mail, phone
    std::string email;                                         // exact
    std::string phone;                                         // exact
    std::string sort;                                          // "last_name", "-last_name" or ""
    std::vector<std::pair<std::string, std::string>> filters;  // of the collection, all hold
    std::size_t limit = 50;
    std::string cursor;
    std::chrono::steady_clock::time_point deadline;

    // Whether a list of clients has to be answered here and not by RecordQueries.
    bool is_asked() const {
        return !q.empty() || !email.empty() || !phone.empty() || sort == "last_name" ||
               sort == "-last_name";
    }
};

class ClientSearch {
  public:
    // All outlive it. `collection` is searchable and has first_name, last_name, email and phone.
    ClientSearch(const kernel::Catalogue& catalogue, const ViewStore& store,
                 const RecordQueries& queries, eventstore::Keyring& keyring,
                 const eventstore::SearchLimits& limits = {},
                 std::string_view collection = "clients");
    ~ClientSearch();

    // Only live clients, by last name. Field errors: /limit, /cursor, /sort, /email, /phone and the
    // filters'. 503 `search_timeout` where the deadline passes first. A cursor ends with the
    // process.
    Result<Page> list(const TenantId& tenant, const ClientQuery& query);
    void changed(std::span<const RecordChange> changes, std::uint64_t position);
    void forget(const TenantId& tenant);  // erasure, a fork: filled anew when asked again
    std::size_t memory_bytes() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::projections
