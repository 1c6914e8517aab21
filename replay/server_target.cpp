#include "replay/server_target.hpp"

#include <algorithm>

#include "eventstore/log.hpp"
#include "replay/failure.hpp"
#include "replay/sample_marks.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

constexpr std::size_t queue_max = 1'024;
constexpr int tries_max = 6;
constexpr std::chrono::seconds settles_within{60};
constexpr std::chrono::milliseconds asked_every{25};

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

std::string path_of(const kernel::CommandType& type, const CommandCall& call) {
    auto path = type.path.starts_with('/')
                    ? type.path
                    : fmt::format("/v1/tenants/{}/{}", percent_encode(call.tenant), type.path);
    constexpr std::string_view id = "{id}";
    if (const auto at = path.find(id); at != path.npos) path.replace(at, id.size(), call.id);
    constexpr std::string_view date = "{date}";
    if (const auto at = path.find(date); at != path.npos) path.replace(at, date.size(), call.date);
    constexpr std::string_view tenant = "{tenant}";
    if (const auto at = path.find(tenant); at != path.npos) {
        path.replace(at, tenant.size(), percent_encode(call.tenant));
    }
    return path;
}

// What waits behind what was answered: events for a policy, timers that are due.
bool has_settled(const json::Object& ready) {
    const auto now = kernel::parse_instant(text_at(ready, "now"));
    const auto* partitions = ready.if_contains("partitions");
    if (!now || !partitions || !partitions->is_array()) return false;
    return std::ranges::all_of(partitions->get_array(), [&](const json::Value& each) {
        const auto& partition = each.as_object();
        const auto due = kernel::parse_instant(text_at(partition, "next_timer_due"));
        return number_at(partition, "policy_lag") == 0 && (!due || *due > *now);
    });
}
}  // namespace

ServerTarget::ServerTarget(const ServerAddress& server, const kernel::Catalogue& catalogue)
    : server_(server),
      catalogue_(catalogue),
      client_(server),
      own_keys_("almanac/" + kernel::to_string(eventstore::random_log_id())) {}

Result<std::unique_ptr<ServerTarget>> ServerTarget::connect(const ServerAddress& server,
                                                            const kernel::Catalogue& catalogue,
                                                            unsigned connections) {
    std::unique_ptr<ServerTarget> target(new ServerTarget(server, catalogue));
    const auto ready = target->client_.get("/readyz");
    if (!ready) return std::unexpected(ready.error());
    const auto* sandbox = ready->is_object() ? ready->get_object().if_contains("sandbox") : nullptr;
    target->is_sandbox_ = sandbox != nullptr && *sandbox == true;
    for (unsigned i = 0; i < connections; ++i) {
        target->threads_.emplace_back([raw = target.get()] { raw->work(); });
    }
    return target;
}

ServerTarget::~ServerTarget() {
    drain();
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

void ServerTarget::submit(CommandCall call, CommandReply reply) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return queue_.size() < queue_max; });
    if (call.idempotency_key.empty()) {
        call.idempotency_key = fmt::format("{}/{}", own_keys_, ++keys_made_);
    }
    queue_.push_back({std::move(call), std::move(reply)});
    changed_.notify_all();
}

void ServerTarget::drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return queue_.empty() && running_ == 0; });
}

void ServerTarget::work() {
    HttpClient client(server_);
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto waiting = std::move(queue_.front());
        queue_.pop_front();
        ++running_;
        lock.unlock();
        changed_.notify_all();
        auto answer = exchange(client, waiting.call);
        {
            const std::lock_guard one_at_a_time(reply_mutex_);
            waiting.reply(std::move(answer));
        }
        lock.lock();
        --running_;
        changed_.notify_all();
    }
}

