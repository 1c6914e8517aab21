// almanacd: makes a data directory (`init`) or serves one.
#include <sched.h>
#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>

#include "domain/house.hpp"
#include "eventstore/store.hpp"
#include "gateway/application.hpp"
#include "gateway/cors.hpp"

namespace {

using namespace almanac;

// The file of --config: CLI11's TOML, of which nothing is passed over in silence.
class ConfigFile final : public CLI::ConfigTOML {
  public:
    explicit ConfigFile(const CLI::App& app) : app_(app) {}

    std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
        auto found = CLI::ConfigTOML::from_config(input);
        for (const auto& item : found) {
            if (!item.parents.empty())
                throw CLI::ConfigError("--config: there are no sections: " + item.parents.front());
            if (!app_.get_option_no_throw("--" + item.name))
                throw CLI::ConfigError("--config: there is no such option: " + item.name);
        }
        return found;
    }

  private:
    const CLI::App& app_;
};

struct InitOptions {
    std::string data;
    unsigned partitions = 1;
    bool json = false;
    std::string sandbox_time;
};

int refuse(const kernel::Rejection& rejection) {
    std::cerr << "almanacd: " << rejection.detail << " (" << rejection.code << ")\n";
    return eventstore::exit_code(rejection);
}

int init(const InitOptions& options) {
    eventstore::CreateOptions create;
    create.partitions = options.partitions;
    if (!options.sandbox_time.empty()) {
        create.sandbox_time = kernel::parse_instant(options.sandbox_time);
        if (!create.sandbox_time) {
            std::cerr << "almanacd: --sandbox-time takes RFC 3339, e.g. 2026-01-01T00:00:00Z\n";
            return 2;
        }
    }
    const auto catalogue = build_catalogue();
    const auto key = eventstore::Store::init(options.data, catalogue, create);
    if (!key) return refuse(key.error());
    if (options.json) {
        std::cout << R"({"admin_api_key":")" << *key << "\"}\n";
    } else {
        std::cout << "Data directory " << options.data << " is ready, with " << options.partitions
                  << (options.partitions == 1 ? " partition" : " partitions")
                  << (create.sandbox_time ? ", a sandbox for ever" : "") << ".\n"
                  << "Administrator key, shown this once:\n  " << *key << "\n"
                  << "Keep " << options.data << "/master.key apart: without it nothing personal "
                  << "can be read, and it is in no backup.\n";
    }
    return 0;
}

// A command passes four threads, and each wakes the next. Where a woken thread takes the processor
// from the one that runs, every batch is cut short: ops/adr/006. Not where another policy was
// given.
void let_threads_finish() {
    const sched_param none{};
    if (sched_getscheduler(0) == SCHED_OTHER) (void)sched_setscheduler(0, SCHED_BATCH, &none);
}

