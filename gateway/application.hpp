// The composition root of almanacd: opens the store, starts the views, the policies, the feed and
// the server, and stops them in the order that loses nothing. One per process; start and stop from
// one thread.
#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "gateway/rate_limit.hpp"

namespace almanac::gateway {

struct ApplicationOptions {
    std::string data;
    std::string listen = "127.0.0.1:8080";
    std::string tls_certificate;
    std::string tls_key;
    std::string public_url;
    bool insecure_public = false;
    bool access_log = false;
    // Half of the cores: the writer's threads and the views want the others.
    unsigned io_threads = std::max(1U, std::thread::hardware_concurrency() / 2);
    int mark_interval_ms = 50;      // 0: before every reply (ops/adr/003)
    int views_give_way_ms = 2'000;  // 0: never (ops/adr/004)
    std::size_t max_body_bytes = 1'048'576;
    RateLimitOptions rate_limits;
    std::vector<std::string> cors_origins;  // gateway/cors.hpp
};

class Application {
  public:
    // Refusals of the data directory (eventstore/data_directory.hpp), or `cannot_listen`.
    static kernel::Result<std::unique_ptr<Application>> start(const kernel::Catalogue& catalogue,
                                                              const ApplicationOptions& options);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    const std::string& url() const;
    // Ends streams, answers what is in flight (≤ 5 s), commits what is queued, stops the views.
    void stop();

  private:
    struct State;
    explicit Application(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace almanac::gateway
