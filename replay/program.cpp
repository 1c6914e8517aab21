#include "replay/program.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <ostream>

#include "domain/house.hpp"
#include "replay/events.hpp"
#include "replay/failure.hpp"
#include "replay/generate.hpp"
#include "replay/inspect.hpp"
#include "replay/operations.hpp"
#include "replay/progress.hpp"
#include "replay/sample.hpp"
#include "replay/server_target.hpp"
#include "replay/status.hpp"
#include "replay/store_target.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

struct InspectWish {
    std::string tenant;
    std::string tag;
};
struct SampleWish {
    std::string name;
};

// Everything the arguments say; filled by CLI11.
struct Arguments {
    Source source;
    bool json = false;
    EventsWish events;
    InspectWish inspect;
    SampleWish sample;
    GenerateWish generate;
    std::string key_name = "administrator";
    unsigned partition = 0;
    unsigned connections = 16;
};

// The target of commands, and what it stands on.
struct OpenedTarget {
    std::unique_ptr<eventstore::Store> store;
    std::unique_ptr<StoreTarget> in_process;
    std::unique_ptr<ServerTarget> server;
    CommandTarget& commands() {
        return in_process ? static_cast<CommandTarget&>(*in_process) : *server;
    }
    BusinessLookup& lookup() {
        return in_process ? static_cast<BusinessLookup&>(*in_process) : *server;
    }
};

Result<OpenedTarget> open_target(const Source& source, const kernel::Catalogue& catalogue,
                                 unsigned connections) {
    OpenedTarget target;
    if (source.is_directory()) {
        auto store = eventstore::Store::open(source.data, catalogue, {});
        if (!store) return std::unexpected(std::move(store.error()));
        target.store = std::move(*store);
        if (auto finished = target.store->finish_begun(); !finished) {
            return std::unexpected(std::move(finished.error()));
        }
        target.in_process = std::make_unique<StoreTarget>(*target.store, catalogue);
        return target;
    }
    auto server = ServerTarget::connect(source.server, catalogue, connections);
    if (!server) return std::unexpected(std::move(server.error()));
    target.server = std::move(*server);
    return target;
}

class Program {
  public:
    Program(const Arguments& arguments, Terminal terminal)
        : arguments_(arguments), terminal_(terminal), catalogue_(build_catalogue()) {}

    Result<void> status() {
        const auto status = read_status(arguments_.source, catalogue_);
        if (!status) return std::unexpected(status.error());
        if (arguments_.json)
            terminal_.out << json::dump(json::Value(*status)) << '\n';
        else
            terminal_.out << status_text(*status);
        return {};
    }
    Result<void> events() {
        return print_events(arguments_.source, catalogue_, arguments_.events, terminal_.out,
                            terminal_.err);
    }
    Result<void> inspect() {
        json::Value before = json::Object{};
        const auto& wish = arguments_.inspect;
        return replay::inspect(
            arguments_.source, catalogue_, wish.tenant, wish.tag, [&](const FoldStep& step) {
                if (arguments_.json)
                    terminal_.out << step_line(step, before) << '\n';
                else
                    terminal_.out << step_text(step, before, terminal_.out_is_terminal) << '\n';
                if (step.state) before = *step.state;
            });
    }
    Result<void> sample();
    Result<void> generate();
    Result<void> admin_key();
    Result<void> accept_loss();

  private:
    void tell_sample(const SampleSummary& summary);
    void tell_generated(const GenerateSummary& summary);

    const Arguments& arguments_;
    Terminal terminal_;
    kernel::Catalogue catalogue_;
};

Result<void> Program::sample() {
    auto target = open_target(arguments_.source, catalogue_, 1);
    if (!target) return std::unexpected(std::move(target.error()));
    terminal_.err << "Loading " << arguments_.sample.name << "\n";
    const auto summary =
        load_sample(bella_hair_salon(), target->commands(), target->lookup(), terminal_.err);
    if (!summary) return std::unexpected(summary.error());
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(summary->to_json())) << '\n';
    else
        tell_sample(*summary);
    return {};
}

void Program::tell_sample(const SampleSummary& summary) {
    auto& out = terminal_.out;
    if (summary.changes == 0)
        out << summary.sample << " was there already: nothing changed.\n";
    else
        out << summary.sample << " is loaded (" << summary.changes << " changes):\n";
    for (const auto& [kind, count] : summary.created) out << "  " << count << ' ' << kind << '\n';
    if (arguments_.source.is_directory()) return;
    const auto& url = arguments_.source.server.url;
    const auto base = url + "/v1/tenants/" + summary.sample;
    out << "Documentation: " << url << "/docs\n"
        << "  curl -H \"Authorization: Bearer $ALMANAC_KEY\" " << base << "/services\n"
        << "  curl -H \"Authorization: Bearer $ALMANAC_KEY\" '" << base
        << "/appointments?sort=start&limit=5'\n"
        << "  curl -H \"Authorization: Bearer $ALMANAC_KEY\" '" << base << "/events?limit=5'\n";
}