Result<CommandDone> ServerTarget::try_once(HttpClient& client, const CommandCall& call) const {
    const auto* type = catalogue_.command(call.command);
    if (!type) return kernel::not_found(fmt::format("There is no command {}.", call.command));
    const HttpHeaders headers{{"Idempotency-Key", call.idempotency_key}};
    const auto body = type->has_body ? json::dump(json::Value(call.body)) : std::string();
    const auto answer = client.send(type->method, path_of(*type, call), body, headers);
    if (!answer) return std::unexpected(answer.error());
    if (!answer->ok()) return std::unexpected(rejection_of(*answer));
    const auto value = json::parse(answer->body);
    if (!value || !value->is_object()) {
        return kernel::reject(kernel::RejectionKind::corrupt, std::string(code_server),
                              "The server's answer to a command is no JSON object.");
    }
    const auto& object = value->get_object();
    CommandDone done;
    done.id = text_at(object, "id");
    const auto* events = object.if_contains("events");
    done.events = events && events->is_array() ? events->get_array().size() : 0;
    done.replayed = answer->headers.contains("idempotent-replayed");
    return done;
}

Result<CommandDone> ServerTarget::exchange(HttpClient& client, const CommandCall& call) const {
    for (int tries = 1;; ++tries) {
        auto done = try_once(client, call);
        if (done || done.error().kind != kernel::RejectionKind::unavailable) return done;
        if (tries == tries_max) return done;
        const auto wait = std::chrono::milliseconds{100} * (1 << tries);
        const std::chrono::seconds asked{done.error().retry_after_seconds};
        std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(wait, asked));
    }
}

Result<Instant> ServerTarget::now() {
    const auto ready = client_.get("/readyz");
    if (!ready) return std::unexpected(ready.error());
    const auto now = ready->is_object() ? kernel::parse_instant(text_at(ready->get_object(), "now"))
                                        : std::nullopt;
    if (now) return *now;
    return kernel::reject(kernel::RejectionKind::corrupt, std::string(code_server),
                          "The server does not say what time it is.");
}

Result<void> ServerTarget::settle() {
    drain();
    const auto time = now();
    if (!time) return std::unexpected(time.error());
    if (is_sandbox_) return move_clock(*time);  // to where it stands
    const auto end = std::chrono::steady_clock::now() + settles_within;
    while (std::chrono::steady_clock::now() < end) {
        const auto ready = client_.get("/readyz");
        if (!ready) return std::unexpected(ready.error());
        if (ready->is_object() && has_settled(ready->get_object())) return {};
        std::this_thread::sleep_for(asked_every);
    }
    return kernel::unavailable(std::string(code_server),
                               "The policies of the server do not catch up.");
}

Result<std::optional<std::string>> ServerTarget::first_id(const std::string& path,
                                                          const HttpParameters& parameters) {
    const auto page = client_.get(path, parameters);
    if (!page) return std::unexpected(page.error());
    const auto& rows = page->at("data").as_array();
    if (rows.empty()) return std::optional<std::string>{};
    return std::optional(text_at(rows.front().as_object(), "id"));
}

Result<std::optional<std::string>> ServerTarget::find_tenant(const std::string& slug) {
    const auto row = client_.get("/v1/tenants/" + percent_encode(slug));
    if (row) return std::optional(text_at(row->as_object(), "id"));
    if (row.error().kind == kernel::RejectionKind::not_found) return std::optional<std::string>{};
    return std::unexpected(row.error());
}

Result<std::optional<std::string>> ServerTarget::find_by_slug(const std::string& tenant,
                                                              const std::string& collection,
                                                              const std::string& slug) {
    return first_id(fmt::format("/v1/tenants/{}/{}", percent_encode(tenant), collection),
                    {{"slug", slug}, {"limit", "1"}});
}

Result<std::optional<std::string>> ServerTarget::find_client(const std::string& tenant,
                                                             const std::string& email) {
    return first_id(fmt::format("/v1/tenants/{}/clients", percent_encode(tenant)),
                    {{"email", email}, {"limit", "1"}});
}

Result<std::optional<std::string>> ServerTarget::find_loyalty_account(const std::string& tenant,
                                                                      const std::string& client) {
    return first_id(fmt::format("/v1/tenants/{}/loyalty_accounts", percent_encode(tenant)),
                    {{"member_id", client}, {"limit", "1"}});
}

