// Which web pages may call this server from a browser (Fetch standard, "CORS protocol"); off unless
// origins are given. A key travels in a header that the page's script sets itself; cookies and
// other credentials of the browser mean nothing here, so Access-Control-Allow-Credentials is never
// sent, and `*` gives nobody more than he could read without a browser. Immutable; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_message.hpp"

namespace almanac::gateway {

class Cors {
  public:
    Cors() = default;  // off
    // Throws std::runtime_error with the fault of an origin that has one.
    explicit Cors(std::vector<std::string> origins);

    bool is_on() const { return any_ || !origins_.empty(); }
    // The answer to a preflight of a page that may call, but for what `dress` adds. Nothing: it is
    // none, or the page may not, and OPTIONS is answered as to anybody.
    std::optional<Response> preflight(const Request& request) const;
    // Adds to any answer what lets the page read it.
    void dress(const Request& request, Response& response) const;

  private:
    bool allows(const Request& request) const;

    bool any_ = false;
    std::vector<std::string> origins_;
};

// What is wrong with an origin: it must be `*`, or scheme://host[:port] as browsers send it. Empty:
// nothing.
std::string cors_origin_fault(std::string_view origin);

}  // namespace almanac::gateway
