// Numbers for Prometheus (`GET /metrics`): requests by route and status, latency, and what the
// store, the views and the server say of themselves when they are asked. Thread-safe.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace almanac::gateway {

class Metrics {
  public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    void request(const std::string& route, int status, std::chrono::nanoseconds took);
    // Asked at every scrape: set(name, help, value, label) for each number.
    using Set = std::function<void(const std::string& name, const std::string& help, double value,
                                   const std::string& label)>;
    void add_source(std::function<void(const Set&)> source);
    std::string text();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::gateway
