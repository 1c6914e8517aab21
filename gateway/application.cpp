#include "gateway/application.hpp"

#include <sodium.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "eventstore/named_thread.hpp"
#include "gateway/descriptors.hpp"
#include "gateway/http_server.hpp"
#include "gateway/service.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
};

Result<Endpoint> endpoint_of(const std::string& text) {
    const auto colon = text.rfind(':');
    Endpoint endpoint;
    const auto digits = colon == text.npos ? std::string() : text.substr(colon + 1);
    const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (digits.empty() || done.ec != std::errc{} || done.ptr != digits.data() + digits.size() ||
        colon == 0) {
        return reject("cannot_listen", "--listen takes HOST:PORT, e.g. 127.0.0.1:8080.");
    }
    endpoint.host = text.substr(0, colon);
    if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']')) {
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    }
    return endpoint;
}

std::string url_of(const Endpoint& endpoint, bool tls, std::uint16_t port) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    return fmt::format("{}://{}{}{}:{}", tls ? "https" : "http", v6 ? "[" : "", endpoint.host,
                       v6 ? "]" : "", port);
}

bool is_loopback(const std::string& host) {
    return host.starts_with("127.") || host == "localhost" || host == "::1";
}

void set_up_logging() {
    auto logger = spdlog::get("almanacd");
    if (!logger) logger = spdlog::stderr_logger_mt("almanacd");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ level=%l %v", spdlog::pattern_time_type::utc);
    spdlog::set_default_logger(logger);
}

projections::RuntimeOptions view_options(const ApplicationOptions& options) {
    projections::RuntimeOptions views;
    views.give_way_max = std::chrono::milliseconds(options.views_give_way_ms);
    return views;
}

ServiceOptions service_options(const ApplicationOptions& options) {
    ServiceOptions service;
    service.public_url = options.public_url;
    service.tls = !options.tls_certificate.empty();
    service.access_log = options.access_log;
    service.rate_limits = options.rate_limits;
    service.cors = Cors(options.cors_origins);
    return service;
}

ServerOptions server_options(const Endpoint& endpoint, const ApplicationOptions& options) {
    ServerOptions server;
    server.host = endpoint.host;
    server.port = endpoint.port;
    server.io_threads = options.io_threads;
    server.max_body_bytes = options.max_body_bytes;
    const auto descriptors = raise_descriptor_limit();
    server.max_connections = connections_within(descriptors, server.max_connections);
    spdlog::info("descriptors: limit={} connections_max={}", descriptors, server.max_connections);
    server.tls = {options.tls_certificate, options.tls_key};
    return server;
}

// What the server itself refuses bears what every answer here does.
auto refusal_dress(const ApplicationOptions& options, bool sandbox) {
    return
        [cors = Cors(options.cors_origins), sandbox](const Request& request, Response& response) {
            if (sandbox) response.set("Almanac-Sandbox", "true");
            cors.dress(request, response);
        };
}

// Names and codes only: nothing of what was said or of whom.
eventstore::PolicyHooks policy_hooks() {
    eventstore::PolicyHooks hooks;
    hooks.rejected = [](const eventstore::RejectedEffect& effect) {
        spdlog::info("policy effect rejected: policy={} effect={} code={}", effect.policy,
                     effect.effect, effect.code);
    };
    hooks.set_aside = [](const eventstore::SetAside& aside) {
        spdlog::error("policy set aside: policy={} tenant={} {}={} error={}", aside.policy,
                      to_string(aside.tenant), aside.timer ? "timer" : "event",
                      to_string(aside.source), aside.error);
    };
    return hooks;
}

