#include "replay/backup.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ostream>
#include <thread>

#include "eventstore/backup_json.hpp"
#include "eventstore/restore.hpp"
#include "projections/view_store.hpp"
#include "replay/failure.hpp"
#include "replay/http_client.hpp"
#include "replay/progress.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using eventstore::BackupPhase;
using eventstore::BackupProgress;

constexpr std::chrono::milliseconds poll_ms{200};

// A line a second at most elsewhere than on a terminal, where one line is written over.
class PhaseProgress {
  public:
    explicit PhaseProgress(const ProgressTo& to) : to_(to) {}
    ~PhaseProgress() {
        if (to_.is_terminal && any_) to_.out << '\n' << std::flush;
    }
    PhaseProgress(const PhaseProgress&) = delete;
    PhaseProgress& operator=(const PhaseProgress&) = delete;

    void tell(std::string_view phase, std::uint64_t done, std::uint64_t total) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) return;
        next_ = now + std::chrono::milliseconds(to_.is_terminal ? 100 : 5'000);
        any_ = true;
        const auto text = total == 0
                              ? fmt::format("{:<8}{}", phase, done == 0 ? "" : grouped(done))
                              : fmt::format("{:<8}{:3}%  {}/{} MiB", phase, done * 100 / total,
                                            grouped(done >> 20), grouped(total >> 20));
        if (to_.is_terminal)
            to_.out << '\r' << text << "\x1b[K" << std::flush;
        else
            to_.out << text << '\n' << std::flush;
    }

  private:
    ProgressTo to_;
    std::chrono::steady_clock::time_point next_{};
    bool any_ = false;
};

kernel::Instant wall_clock() {
    return std::chrono::time_point_cast<kernel::Micros>(std::chrono::system_clock::now());
}

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || value->is_null()) return "";
    return value->is_string() ? std::string(value->get_string()) : json::dump(*value);
}
std::uint64_t number_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

Result<json::Object> back_up_stopped(const std::string& data, const BackupWish& wish,
                                     PhaseProgress& shown) {
    eventstore::BackupOptions options;
    options.folder = wish.folder;
    if (!wish.base.empty()) options.base = wish.base;
    options.verify = !wish.no_verify;
    options.into_fork = wish.into_fork;
    options.now = wall_clock();
    options.progress = [&](const BackupProgress& at) {
        shown.tell(to_string(at.phase), at.done_bytes, at.total_bytes);
    };
    const auto report = eventstore::back_up_directory(data, options);
    if (!report) return std::unexpected(report.error());
    return eventstore::to_json(*report);
}

std::unexpected<kernel::Rejection> unusable() {
    return kernel::reject(std::string(code_server), "The server's answer is not about a backup.");
}

// The server takes the backup; it is asked how far it is until it is done.
Result<json::Object> back_up_server(const ServerAddress& server, const BackupWish& wish,
                                    PhaseProgress& shown) {
    HttpClient client(server);
    json::Object body{
        {"directory", wish.folder}, {"verify", !wish.no_verify}, {"into_fork", wish.into_fork}};
    if (!wish.base.empty()) body["base"] = wish.base;
    auto said = client.post("/v1/admin/backup", body);
    while (true) {
        if (!said) return std::unexpected(said.error());
        if (!said->is_object()) return unusable();
        const auto& status = said->get_object();
        const auto state = text_at(status, "state");
        if (state == "done") {
            const auto* report = status.if_contains("backup");
            if (!report || !report->is_object()) return unusable();
            return report->get_object();
        }
        if (state == "failed") {
            const auto* error = status.if_contains("error");
            if (!error || !error->is_object()) return unusable();
            auto why = rejection_of({static_cast<long>(number_at(error->get_object(), "status")),
                                     {},
                                     json::dump(*error)});
            why.code = text_at(error->get_object(), "code");
            return std::unexpected(std::move(why));
        }
        if (state == "none")
            return kernel::unavailable("backup_stopped",
                                       "The server was started anew while the backup ran. Nothing "
                                       "of it is left; ask again.");
        if (state != "running") return unusable();
        shown.tell(text_at(status, "phase"), number_at(status, "done_bytes"),
                   number_at(status, "total_bytes"));
        std::this_thread::sleep_for(poll_ms);
        said = client.get("/v1/admin/backup");
    }
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && !text.empty();
}