int serve(const gateway::ApplicationOptions& options) {
    let_threads_finish();
    sigset_t stop_signals;
    sigemptyset(&stop_signals);
    sigaddset(&stop_signals, SIGTERM);
    sigaddset(&stop_signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    const auto catalogue = build_catalogue();
    auto application = gateway::Application::start(catalogue, options);
    if (!application) return refuse(application.error());
    std::cout << "almanacd: listening on " << (*application)->url() << std::endl;
    int signal = 0;
    sigwait(&stop_signals, &signal);
    (*application)->stop();
    std::cout << "almanacd: stopped" << std::endl;
    return 0;
}

void add_limit_options(CLI::App& app, gateway::RateLimitOptions& limits) {
    const auto rate = CLI::Range(0U, gateway::rate_per_second_max);
    app.add_option("--rate-limit-principal", limits.principal_per_second,
                   "requests a second of each key, and of each network address without one; "
                   "0: no limit")
        ->capture_default_str()
        ->check(rate);
    app.add_option("--rate-limit-tenant", limits.tenant_per_second,
                   "requests a second for each business; 0: no limit")
        ->capture_default_str()
        ->check(rate);
    app.add_option("--rate-limit-burst", limits.burst_seconds,
                   "so many seconds' worth of requests may come at once")
        ->capture_default_str()
        ->check(CLI::Range(1U, gateway::rate_burst_seconds_max));
}

void add_serve_options(CLI::App& app, gateway::ApplicationOptions& options) {
    app.add_option("--data", options.data, "the data directory")->envname("ALMANAC_DATA");
    app.add_option("--listen", options.listen, "HOST:PORT; port 0 takes a free one")
        ->capture_default_str();
    app.set_config("--config", "",
                   "a TOML file with these options, e.g. listen = \"127.0.0.1:8080\"; what stands "
                   "on the command line wins");
    app.config_formatter(std::make_shared<ConfigFile>(app));
    app.add_option("--tls-certificate", options.tls_certificate, "PEM file");
    app.add_option("--tls-key", options.tls_key, "PEM file");
    app.add_flag("--insecure-public", options.insecure_public,
                 "listen beyond loopback without TLS");
    app.add_option("--io-threads", options.io_threads, "threads of the HTTP server")
        ->capture_default_str()
        ->check(CLI::Range(1, 64));
    app.add_option("--mark-interval-ms", options.mark_interval_ms,
                   "how far the mark may follow the log; 0: before every reply")
        ->capture_default_str()
        ->check(CLI::Range(0, eventstore::mark_interval_ms_max));
    app.add_option("--views-give-way-ms", options.views_give_way_ms,
                   "how long views wait while commands come fast and nobody asks for them")
        ->capture_default_str()
        ->check(CLI::Range(0, 600'000));
    app.add_option("--max-body-bytes", options.max_body_bytes, "larger request bodies answer 413")
        ->capture_default_str();
    add_limit_options(app, options.rate_limits);
    app.add_option("--cors-origin", options.cors_origins,
                   "a web page's origin that may call from a browser, e.g. "
                   "https://book.example.com; repeatable; *: any")
        ->allow_extra_args(false)
        ->check([](const std::string& origin) { return gateway::cors_origin_fault(origin); },
                "ORIGIN");
    app.add_option("--public-url", options.public_url,
                   "as written into /openapi.json and calendar URLs");
    app.add_flag("--access-log", options.access_log, "one line a request on stderr");
    app.set_version_flag("--version", "almanacd 0.1.0");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "almanacd: the event-sourced server of Almanac\n\n"
        "  almanacd init --data ./data\n"
        "  almanacd --data ./data --listen 127.0.0.1:8080"};
    app.footer(
        "Exit codes: 0 ok, 2 bad arguments, 3 cannot listen, 10 data missing, 11 data exists, "
        "12 data locked, 13 newer format,\n14 damaged, 15 log behind mark, 16 keyring behind "
        "log, 17 another log's, 18 disk, 19 keys, 1 anything else.");
    gateway::ApplicationOptions serve_options;
    add_serve_options(app, serve_options);
    InitOptions init_options;
    auto* init_command = app.add_subcommand(
        "init", "makes a new data directory and prints the first administrator key");
    init_command->add_option("--data", init_options.data, "a directory that is absent or empty")
        ->required();
    init_command->add_option("--partitions", init_options.partitions, "fixed for ever")
        ->capture_default_str()
        ->check(CLI::Range(1U, 1024U));
    init_command->add_flag("--json", init_options.json, R"(prints {"admin_api_key": ...})");
    init_command->add_option("--sandbox-time", init_options.sandbox_time,
                             "makes it a sandbox for ever, its clock standing at this time");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        if (init_command->parsed()) return init(init_options);
        if (serve_options.data.empty()) {
            std::cerr << "almanacd: --data DIR is required; almanacd init --data DIR makes one\n";
            return 2;
        }
        return serve(serve_options);
    } catch (const std::exception& error) {
        std::cerr << "almanacd: " << error.what() << "\n";
        return 1;
    }
}