void add_policy_metrics(const Metrics::Set& set, const eventstore::PolicyStatus& policies,
                        const std::string& label) {
    set("almanac_policy_lag", "Committed events that policies have not reacted to.",
        double(policies.lag), label);
    set("almanac_policy_timers", "Timers waiting.", double(policies.timers_pending), label);
    set("almanac_policy_next_due_seconds", "Unix time of the next timer, 0: there is none.",
        policies.next_due ? double(micros(*policies.next_due)) / 1e6 : 0, label);
    set("almanac_policy_timers_fired", "Since start.", double(policies.timers_fired), label);
    set("almanac_policy_effects", "Commands of policies decided since start.",
        double(policies.effects), label);
    set("almanac_policy_rejected", "Of these, rejected.", double(policies.rejected), label);
    set("almanac_policy_set_aside", "Events and timers that a policy could not react to.",
        double(policies.set_aside_total), label);
    set("almanac_policy_failing", "1 while something is tried again.", !policies.failure.empty(),
        label);
}

void add_metrics(Metrics& metrics, eventstore::Store& store, Views& views) {
    metrics.add_source([&store, &views](const Metrics::Set& set) {
        for (unsigned number = 0; number < store.partitions(); ++number) {
            auto& partition = store.partition(number);
            const auto label = std::to_string(number);
            const auto writer = partition.writer().status();
            const auto executor = partition.executor().status();
            auto& kept = views.of(number);
            const auto view = kept.status();
            set("almanac_log_position", "Last durable position.", double(writer.durable_position),
                label);
            set("almanac_writer_queue_jobs", "Commands waiting.", double(writer.queued_jobs),
                label);
            set("almanac_writer_batches", "Batches since start.", double(writer.batches), label);
            set("almanac_writer_read_only", "1 after a disk fault.", writer.read_only, label);
            set("almanac_clock_standing", "1 while the wall clock is behind.",
                writer.clock_standing, label);
            set("almanac_clock_jumped", "1 while writes are refused.", writer.clock_jumped, label);
            set("almanac_commands_accepted", "Since start.", double(executor.accepted), label);
            set("almanac_commands_rejected", "Since start.", double(executor.rejected), label);
            set("almanac_fold_cache_bytes", "Folds in memory.", double(executor.fold_bytes), label);
            set("almanac_fold_cache_hits", "Since start.", double(executor.fold_hits), label);
            set("almanac_fold_cache_misses", "Since start.", double(executor.fold_misses), label);
            set("almanac_view_position", "Applied to records and availability.",
                double(kept.applied_position(Reads::bookings)), label);
            set("almanac_report_position", "Applied to every view.", double(view.applied_position),
                label);
            set("almanac_view_parked", "Pairs parked since start.", double(view.parked_total),
                label);
            add_policy_metrics(set, partition.policies().status(), label);
        }
    });
}

void add_metrics(Metrics& metrics, Service& service) {
    metrics.add_source([&service](const Metrics::Set& set) {
        const auto imports = service.imports().status();
        set("almanac_imports_open", "Imports running.", double(imports.open), "");
        set("almanac_import_lines", "Lines of imports since start.", double(imports.lines_done),
            "done");
        set("almanac_import_lines", "Lines of imports since start.", double(imports.lines_refused),
            "refused");
        set("almanac_import_stalls", "Times a client that did not read held up its import.",
            double(imports.stalls), "");
    });
}
}  // namespace

struct Application::State {
    // Policies commit of their own accord: they end before those who listen, whatever failed.
    ~State() {
        if (store) store->close();
        if (views) views->stop();
    }
    std::unique_ptr<eventstore::Store> store;
    std::unique_ptr<Views> views;
    ApiKeyTable keys;
    Metrics metrics;
    std::unique_ptr<Service> service;
    std::unique_ptr<HttpServer> server;
    std::string url;
    bool stopped = false;
    std::mutex tidy_mutex;
    std::condition_variable tidy_wake;
    std::thread tidy_thread;  // once at start, then hourly

    void tidy_hourly() {
        std::unique_lock lock(tidy_mutex);
        while (!stopped) {
            store->tidy();
            tidy_wake.wait_for(lock, std::chrono::hours{1}, [this] { return stopped; });
        }
    }
};

