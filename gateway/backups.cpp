#include "gateway/backups.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>

#include "eventstore/backup_json.hpp"
#include "eventstore/named_thread.hpp"
#include "gateway/http_answer.hpp"
#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

struct Stopped {};

std::vector<eventstore::BackupSource> sources_of(eventstore::Store& store, Views& views) {
    std::vector<eventstore::BackupSource> sources;
    for (unsigned number = 0; number < store.partitions(); ++number) {
        auto& partition = store.partition(number);
        auto& keyring = partition.keyring();
        const auto& rows = *views.of(number).store;
        sources.push_back({number, &partition.log(), partition.path(),
                           [&keyring](const eventstore::KeyringStore::Visit& visit) {
                               return keyring.visit_entries(visit);
                           },
                           [&rows](const auto& into) { return rows.copy_to(into); }});
    }
    return sources;
}

// Real time, also in a sandbox: it names the backup.
Instant wall_clock() {
    return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

bool is_json(std::string_view content_type) {
    return equals_ignoring_case(content_type.substr(0, content_type.find(';')), "application/json");
}
}  // namespace

json::Object backup_status_schema() {
    const json::Object text{{"type", "string"}};
    const json::Object number{{"type", "integer"}, {"minimum", 0}};
    const json::Object object{{"type", "object"}};
    json::Object properties{
        {"state", {{"type", "string"}, {"enum", json::Array{"none", "running", "done", "failed"}}}},
        {"directory", text},
        {"phase", text},
        {"done_bytes", number},
        {"total_bytes", number},
        {"backup", object},
        {"error", object}};
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", json::Array{"state"}}};
}

Backups::~Backups() {
    stop();
}

void Backups::stop() {
    stopping_ = true;
    std::thread ended;
    {
        const std::lock_guard lock(mutex_);
        ended = std::move(thread_);
    }
    if (ended.joinable()) ended.join();
}

Result<BackUp> Backups::wish_of(const Call& call) const {
    const auto& request = call.request;
    if (!is_json(request.header("content-type")))
        return reject(RejectionKind::rejected, "unsupported_media_type",
                      "Send the body as Content-Type: application/json.");
    const auto body = json::parse(request.body);
    if (!body) return std::unexpected(body.error());
    auto wish = from_json<BackUp>(*body);
    if (!wish) return wish;
    if (!std::filesystem::path(wish->directory).is_absolute())
        return invalid_field("/directory", "format",
                             "An absolute path on the server's machine, such as /backups/almanac.");
    if (wish->base && !std::filesystem::path(*wish->base).is_absolute())
        return invalid_field("/base", "format", "An absolute path on the server's machine.");
    return wish;
}

Result<void> Backups::begin(BackUp wish) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return unavailable("backup_stopped", "The server stops.");
    if (running_)
        return conflict("backup_running", "A backup into " + directory_ + " runs already.");
    if (thread_.joinable()) thread_.join();  // it has ended
    directory_ = wish.directory;
    progress_ = {};
    ended_.reset();
    thread_ = eventstore::named_thread("backup", [this, wish = std::move(wish)] { run(wish); });
    running_ = true;  // it ends with this lock only
    return {};
}

void Backups::run(const BackUp& wish) {
    eventstore::BackupOptions options;
    options.folder = wish.directory;
    if (wish.base) options.base = *wish.base;
    options.verify = wish.verify;
    options.into_fork = wish.into_fork;
    options.now = wall_clock();
    options.progress = [this](const eventstore::BackupProgress& progress) {
        if (stopping_) throw Stopped{};
        const std::lock_guard lock(mutex_);
        progress_ = progress;
    };
    Result<eventstore::BackupReport> report;
    try {
        report = eventstore::take_backup(sources_of(store_, views_), options);
    } catch (const Stopped&) {
        report = unavailable("backup_stopped", "The server stopped while the backup ran.");
    } catch (const std::exception& error) {
        report = unavailable("io_error", error.what(), 0);
    }
    if (report)
        spdlog::info("backup done: path={} bytes={} linked_bytes={} verified={}",
                     report->path.string(), report->bytes, report->linked_bytes, report->verified);
    for (const auto& file : report ? report->damaged_files : std::vector<std::string>())
        spdlog::warn("an earlier backup is damaged: file={}", file);
    if (!report)
        spdlog::error("backup failed: directory={} code={} detail={}", wish.directory,
                      report.error().code, report.error().detail);
    const std::lock_guard lock(mutex_);
    running_ = false;
    ended_ = std::move(report);
}

json::Object Backups::state() const {
    const std::lock_guard lock(mutex_);
    if (running_)
        return {{"state", "running"},
                {"directory", directory_},
                {"phase", to_string(progress_.phase)},
                {"done_bytes", progress_.done_bytes},
                {"total_bytes", progress_.total_bytes}};
    if (!ended_) return {{"state", "none"}};
    if (*ended_)
        return {{"state", "done"},
                {"directory", directory_},
                {"backup", eventstore::to_json(**ended_)}};
    const auto& error = ended_->error();
    return {
        {"state", "failed"},
        {"directory", directory_},
        {"error", {{"status", status_of(error)}, {"code", error.code}, {"detail", error.detail}}}};
}

void Backups::start(const CallPtr& call) {
    auto wish = wish_of(*call);
    if (!wish && wish.error().code == "unsupported_media_type") {
        const Problem problem{415, wish.error().code, wish.error().detail};
        return call->answer(problem_response(problem, call->request.request_id));
    }
    if (!wish) return call->refuse(wish.error());
    if (auto begun = begin(std::move(*wish)); !begun) return call->refuse(begun.error());
    call->answer_json(202, state(), call->partition->log().last_position());
}

void Backups::status(const CallPtr& call) {
    call->answer_json(200, state(), call->partition->log().last_position());
}

}  // namespace almanac::gateway
