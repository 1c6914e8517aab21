// What people write for the things of a business, as the ids a command wants: a service or resource
// by name, slug or id, a client by e-mail, phone or id, a local time in the business's zone. What
// is unknown, or could mean two things, is a field error. Asks the server once for each. One
// thread.
#pragma once
#include <map>
#include <unordered_map>

#include "domain/kernel/time.hpp"
#include "replay/http_client.hpp"

namespace almanac::replay {

// An id or instant as text, or what is wrong with it.
using Named = std::expected<std::string, kernel::FieldError>;

class BusinessNames {
  public:
    BusinessNames(HttpClient& client, std::string tenant);
    // Reads services, resources and the zone; "" is the tenant's own.
    Result<void> load(const std::string& time_zone);

    Named service(const std::string& text) const { return find(services_, text, "/service"); }
    Named resource(const std::string& text) const { return find(resources_, text, "/resources"); }
    Result<Named> client(const std::string& text);
    // RFC 3339, or a local date and time ("2026-12-05 10:30"), as RFC 3339.
    Named instant(std::string_view text) const;

  private:
    using Index = std::map<std::string, std::vector<std::string>>;  // name, slug, id -> ids
    Result<Index> index_of(const std::string& collection);
    Result<kernel::json::Array> rows(const std::string& path, HttpParameters parameters);
    static Named find(const Index& index, const std::string& text, const char* at);

    HttpClient& client_;
    std::string base_;
    kernel::Zone zone_ = kernel::Zone::utc();
    Index services_;
    Index resources_;
    std::unordered_map<std::string, Named> clients_;
};

// The same in a zone alone: gaps and overlaps of daylight saving are faults, not guesses.
Named instant_of(std::string_view text, const kernel::Zone& zone);

}  // namespace almanac::replay
