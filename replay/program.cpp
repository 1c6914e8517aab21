#include "replay/program.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <memory>
#include <ostream>

#include "domain/house.hpp"
#include "replay/arguments.hpp"
#include "replay/failure.hpp"
#include "replay/loss.hpp"
#include "replay/operations.hpp"
#include "replay/progress.hpp"
#include "replay/sample.hpp"
#include "replay/server_clock.hpp"
#include "replay/server_target.hpp"
#include "replay/status.hpp"
#include "replay/store_target.hpp"
#include "replay/verify.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

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
        if (auto started = target.store->start_policies(); !started) {
            return std::unexpected(std::move(started.error()));
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
    Result<void> import();
    Result<void> import_csv();
    Result<void> admin_key();
    Result<void> accept_loss();
    Result<void> verify();
    Result<void> clock();
    Result<void> backup();
    Result<void> restore();

  private:
    void tell_sample(const SampleSummary& summary);
    void tell_generated(const GenerateSummary& summary);
    Result<void> tell_imported(const ImportTotals& totals);

    const Arguments& arguments_;
    Terminal terminal_;
    kernel::Catalogue catalogue_;
};

Result<void> Program::sample() {
    auto target = open_target(arguments_.source, catalogue_, 1);
    if (!target) return std::unexpected(std::move(target.error()));
    terminal_.err << "Loading " << arguments_.sample.name << "\n";
    const auto summary = load_sample(*sample_business(arguments_.sample.name), target->commands(),
                                     target->lookup(), terminal_.err);
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

Result<void> Program::import() {
    const auto totals = import_file(arguments_.import, arguments_.source.server,
                                    {terminal_.err, terminal_.err_is_terminal});
    if (!totals) return std::unexpected(totals.error());
    return tell_imported(*totals);
}

Result<void> Program::import_csv() {
    const auto totals = replay::import_csv(arguments_.csv, catalogue_, arguments_.source.server,
                                           {terminal_.err, terminal_.err_is_terminal});
    if (!totals) return std::unexpected(totals.error());
    return tell_imported(*totals);
}

Result<void> Program::tell_imported(const ImportTotals& totals) {
    const bool dry = arguments_.csv.dry_run;
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(totals.to_json())) << '\n';
    else if (dry)
        terminal_.out << fmt::format("{} rows can be sent, {} are bad; nothing was sent\n",
                                     grouped(totals.done), grouped(totals.refused));
    else
        terminal_.out << fmt::format("{} lines taken ({} of them before), {} refused\n",
                                     grouped(totals.done), grouped(totals.replayed),
                                     grouped(totals.refused));
    if (totals.refused == 0) return {};
    return kernel::reject("lines_refused", fmt::format("{} lines {}.", grouped(totals.refused),
                                                       dry ? "are bad" : "were refused"));
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
    const LossWish wish{arguments_.source.data, arguments_.partition, arguments_.confirmed};
    const auto report = replay::accept_loss(wish);
    if (!report) return std::unexpected(report.error());
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(report->to_json())) << '\n';
    else
        terminal_.out << report->text();
    if (report->fork) return {};
    return kernel::reject("not_confirmed",
                          "Nothing was changed. --yes gives up for good what is missing.");
}

Result<void> Program::verify() {
    VerifyWish wish{arguments_.source.data, arguments_.verify_views};
    const auto report = [&] {
        ProgressOfPieces progress(terminal_.err, terminal_.err_is_terminal);
        wish.tell = [&](std::string_view unit, std::uint64_t done, std::uint64_t total) {
            progress.update(unit, done, total);
        };
        return replay::verify(wish, catalogue_);
    }();
    if (!report) return std::unexpected(report.error());
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(report->to_json())) << '\n';
    else
        terminal_.out << report->text();
    const auto found = report->findings.count();
    if (found == 0) return {};
    if (report->findings.damages() > 0)
        return kernel::corrupt(fmt::format("{} things are not as they must be.", found));
    return kernel::reject(kernel::RejectionKind::not_found, "views_missing",
                          "Nothing is damaged, but not all views were there to be compared: let a "
                          "server start on the directory first.");
}

Result<void> Program::clock() {
    const auto clock = read_server_clock(arguments_.source.server, arguments_.accepts_clock);
    if (!clock) return std::unexpected(clock.error());
    if (arguments_.json)
        terminal_.out << json::dump(json::Value(clock->to_json())) << '\n';
    else
        terminal_.out << clock->text();
    return {};
}

Result<void> Program::backup() {
    const auto report = take_backup(arguments_.source, arguments_.backup,
                                    {terminal_.err, terminal_.err_is_terminal});
    if (!report) return std::unexpected(report.error());
    terminal_.out << (arguments_.json ? json::dump(json::Value(*report)) + '\n'
                                      : backup_text(*report));
    return {};
}

Result<void> Program::restore() {
    const auto report =
        replay::restore(catalogue_, arguments_.restore, {terminal_.err, terminal_.err_is_terminal});
    if (!report) return std::unexpected(report.error());
    terminal_.out << (arguments_.json ? json::dump(json::Value(*report)) + '\n'
                                      : restore_text(*report));
    return {};
}

Result<void> run_command(const CLI::App& app, Program& program) {
    if (app.got_subcommand("status")) return program.status();
    if (app.got_subcommand("events")) return program.events();
    if (app.got_subcommand("inspect")) return program.inspect();
    if (app.got_subcommand("sample")) return program.sample();
    if (app.got_subcommand("generate")) return program.generate();
    if (app.got_subcommand("import")) return program.import();
    if (app.got_subcommand("import-csv")) return program.import_csv();
    if (app.got_subcommand("admin-key")) return program.admin_key();
    if (app.got_subcommand("clock")) return program.clock();
    if (app.got_subcommand("verify")) return program.verify();
    if (app.got_subcommand("backup")) return program.backup();
    if (app.got_subcommand("restore")) return program.restore();
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
    add_commands(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error, terminal.out, terminal.err) == 0 ? exit_ok : exit_arguments;
    }
    // A restore speaks to no server and to no directory that is there.
    auto done = app.got_subcommand("restore") ? Result<void>() : complete(arguments.source);
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