Result<void> Program::generate() {
    auto target = open_target(arguments_.source, catalogue_, arguments_.connections);
    if (!target) return std::unexpected(std::move(target.error()));
    const auto& wish = arguments_.generate;
    Progress bar(terminal_.err, terminal_.err_is_terminal, "appointments", wish.appointments);
    const auto summary = replay::generate(
        wish, target->commands(),
        [&](std::uint64_t booked, std::uint64_t events) { bar.update(booked, events); });
    if (!summary) return std::unexpected(summary.error());
    bar.finish(summary->appointments, summary->events);
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(summary->to_json())) << '\n';
    else
        tell_generated(*summary);
    return {};
}

void Program::tell_generated(const GenerateSummary& summary) {
    auto& out = terminal_.out;
    out << summary.tenants.size() << " tenants (" << summary.tenants.front() << " …), "
        << grouped(summary.clients) << " clients, " << grouped(summary.appointments)
        << " appointments: " << grouped(summary.events) << " events in "
        << fmt::format("{:.1f} s ({} events/s)\n", summary.seconds,
                       grouped(static_cast<std::uint64_t>(static_cast<double>(summary.events) /
                                                          std::max(summary.seconds, 1e-9))));
    if (summary.until != summary.from) {
        out << "The clock went from " << kernel::to_string(summary.from) << " to "
            << kernel::to_string(summary.until) << ".\n";
    }
    for (const auto& [code, count] : summary.rejected) {
        out << grouped(count) << " refused: " << code << '\n';
    }
    if (!summary.first_rejection.empty()) out << "The first: " << summary.first_rejection << '\n';
}

Result<void> Program::admin_key() {
    const auto key = issue_admin_key(arguments_.source.data, catalogue_, arguments_.key_name);
    if (!key) return std::unexpected(key.error());
    const json::Value said = json::Object{{"admin_api_key", *key}};
    if (arguments_.json)
        terminal_.out << json::dump(said) << '\n';
    else
        terminal_.out << "Administrator key, shown this once:\n  " << *key << '\n';
    return {};
}

Result<void> Program::accept_loss() {
    const auto fork = replay::accept_loss(arguments_.source.data, arguments_.partition);
    if (!fork) return std::unexpected(fork.error());
    const auto from = kernel::to_string(fork->from_log_id);
    const auto to = kernel::to_string(fork->to_log_id);
    const auto position = fmt::format("{}-{}", arguments_.partition, fork->position);
    const json::Value said =
        json::Object{{"from_log_id", from}, {"to_log_id", to}, {"position", position}};
    if (arguments_.json)
        terminal_.out << json::dump(said) << '\n';
    else
        terminal_.out << "Log " << from << " ends at " << position << " and goes on as " << to
                      << ".\n";
    return {};
}

void add_source(CLI::App& command, Arguments& arguments) {
    auto& server = arguments.source.server;
    auto* data = command.add_option("--data", arguments.source.data, "a stopped data directory");
    auto* url = command.add_option("--server", server.url,
                                   "a running server, such as http://127.0.0.1:8080; or "
                                   "ALMANAC_SERVER in the environment");
    command.add_option("--key", server.key,
                       "an API key, alk_…; better ALMANAC_KEY in the environment: arguments are "
                       "seen by other users");
    command.add_option("--ca", server.certificate_authority, "PEM file of the server's authority")
        ->check(CLI::ExistingFile);
    command.add_flag("--json", arguments.json, "answer as JSON");
    data->excludes(url);
}

void add_status(CLI::App& app, Arguments& arguments) {
    auto* command =
        app.add_subcommand("status", "partitions, positions, log ids, tenants, lag of the views");
    add_source(*command, arguments);
    command->footer(
        "  almanac status --data ./data\n"
        "  almanac status --server http://127.0.0.1:8080 --key alk_… --json");
}

void add_events(CLI::App& app, Arguments& arguments) {
    auto& wish = arguments.events;
    auto* command = app.add_subcommand("events", "events of a tenant as NDJSON, oldest first");
    add_source(*command, arguments);
    command->add_option("--tenant", wish.tenant, "slug or id")->required();
    command->add_option("--types", wish.types, "any of these, comma-separated")->delimiter(',');
    command->add_option("--tags", wish.tags, "all of these, comma-separated")->delimiter(',');
    command->add_option("--after", wish.after, "only those after this sequence");
    command->add_option("--limit", wish.limit, "no more than so many");
    command->add_flag("--follow", wish.follow, "go on as they happen (servers only)");
    command->footer(
        "  almanac events --data ./data --tenant bella-hair-salon --limit 3\n"
        "  almanac events --server http://127.0.0.1:8080 --tenant bella-hair-salon --follow\n"
        "  almanac events --data ./data --tenant bella-hair-salon \\\n"
        "      --types scheduling.appointment_booked,scheduling.appointment_cancelled");
}

