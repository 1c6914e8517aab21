#include "replay/arguments.hpp"

#include <CLI/CLI.hpp>

#include "replay/sample_business.hpp"

namespace almanac::replay {
namespace {

CLI::Option* add_server(CLI::App& command, Arguments& arguments) {
    auto& server = arguments.source.server;
    auto* url = command.add_option("--server", server.url,
                                   "a running server, such as http://127.0.0.1:8080; or "
                                   "ALMANAC_SERVER in the environment");
    command.add_option("--key", server.key,
                       "an API key, alk_…; better ALMANAC_KEY in the environment: arguments are "
                       "seen by other users");
    command.add_option("--ca", server.certificate_authority, "PEM file of the server's authority")
        ->check(CLI::ExistingFile);
    command.add_flag("--json", arguments.json, "answer as JSON");
    return url;
}

void add_source(CLI::App& command, Arguments& arguments) {
    auto* data = command.add_option("--data", arguments.source.data, "a stopped data directory");
    data->excludes(add_server(command, arguments));
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
    command->add_option("name", arguments.sample.name, "which one")
        ->required()
        ->check(CLI::IsMember(sample_names()));
    command->footer(
        "  almanac sample bella-hair-salon --server http://127.0.0.1:8080 --key alk_…\n"
        "  almanac sample tide-wellness --data ./data");
}

void add_place(CLI::App& command, ImportWish& wish) {
    command.add_option("file", wish.file, "what to import")->required()->check(CLI::ExistingFile);
    command.add_option("--tenant", wish.tenant, "slug or id")->required();
    command.add_option("--errors", wish.errors,
                       "where bad lines go: NDJSON of line, status, error, input");
    command.add_option("--state", wish.state,
                       "what is remembered between runs; FILE.TENANT.import if absent");
    command.add_flag("--start-over", wish.start_over, "forget what an earlier run did");
}

void add_import(CLI::App& app, Arguments& arguments) {
    auto* command = app.add_subcommand("import", "commands from an NDJSON file, line by line");
    add_server(*command, arguments);
    add_place(*command, arguments.import);
    command->footer(
        "  almanac import moves.ndjson --tenant bella-hair-salon --errors bad.ndjson\n"
        "A line: {\"command\": \"create_client\", \"idempotency_key\": \"row-17\", \"body\": "
        "{…}},\n"
        "with \"id\" where the command's path has one; /docs names the commands. A bad line "
        "spoils\n"
        "only itself: exit code 23 then, and 0 when all were taken. A run that was cut off is "
        "gone\n"
        "on with by the same call; nothing is done twice, with the same key and for seven days.\n"
        "What was refused, once corrected:\n"
        "  jq -r .input bad.ndjson > again.ndjson");
}

void add_import_csv(CLI::App& app, Arguments& arguments) {
    auto& wish = arguments.csv;
    auto* command =
        app.add_subcommand("import-csv", "clients or appointments from a CSV file, row by row");
    command->add_option("kind", wish.kind, "clients or appointments")
        ->required()
        ->check(CLI::IsMember({"clients", "appointments"}));
    add_server(*command, arguments);
    add_place(*command, wish.import);
    command->add_flag("--dry-run", wish.dry_run, "tell every bad row; write nothing");
    command->add_option("--mapping", wish.mapping,
                        "COLUMN=FIELD, repeatable; COLUMN= leaves a column out");
    command->add_option("--delimiter", wish.delimiter, "between fields")->capture_default_str();
    command->add_option("--time-zone", wish.time_zone,
                        "IANA zone of local times; the business's if absent");
    command->footer(
        "  almanac import-csv clients people.csv --tenant bella-hair-salon --dry-run\n"
        "  almanac import-csv clients people.csv --tenant bella-hair-salon --errors bad.ndjson \\\n"
        "      --mapping \"Correo=email\" --mapping \"Internal no=\"\n"
        "  almanac import-csv appointments diary.csv --tenant bella-hair-salon --delimiter ';'\n"
        "The first line names the columns. Clients: first_name, last_name, email, phone, "
        "birth_date,\n"
        "address.city, tags (several with ;) and every other field of a client. Appointments: "
        "client\n"
        "(e-mail, phone or id), service and resources (name, slug or id; several with ;), start, "
        "or\n"
        "date and time (local, or RFC 3339), party_size, method, client_notes, staff_notes. Rows "
        "are\n"
        "checked by the server's own rules before any is sent. Exit code 23 where one is bad.");
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
    auto* loss = app.add_subcommand("accept-loss",
                                    "shows what a log lost and, with --yes, goes on without it");
    loss->add_option("--partition", arguments.partition, "its number")->capture_default_str();
    loss->add_flag("--yes", arguments.confirmed,
                   "give up for good what is missing; without it nothing is changed");
    loss->footer(
        "  almanac accept-loss --data ./data                 what is missing; exits with 23\n"
        "  almanac accept-loss --data ./data --yes\n"
        "  almanac accept-loss --data ./data --partition 3 --yes --json\n"
        "For a log that ends before what was acknowledged (exit code 15), or whose mark is gone.\n"
        "Restore a backup instead where there is one that has more. The log goes on under another\n"
        "log id, which the next start tells every tenant of the partition (log_forked); views are\n"
        "built anew, and whoever sends the old Almanac-Log is answered 409 log_forked. A damaged\n"
        "log or a keyring that is an older copy is never accepted. The master key is needed, as\n"
        "for a start.");
    auto* verify = app.add_subcommand(
        "verify", "reads all of a stopped data directory and says what is not as it must be");
    verify->add_flag("--views", arguments.verify_views,
                     "also build every view anew, beside, and compare; takes disk and time");
    verify->footer(
        "  almanac verify --data ./data\n"
        "  almanac verify --data ./data --views --json\n"
        "Every record against its hash; positions, sequences, times and commands without gap or\n"
        "half; the indexes against the records; every key of the keyring; every sealed value is\n"
        "opened, where its subject is not erased; kept results, snapshots, timers and policies'\n"
        "checkpoints against the events. Changes nothing. Exit code 14 where something is not as\n"
        "it must be; 22 where only views are not there to be compared, as before the first start,\n"
        "after a restore, an accepted loss or with a newer program: let a server start first.");
    for (auto* command : {key, loss, verify}) {
        command->add_option("--data", arguments.source.data, "a stopped data directory")
            ->required();
        command->add_flag("--json", arguments.json, "answer as JSON");
    }
}

void add_clock(CLI::App& app, Arguments& arguments) {
    auto* command = app.add_subcommand(
        "clock", "whether a server's wall clock jumped; `clock accept` takes it as it is");
    add_server(*command, arguments);
    command->require_subcommand(0, 1);
    auto* accept = command->add_subcommand("accept", "the wall clock is right as it is now");
    accept->callback([&arguments] { arguments.accepts_clock = true; });
    const auto* examples =
        "  almanac clock --server http://127.0.0.1:8080\n"
        "  almanac clock accept --server http://127.0.0.1:8080 --key alk_…\n"
        "A wall clock that moves more than five minutes against the time since boot stops all\n"
        "writing (503 clock_jumped) until it returns or is accepted. Correct the clock where it\n"
        "is wrong: what is written after an accepted jump bears its times for ever, and time\n"
        "stands where an accepted clock is behind. Needs an administrator key.";
    command->footer(examples);
    accept->footer(examples);
    accept->fallthrough();
}

void add_backup(CLI::App& app, Arguments& arguments) {
    auto& wish = arguments.backup;
    auto* command = app.add_subcommand(
        "backup", "logs and keyrings into a backup folder; a server goes on serving meanwhile");
    command
        ->add_option("DIR", wish.folder,
                     "the backup folder: new, empty, or that of earlier backups of this directory; "
                     "with --server an absolute path on the server's machine")
        ->required();
    add_source(*command, arguments);
    command->add_option("--base", wish.base,
                        "a backup to link equal files from, instead of the folder's newest");
    command->add_flag("--no-verify", wish.no_verify,
                      "do not read the backup again, nor its logs from end to end");
    command->add_flag("--into-fork", wish.into_fork,
                      "the folder's last backup is of the log before a restore or accepted loss");
    command->footer(
        "  almanac backup /backups/salon --server http://127.0.0.1:8080 --key alk_…\n"
        "  almanac backup /backups/salon --data ./data\n"
        "  almanac backup /backups/salon --data ./data --into-fork      after a restore\n"
        "Each call adds a backup to the folder, such as 000003-20261201T120000Z, complete in\n"
        "itself: delete old ones as you like. Files that the backup before has as well are hard\n"
        "links where the file system has them, else copies. One keyring serves all backups of a\n"
        "folder: who was erased since then stays erased. The master key is in none: keep it\n"
        "elsewhere. What is not whole never looks like a backup. Needs an administrator key.");
}

void add_restore(CLI::App& app, Arguments& arguments) {
    auto& wish = arguments.restore;
    auto* command = app.add_subcommand("restore", "a new data directory from a backup");
    command->add_option("--from", wish.folder, "the backup folder")->required();
    command->add_option("--data", wish.data, "a new or empty directory")->required();
    command->add_option("--backup", wish.backup, "its name in the folder; the newest if absent");
    command
        ->add_option("--until", wish.until,
                     "leave out what came later: a time (RFC 3339), or a position, such as "
                     "0-1234, for each partition")
        ->allow_extra_args(false);
    command->add_option("--master-key", wish.master_key,
                        "copied to master.key; not needed where that lies in --data already");
    command->add_flag("--json", arguments.json, "answer as JSON");
    command->footer(
        "  almanac restore --from /backups/salon --data ./restored --master-key ./master.key\n"
        "  almanac restore --from /backups/salon --data ./restored --master-key ./master.key \\\n"
        "      --until 2026-12-01T12:00:00Z\n"
        "  almanac restore --from /backups/salon --backup 000003-20261201T120000Z \\\n"
        "      --data ./restored --master-key ./master.key --until 0-1234\n"
        "A position or time inside a command means the end of the command before it. Every file\n"
        "and every record is checked. The log goes on under another log id, which the next start\n"
        "tells every tenant (log_forked); whoever sends the old Almanac-Log is answered 409\n"
        "log_forked. Views go on where they were, unless the log is cut before their end. Erased\n"
        "people stay erased.");
}
}  // namespace

void add_commands(CLI::App& app, Arguments& arguments) {
    add_status(app, arguments);
    add_events(app, arguments);
    add_inspect(app, arguments);
    add_sample(app, arguments);
    add_generate(app, arguments);
    add_import(app, arguments);
    add_import_csv(app, arguments);
    add_operations(app, arguments);
    add_clock(app, arguments);
    add_backup(app, arguments);
    add_restore(app, arguments);
}

}  // namespace almanac::replay