Result<eventstore::RestoreUntil> parse_until(const std::vector<std::string>& texts) {
    eventstore::RestoreUntil until;
    for (const auto& text : texts) {
        unsigned partition = 0;
        std::uint64_t position = 0;
        const auto dash = text.find('-');
        if (dash != text.npos && parse_number(std::string_view(text).substr(0, dash), partition) &&
            parse_number(std::string_view(text).substr(dash + 1), position)) {
            if (!until.positions.emplace(partition, position).second)
                return kernel::reject(std::string(code_arguments),
                                      fmt::format("--until names partition {} twice.", partition));
            continue;
        }
        const auto time = kernel::parse_instant(text);
        if (!time || until.time)
            return kernel::reject(
                std::string(code_arguments),
                fmt::format("--until takes one time (RFC 3339, such as 2026-12-01T12:00:00Z) or "
                            "positions such as 0-1234, not {}.",
                            text));
        until.time = time;
    }
    if (until.time && !until.positions.empty())
        return kernel::reject(std::string(code_arguments),
                              "--until takes a time or positions, not both.");
    return until;
}
}  // namespace

Result<json::Object> take_backup(const Source& source, const BackupWish& wish,
                                 const ProgressTo& progress) {
    PhaseProgress shown(progress);
    if (source.is_directory()) return back_up_stopped(source.data, wish, shown);
    return back_up_server(source.server, wish, shown);
}

std::string backup_text(const json::Object& report) {
    auto text =
        fmt::format("Backup {} of {} files, {} MiB{}.\n", text_at(report, "path"),
                    grouped(number_at(report, "files")), grouped(number_at(report, "bytes") >> 20),
                    text_at(report, "verified") == "true" ? ", verified" : ", NOT VERIFIED");
    const auto base = text_at(report, "base");
    if (base.empty())
        text += "  all of it was copied: there is no earlier backup to link from\n";
    else
        text += fmt::format("  {} files, {} MiB, are linked with {}; the others were copied\n",
                            grouped(number_at(report, "linked_files")),
                            grouped(number_at(report, "linked_bytes") >> 20), base);
    const auto* damaged = report.if_contains("damaged_files");
    for (const auto& file : damaged ? damaged->as_array() : json::Array())
        text += fmt::format("  {} IS DAMAGED: that backup is of no use any more\n",
                            std::string(file.as_string()));
    for (const auto& each : report.at("partitions").as_array()) {
        const auto& partition = each.as_object();
        text += fmt::format("  partition {} up to {} of log {}\n", text_at(partition, "partition"),
                            text_at(partition, "position"), text_at(partition, "log_id"));
    }
    return text + "The master key is not in it: keep a copy of it elsewhere.\n";
}

Result<json::Object> restore(const kernel::Catalogue& catalogue, const RestoreWish& wish,
                             const ProgressTo& progress) {
    const auto until = parse_until(wish.until);
    if (!until) return std::unexpected(until.error());
    PhaseProgress shown(progress);
    eventstore::RestoreOptions options;
    options.folder = wish.folder;
    options.backup = wish.backup;
    options.data = wish.data;
    options.until = *until;
    if (!wish.master_key.empty()) options.master_key = wish.master_key;
    options.adopt_views = [](const std::filesystem::path& views, const kernel::Uuid& of,
                             const eventstore::Fork& fork) {
        return projections::ViewStore::adopt(views, of, fork.to_log_id, fork.position);
    };
    options.progress = [&](const BackupProgress& at) {
        shown.tell(at.phase == BackupPhase::log ? "events" : to_string(at.phase), at.done_bytes,
                   at.total_bytes);
    };
    const auto report = eventstore::restore_backup(catalogue, options);
    if (!report) return std::unexpected(report.error());
    auto said = eventstore::to_json(*report);
    said["data"] = wish.data;
    return said;
}

std::string restore_text(const json::Object& report) {
    auto text = fmt::format("Restored backup {} into {}:\n", text_at(report, "backup"),
                            text_at(report, "data"));
    for (const auto& each : report.at("partitions").as_array()) {
        const auto& partition = each.as_object();
        text += fmt::format("  partition {} up to {}{}, {} later events left out\n",
                            text_at(partition, "partition"), text_at(partition, "position"),
                            text_at(partition, "last_time").empty()
                                ? std::string()
                                : " of " + text_at(partition, "last_time"),
                            text_at(partition, "left_out"));
        text += fmt::format("    log {} goes on as {}\n", text_at(partition, "from_log_id"),
                            text_at(partition, "log_id"));
        const auto why = text_at(partition, "views_built_because");
        text += why.empty() ? "    its views go on where they were\n"
                            : fmt::format("    the next start builds its views: {}\n", why);
    }
    return text + "The next start tells every tenant (log_forked).\n";
}

}  // namespace almanac::replay
