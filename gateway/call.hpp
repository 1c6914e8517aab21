// One request on its way through the gateway: what it asked, who asks, for which tenant, and how it
// is answered. Made by Service; shared with the callbacks that answer it. One thread at a time.
#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "eventstore/store.hpp"
#include "gateway/auth.hpp"
#include "gateway/cors.hpp"
#include "gateway/http_responder.hpp"
#include "gateway/rate_limit.hpp"
#include "gateway/router.hpp"

namespace almanac::gateway {

struct Call {
    Request request;
    Responder responder;
    const RouteEntry* route = nullptr;
    kernel::PathParameters parameters;
    Principal principal;
    eventstore::TenantEntry tenant;  // of the path; `$system` where the path names none
    eventstore::PartitionStore* partition = nullptr;
    std::chrono::steady_clock::time_point started;
    std::function<void(const Call&, int status)> finished;  // metrics and the access log
    bool sandbox = false;                                   // every answer says so
    const Cors* cors = nullptr;                             // where pages of others may call
    RateNotes rates;                                        // every answer says them too

    Call(Request r, Responder to) : request(std::move(r)), responder(std::move(to)) {}

    const std::string& id() const;  // {id} of the path, "" where it has none
    void answer(Response response);
    void refuse(const kernel::Rejection& rejection);
    void dress(Response& response) const;  // with the headers that every answer bears
    // application/json of an object, with the position of the view or log it speaks of.
    void answer_json(int status, const kernel::json::Value& body, std::uint64_t position);
    std::string position_text(std::uint64_t position) const;  // <partition>-<n>
};
using CallPtr = std::shared_ptr<Call>;

// A cursor of a list whose places are numbers: of this path and log alone, `/cursor` where not.
std::string number_cursor(const Call& call, std::uint64_t number);
kernel::Result<std::uint64_t> number_cursor_of(const Call& call, std::string_view cursor);

// `Prefer` (RFC 7240) as far as we know it.
struct Preferences {
    bool representation = false;
    int wait_seconds = 2;
};
Preferences preferences_of(const Request& request);
// Decimal digits and nothing else, at most 2^64 - 1.
std::optional<std::uint64_t> whole_number(std::string_view text);
// "<partition>-<n>"; nothing where it is not of that form.
std::optional<std::pair<unsigned, std::uint64_t>> parse_position(std::string_view text);
// `If-Match: "<revision>"`; a rejection where it is something else; nothing for `*` or none.
kernel::Result<std::optional<std::uint64_t>> if_match_of(const Request& request);
// Query parameters each at most once, only of these names; all faults at once.
kernel::Result<std::map<std::string, std::string, std::less<>>> parameters_of(
    const Request& request, const std::vector<std::string>& allowed);

}  // namespace almanac::gateway
