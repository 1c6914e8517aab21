#include "gateway/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <vector>

namespace almanac::gateway {

struct Metrics::State {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                            .Name("almanac_http_requests_total")
                                                            .Help("Answered requests.")
                                                            .Register(registry);
    prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                             .Name("almanac_http_request_seconds")
                                                             .Help("Time to answer.")
                                                             .Register(registry);
    struct Route {
        prometheus::Histogram* seconds = nullptr;
        std::map<int, prometheus::Counter*> by_status;
    };
    std::mutex mutex;  // of the two maps
    std::map<std::string, Route> routes;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
    std::vector<std::function<void(const Set&)>> sources;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::request(const std::string& route, int status, std::chrono::nanoseconds took) {
    prometheus::Counter* counter = nullptr;
    prometheus::Histogram* histogram = nullptr;
    {
        const std::lock_guard lock(state_->mutex);
        auto& entry = state_->routes[route];
        if (!entry.seconds) {
            entry.seconds = &state_->seconds.Add(
                {{"route", route}},
                prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.002, 0.005, 0.01, 0.025,
                                                        0.05, 0.1, 0.25, 1, 5});
        }
        auto& slot = entry.by_status[status];
        if (!slot)
            slot = &state_->requests.Add({{"route", route}, {"status", std::to_string(status)}});
        counter = slot;
        histogram = entry.seconds;
    }
    counter->Increment();
    histogram->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::add_source(std::function<void(const Set&)> source) {
    state_->sources.push_back(std::move(source));
}

std::string Metrics::text() {
    const Set set = [&](const std::string& name, const std::string& help, double value,
                        const std::string& label) {
        const std::lock_guard lock(state_->mutex);
        auto& family = state_->gauges[name];
        if (!family)
            family = &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
        const auto labels = label.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"of", label}};
        family->Add(labels).Set(value);
    };
    for (const auto& source : state_->sources) source(set);
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace almanac::gateway