void add_inspect(CLI::App& app, Arguments& arguments) {
    auto* command = app.add_subcommand(
        "inspect", "a fold with its events, step by step, what each changed marked");
    add_source(*command, arguments);
    command->add_option("tag", arguments.inspect.tag, "kind:key")->required();
    command->add_option("--tenant", arguments.inspect.tenant, "slug or id")->required();
    command->footer(
        "  almanac inspect appointment:<id> --tenant bella-hair-salon --data ./data\n"
        "  almanac inspect resource_month:<id>/2026-12 --tenant bella-hair-salon --data ./data\n"
        "  almanac inspect client:<id> --tenant bella-hair-salon --server http://127.0.0.1:8080\n"
        "With --json a line for each step: {revision, event, changed, state}. Personal data stays\n"
        "sealed but where a server opens it for your key.");
}

void add_sample(CLI::App& app, Arguments& arguments) {
    auto* command = app.add_subcommand("sample", "loads a sample business; again = no change");
    add_source(*command, arguments);
    command->add_option("name", arguments.sample.name, "bella-hair-salon")
        ->required()
        ->check(CLI::IsMember({"bella-hair-salon"}));
    command->footer("  almanac sample bella-hair-salon --server http://127.0.0.1:8080 --key alk_…");
}

void add_generate(CLI::App& app, Arguments& arguments) {
    auto& wish = arguments.generate;
    auto* command =
        app.add_subcommand("generate", "makes realistic history through the real commands");
    add_source(*command, arguments);
    command->add_option("--tenants", wish.tenants, "businesses")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000));
    command->add_option("--appointments", wish.appointments, "over all of them")
        ->capture_default_str()
        ->check(CLI::Range(1, 100'000'000));
    command->add_option("--seed", wish.seed, "the same seed makes the same commands")
        ->capture_default_str();
    command
        ->add_option("--clients", wish.clients,
                     "of each business; one for every six appointments if absent")
        ->check(CLI::Range(1, 100'000));
    command->add_flag("--sandbox", wish.sandbox,
                      "let the sandbox's clock run along: events have true times");
    command->add_option("--connections", arguments.connections, "to the server")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    command->footer(
        "  almanac generate --tenants 20 --appointments 100000 --seed 7 --data ./data\n"
        "  almanac generate --tenants 2 --appointments 500 --seed 7 --sandbox --server "
        "http://127.0.0.1:8080\n"
        "Where the clock stands (no --sandbox) bookings of the past weeks are recorded by staff "
        "with\n"
        "a reason and completed; later ones stay open.");
}

void add_operations(CLI::App& app, Arguments& arguments) {
    auto* key = app.add_subcommand("admin-key", "issues another administrator key");
    key->add_option("--name", arguments.key_name, "what it is for")->capture_default_str();
    key->footer("  almanac admin-key --data ./data --name \"after the old one was lost\"");
    auto* loss = app.add_subcommand("accept-loss", "a log that lost its end goes on as a new one");
    loss->add_option("--partition", arguments.partition, "its number")->capture_default_str();
    loss->footer(
        "  almanac accept-loss --data ./data --partition 0\n"
        "Restore a backup instead where there is one. Everything with a position outside\n"
        "this directory (views, replicas, topics) begins anew.");
    for (auto* command : {key, loss}) {
        command->add_option("--data", arguments.source.data, "a stopped data directory")
            ->required();
        command->add_flag("--json", arguments.json, "answer as JSON");
    }
}

Result<void> run_command(const CLI::App& app, Program& program) {
    if (app.got_subcommand("status")) return program.status();
    if (app.got_subcommand("events")) return program.events();
    if (app.got_subcommand("inspect")) return program.inspect();
    if (app.got_subcommand("sample")) return program.sample();
    if (app.got_subcommand("generate")) return program.generate();
    if (app.got_subcommand("admin-key")) return program.admin_key();
    return program.accept_loss();
}

std::string from_environment(const char* name) {
    const auto* value = std::getenv(name);
    return value ? value : "";
}

// --data, or a server from the arguments or the environment.
Result<void> complete(Source& source) {
    if (source.is_directory()) return {};
    if (source.server.url.empty()) source.server.url = from_environment("ALMANAC_SERVER");
    if (source.server.key.empty()) source.server.key = from_environment("ALMANAC_KEY");
    if (!source.server.url.empty()) return {};
    return kernel::reject(std::string(code_arguments),
                          "Give --data DIR, or --server URL with --key KEY (or ALMANAC_SERVER and "
                          "ALMANAC_KEY in the environment).");
}
}  // namespace

int run_program(int argc, const char* const* argv, Terminal terminal) {
    CLI::App app{"almanac: the operator's tool, on a stopped data directory or against a server"};
    app.footer(std::string("Each command explains itself: almanac generate --help\n") +
               exit_codes_text);
    app.set_version_flag("--version", "almanac 0.1.0");
    app.require_subcommand(1);
    Arguments arguments;
    add_status(app, arguments);
    add_events(app, arguments);
    add_inspect(app, arguments);
    add_sample(app, arguments);
    add_generate(app, arguments);
    add_operations(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, terminal.out, terminal.err) == 0 ? exit_ok : exit_arguments;
    }
    auto done = complete(arguments.source);
    if (done) {
        Program program(arguments, terminal);
        done = run_command(app, program);
    }
    terminal.out.flush();
    if (done) return exit_ok;
    terminal.err << "almanac: " << explain(done.error()) << '\n';
    return exit_code_of(done.error());
}

}  // namespace almanac::replay
