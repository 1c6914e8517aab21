// A load generator: N keep-alive connections of HTTP/1.1 on the calling thread, each with one
// request under way, built by the caller as whole bytes so that the generator costs little of the
// machine that is measured. Understands answers with a Content-Length; throws std::runtime_error on
// anything else, on a closed connection, and where the server cannot be reached.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "ops/benchmarks/latency_histogram.hpp"

namespace almanac::benchmarks {

struct LoadPlan {
    std::uint16_t port = 0;  // on 127.0.0.1
    unsigned connections = 1;
    std::uint64_t first_request = 0;  // requests are numbered from here
    std::uint64_t requests_max = 0;
    std::chrono::milliseconds duration_max{0};  // no new request after it; 0 = until requests_max
    // 0: each connection sends as soon as it has its answer. Else requests are due at this rate,
    // whatever the answers take; one that finds no free connection waits for it, and what it waits
    // is part of its latency.
    double due_per_second = 0;
    std::function<void(std::uint64_t number, std::string& out)> request = nullptr;
    // Optional: every answer as it comes, and how long after its request was due.
    std::function<void(std::uint64_t number, int status, std::string_view body,
                       std::chrono::nanoseconds took)>
        answer = nullptr;
};

struct LoadResult {
    std::uint64_t sent = 0;
    std::uint64_t accepted = 0;  // answered 2xx
    double seconds = 0;          // from the first request to the last answer
    LatencyHistogram latency;    // of every answer
    std::string first_refusal;   // status and body of the first answer that was not 2xx
    double per_second() const { return seconds > 0 ? static_cast<double>(accepted) / seconds : 0; }
};

LoadResult run_load(const LoadPlan& plan);

// One request and its answer; for what must be there before the load begins.
struct HttpAnswer {
    int status = 0;
    std::string body;
};
HttpAnswer exchange(std::uint16_t port, std::string_view request);
std::string id_in(std::string_view body);  // of what was created; throws: there is none

// `POST target` with a JSON body; the bearer token may be empty.
void append_post(std::string& out, std::string_view target, std::string_view bearer,
                 std::string_view body, std::string_view idempotency_key = {});
void append_get(std::string& out, std::string_view target, std::string_view bearer);

}  // namespace almanac::benchmarks