Result<std::string> ServerTarget::referral_code(const std::string& tenant, const std::string& id) {
    const auto row = client_.get(fmt::format("/v1/tenants/{}/referral_codes/{}",
                                             percent_encode(tenant), percent_encode(id)));
    if (!row) return std::unexpected(row.error());
    return text_at(row->as_object(), "code");
}

Result<bool> ServerTarget::has_schedule(const std::string& tenant, const std::string& resource) {
    const auto page = client_.get(fmt::format("/v1/tenants/{}/resources/{}/schedules",
                                              percent_encode(tenant), percent_encode(resource)));
    if (!page) return std::unexpected(page.error());
    return !page->at("data").as_array().empty();
}

Result<bool> ServerTarget::has_block(const std::string& tenant, const BlockMark& block) {
    const auto path = fmt::format("/v1/tenants/{}/blocks", percent_encode(tenant));
    HttpParameters parameters{{"kind", block.kind}, {"limit", "200"}};
    while (true) {
        const auto page = client_.get(path, parameters);
        if (!page) return std::unexpected(page.error());
        for (const auto& row : page->at("data").as_array())
            if (mark_of_block(row.as_object()) == block) return true;
        const auto& next = page->at("next_cursor");
        if (!next.is_string()) return false;
        parameters = {
            {"kind", block.kind}, {"limit", "200"}, {"cursor", std::string(next.get_string())}};
    }
}

Result<bool> ServerTarget::has_override(const std::string& tenant, const std::string& resource) {
    const auto found = first_id(fmt::format("/v1/tenants/{}/overrides", percent_encode(tenant)),
                                {{"resource_id", resource}, {"limit", "1"}});
    if (!found) return std::unexpected(found.error());
    return found->has_value();
}

Result<std::vector<OfferedSlot>> ServerTarget::slots(const std::string& tenant,
                                                     const std::string& service, Instant from,
                                                     Instant to) {
    const auto answer = client_.get(fmt::format("/v1/tenants/{}/slots", percent_encode(tenant)),
                                    {{"service_id", service},
                                     {"from", kernel::to_string(from)},
                                     {"to", kernel::to_string(to)}});
    if (!answer) return std::unexpected(answer.error());
    std::vector<OfferedSlot> offered;
    for (const auto& row : answer->at("data").as_array()) {
        const auto start = kernel::parse_instant(text_at(row.as_object(), "start"));
        if (!start) continue;
        OfferedSlot offer{*start, {}};
        for (const auto& resource : row.at("resources").as_array()) {
            offer.resources.push_back(text_at(resource.as_object(), "id"));
        }
        offered.push_back(std::move(offer));
    }
    return offered;
}

Result<std::string> ServerTarget::sample_of(const std::string& tenant) {
    const auto row = client_.get("/v1/tenants/" + percent_encode(tenant));
    if (!row) return std::unexpected(row.error());
    const auto* settings = row->as_object().if_contains("settings");
    return settings ? sample_of_settings(*settings) : std::string();
}

Result<std::vector<FoundAppointment>> ServerTarget::sample_appointments(const std::string& tenant,
                                                                        const std::string& sample) {
    std::vector<FoundAppointment> found;
    HttpParameters parameters{{"limit", "200"}};
    while (true) {
        const auto page = client_.get(
            fmt::format("/v1/tenants/{}/appointments", percent_encode(tenant)), parameters);
        if (!page) return std::unexpected(page.error());
        for (const auto& row : page->at("data").as_array()) {
            const auto* metadata = row.as_object().if_contains("metadata");
            auto appointment = metadata ? sample_appointment(*metadata, sample) : std::nullopt;
            if (!appointment) continue;
            appointment->id = text_at(row.as_object(), "id");
            appointment->status = text_at(row.as_object(), "status");
            appointment->start =
                kernel::parse_instant(text_at(row.as_object(), "start")).value_or(Instant{});
            appointment->revision =
                static_cast<std::uint64_t>(number_at(row.as_object(), "revision"));
            found.push_back(std::move(*appointment));
        }
        const auto& next = page->at("next_cursor");
        if (!next.is_string()) return found;
        parameters = {{"limit", "200"}, {"cursor", std::string(next.get_string())}};
    }
}

}  // namespace almanac::replay