Application::Application(std::unique_ptr<State> state) : state_(std::move(state)) {}
Application::~Application() {
    stop();
}
const std::string& Application::url() const {
    return state_->url;
}

Result<std::unique_ptr<Application>> Application::start(const Catalogue& catalogue,
                                                        const ApplicationOptions& options) {
    set_up_logging();
    if (sodium_init() < 0) return reject("internal_error", "libsodium does not start.");
    const auto endpoint = endpoint_of(options.listen);
    if (!endpoint) return std::unexpected(endpoint.error());
    const bool tls = !options.tls_certificate.empty() || !options.tls_key.empty();
    if (!is_loopback(endpoint->host) && !tls && !options.insecure_public) {
        return reject("cannot_listen",
                      "Without TLS only loopback is listened on; give "
                      "--tls-certificate and --tls-key, or --insecure-public.");
    }
    auto server = server_options(*endpoint, options);  // first: the limit of descriptors
    auto state = std::make_unique<State>();
    eventstore::StoreOptions store_options;
    store_options.writer.mark_interval_ms = options.mark_interval_ms;
    store_options.policy_hooks = policy_hooks();
    auto store = eventstore::Store::open(options.data, catalogue, store_options);
    if (!store) return std::unexpected(std::move(store.error()));
    state->store = std::move(*store);
    auto views = Views::open(*state->store, view_options(options));
    if (!views) return std::unexpected(std::move(views.error()));
    state->views = std::move(*views);
    if (auto loaded = state->keys.load(*state->store); !loaded)
        return std::unexpected(std::move(loaded.error()));

    auto& s = *state;
    server.dress_refusal = refusal_dress(options, s.store->is_sandbox());
    s.service =
        std::make_unique<Service>(*s.store, *s.views, s.keys, s.metrics, service_options(options));
    for (unsigned number = 0; number < s.store->partitions(); ++number) {
        s.store->partition(number).on_committed([&s, &catalogue](auto events) {
            s.keys.committed(catalogue, events);
            s.service->feed().committed();
        });
    }
    if (auto finished = s.store->finish_begun(); !finished)
        return std::unexpected(std::move(finished.error()));
    s.views->start();
    if (auto started = s.store->start_policies(); !started)
        return std::unexpected(std::move(started.error()));
    add_metrics(s.metrics, *s.store, *s.views);
    add_metrics(s.metrics, *s.service);

    try {
        server.stream_body = [&s](const Request& request) {
            return s.service->streams_body(request);
        };
        s.server = std::make_unique<HttpServer>(server, [&s](Request request, Responder responder) {
            s.service->handle(std::move(request), std::move(responder));
        });
        s.server->start();
    } catch (const std::exception& error) {
        return reject("cannot_listen", error.what());
    }
    s.url = url_of(*endpoint, tls, s.server->port());
    s.tidy_thread = eventstore::named_thread("tidy", [&s] { s.tidy_hourly(); });
    spdlog::info("started: url={} partitions={} tenants={} sandbox={}", s.url,
                 s.store->partitions(), s.store->tenants().size(), s.store->is_sandbox());
    return std::unique_ptr<Application>(new Application(std::move(state)));
}

void Application::stop() {
    {
        const std::lock_guard lock(state_->tidy_mutex);
        if (state_->stopped || !state_->server) return;
        state_->stopped = true;
    }
    state_->tidy_wake.notify_all();
    if (state_->tidy_thread.joinable()) state_->tidy_thread.join();
    state_->service->draining();
    const bool graceful = state_->server->drain_and_stop(std::chrono::seconds{5});
    state_->service->feed().stop();
    state_->service->imports().stop();
    state_->service->backups().stop();
    state_->store->close();
    state_->views->stop();
    spdlog::info("stopped: graceful={}", graceful);
}

}  // namespace almanac::gateway
