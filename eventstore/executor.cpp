#include "eventstore/executor.hpp"

#include <absl/container/flat_hash_map.h>

#include <algorithm>

#include "eventstore/decision_inputs.hpp"
#include "eventstore/fold_cache.hpp"
#include "eventstore/fold_snapshot.hpp"
#include "eventstore/results.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Rejection;

std::string target_tag(const CommandRequest& request) {
    return std::string(request.type->target->kind) + ':' + request.target_id;
}

// What the command is about where only the decision can know it, and that If-Match holds for it.
std::optional<Rejection> find_target(CommandRequest& request, kernel::Read& read) {
    const auto& type = *request.type;
    if (type.find_target) {
        const auto target = type.find_target(request.command.get(), read);
        request.target_id = kernel::to_string(target);
        if (target == kernel::Uuid{} && request.if_match)
            return kernel::conflict("precondition_failed", "There is no such thing yet.").error();
    }
    if (!request.if_match && !type.find_target) return std::nullopt;
    const auto revision = read.load(*type.target, target_tag(request)).revision;
    if (revision == 0 || !request.if_match || revision == *request.if_match) return std::nullopt;
    return kernel::conflict("precondition_failed",
                            fmt::format("It has revision {}, not {}.", revision, *request.if_match))
        .error();
}

}  // namespace

struct Executor::State {
    State(const kernel::Catalogue& c, Writer& w, Keyring& k, Clock& t, ExecutorOptions o)
        : catalogue(c), writer(w), keyring(k), clock(t), options(o), cache(o.fold_cache_bytes) {}

    const kernel::Catalogue& catalogue;
    Writer& writer;
    Keyring& keyring;
    Clock& clock;
    ExecutorOptions options;
    FoldCache cache;
    LongReads long_reads;
    RandomIds ids;
    // Address and agent as sealed for a trace: the same for every command of a caller, so that the
    // same sealed value serves them all, as a customer snapshot copies its client's. Nothing of it
    // outlives an erasure: an erased trace refuses, and its addresses go.
    absl::flat_hash_map<std::string, std::string> sealed_once;
    std::uint64_t sealed_at_epoch = 0;
    const std::string& seal_once(const TenantId& tenant, std::string_view subject,
                                 std::string_view field_id, std::string_view text);
    bool staged = false;  // the present decision has staged events and changed cached folds
    std::atomic<std::uint64_t> accepted{0}, rejected{0}, replayed{0};
    std::atomic<std::uint64_t> hits{0}, misses{0}, fold_bytes{0};

    CachedFold& load(Stage& stage, const TenantId& tenant, const kernel::FoldType& type,
                     std::string_view tag);
    Result<CommandAnswer> decide(Stage& stage, CommandRequest& request);
    Result<CommandAnswer> decide_new(Stage& stage, CommandRequest& request, Instant now);
    Result<CommandAnswer> stage_events(Stage& stage, CommandRequest& request, Instant now,
                                       kernel::Events events);
    EventDraft draft_of(kernel::Event& event, const CommandRequest& request, Instant now);
    std::string metadata_of(const CommandRequest& request, const std::string& subject,
                            const std::string& trace);
    void apply(Stage& stage, const kernel::Event& event, const CommittedEvent& written);
    std::uint64_t revision_of(std::span<const CommittedEvent> written);
    void finish_decision(Stage& stage) {
        long_reads.put_snapshots(stage, options.snapshot_events);
        hits = cache.hits();
        misses = cache.misses();
        cache.trim();
        fold_bytes = cache.bytes();
    }
    void forget_folds() {  // the stage takes everything back; so must the folds
        long_reads.forget();
        cache.clear();
    }
};

namespace {
// The folds of one tenant during one decision.
class StageRead final : public kernel::Read {
  public:
    using Load = std::function<CachedFold&(const kernel::FoldType&, const std::string&)>;
    StageRead(const TenantId& tenant, Load load) : tenant_(tenant), load_(std::move(load)) {}
    const TenantId& tenant() const override { return tenant_; }
    const kernel::Held& load(const kernel::FoldType& type, const std::string& tag) override {
        return load_(type, tag).held;
    }

  private:
    TenantId tenant_;
    Load load_;
};

Rejection outcome_unknown() {
    return kernel::unavailable("outcome_unknown",
                               "The disk failed while this was written: it may or may not have "
                               "happened. Retry with the same Idempotency-Key to learn which.")
        .error();
}

// What a caller hears where the partition could not even start it.
Rejection not_started() {
    return kernel::unavailable("unavailable", "Nothing of this was written; try again.").error();
}
}  // namespace

CachedFold& Executor::State::load(Stage& stage, const TenantId& tenant,
                                  const kernel::FoldType& type, std::string_view tag) {
    if (auto* cached = cache.find(tenant, tag)) return *cached;
    CachedFold fold;
    fold.type = &type;
    fold.held.state = type.make();
    if (auto held = read_snapshot(stage, tenant, tag, type)) fold.held = std::move(*held);
    const auto visited = stage.visit_tag(
        tenant, tag, fold.held.last_position, [&](std::uint64_t position, const Record& record) {
            const auto event = read_event(catalogue, record);
            if (!event) throw KeyringSealer::Refused{event.error()};
            apply_event(fold.held, type, *event, record, position, tag);
            ++fold.since_snapshot;
        });
    if (!visited) throw KeyringSealer::Refused{visited.error()};
    auto& cached = cache.insert(tenant, tag, std::move(fold));
    if (is_snapshot_due(options.snapshot_events, cached)) long_reads.add(tenant, tag, cached);
    return cached;
}

const std::string& Executor::State::seal_once(const TenantId& tenant, std::string_view subject,
                                              std::string_view field_id, std::string_view text) {
    constexpr std::size_t sealed_max = 4'096;
    std::string place(tenant.view());
    place.append(subject).append(1, '\0').append(field_id).append(1, '\0').append(text);
    const auto epoch = keyring.epoch();
    const bool erased = std::exchange(sealed_at_epoch, epoch) != epoch;
    if (erased || sealed_once.size() >= sealed_max) sealed_once.clear();
    auto& sealed = sealed_once[place];
    if (!sealed.empty()) return sealed;
    std::string json;
    kernel::json::append_string(json, text);
    sealed = KeyringSealer(keyring, tenant).seal_object(subject, field_id, json);
    return sealed;
}

std::string Executor::State::metadata_of(const CommandRequest& request, const std::string& subject,
                                         const std::string& trace) {
    KeyringSealer sealer(keyring, request.tenant);
    std::string out = "{";
    out.reserve(768);
    const auto member = [&](std::string_view name, const std::string& value) {
        if (out.size() > 1) out += ',';
        out += '"';
        out.append(name).append("\":").append(value);
    };
    const auto quoted = [](const std::string& text) {
        std::string json;
        kernel::json::append_string(json, text);
        return json;
    };
    if (!request.request_id.empty()) member("request_id", quoted(request.request_id));
    if (!request.traceparent.empty()) member("traceparent", quoted(request.traceparent));
    if (!request.address.empty()) {
        member("address", seal_once(request.tenant, trace, address_field_id, request.address));
    }
    if (!request.user_agent.empty()) {
        member("user_agent",
               seal_once(request.tenant, trace, user_agent_field_id, request.user_agent));
    }
    if (!request.reason.empty()) {
        member("reason", sealer.seal_object(subject, reason_field_id, quoted(request.reason)));
    }
    return out + '}';
}

EventDraft Executor::State::draft_of(kernel::Event& event, const CommandRequest& request,
                                     Instant now) {
    const auto trace =
        "trace:" + request.actor.kind + '/' + request.actor.id + '/' + kernel::utc_month(now);
    auto subject = event.type->subject(event.data.get());
    if (subject.empty()) subject = trace;
    KeyringSealer sealer(keyring, request.tenant);
    event.type->seal(event.data.get(), subject, sealer);
    EventDraft draft;
    draft.id = EventId{ids.fresh(now)};
    draft.type = event.type->name;
    draft.type_version = event.type->version;
    draft.tags = event.type->tags(event.data.get());
    if (!request.effect.empty()) draft.tags.push_back(request.effect);
    draft.data = event.type->to_json(event.data.get());
    draft.metadata = metadata_of(request, subject, trace);
    draft.typed = {event.type, event.data};
    return draft;
}

void Executor::State::apply(Stage& stage, const kernel::Event& event,
                            const CommittedEvent& written) {
    const auto& record = *written.record;
    for (const auto& tag : record.tags) {
        auto* cached = cache.find(record.tenant, tag);
        if (cached == nullptr) continue;
        auto& held = cached->held;
        if (held.revision == 0) held.created_at = record.time;
        ++held.revision;
        held.updated_at = record.time;
        held.last_position = written.position;
        if (const auto* reaction = event.type->reaction(*cached->type)) {
            reaction->evolve(held.state.get(), event.data.get(),
                             kernel::EventMeta{record.time, record.id, record.actor, tag});
        }
        const auto since = ++cached->since_snapshot;
        if ((since & (since - 1)) == 0) cache.measure(*cached);
        put_snapshot_where_due(stage, record.tenant, tag, options.snapshot_events, *cached);
    }
}

std::uint64_t Executor::State::revision_of(std::span<const CommittedEvent> written) {
    const auto& first = *written.front().record;
    const auto& identity = first.tags.front();
    if (const auto* cached = cache.find(first.tenant, identity)) return cached->held.revision;
    return static_cast<std::uint64_t>(std::ranges::count_if(
        written, [&](const auto& event) { return event.record->tags.front() == identity; }));
}

Result<CommandAnswer> Executor::State::stage_events(Stage& stage, CommandRequest& request,
                                                    Instant now, kernel::Events events) {
    CommandAnswer answer;
    answer.more = std::move(events.answer);
    if (events.list.empty()) {
        answer.id = request.target_id;
        answer.position = stage.next_position() - 1;
        const auto next = stage.next_sequence(request.tenant);
        answer.sequence = next == 0 ? 0 : next - 1;
        if (auto* held = cache.find(request.tenant, target_tag(request)))
            answer.revision = held->held.revision;
        return answer;
    }
    std::vector<EventDraft> drafts;
    drafts.reserve(events.list.size());
    for (auto& event : events.list) drafts.push_back(draft_of(event, request, now));
    const CommandMeta meta{request.actor, request.correlation_id, request.causation_id};
    auto appended = stage.append(request.tenant, meta, std::move(drafts));
    if (!appended) return std::unexpected(std::move(appended.error()));
    staged = true;
    // A job may decide several commands: the last of what it appended is this one's.
    const auto written = stage.appended().last(events.list.size());
    for (std::size_t i = 0; i < written.size(); ++i) {
        apply(stage, events.list[i], written[i]);
        const auto& record = *written[i].record;
        answer.events.push_back({kernel::to_string(record.id), record.type});
    }
    const auto& identity = written.front().record->tags.front();
    answer.id = identity.substr(identity.find(':') + 1);
    answer.revision = revision_of(written);
    answer.position = appended->last_position;
    answer.sequence = appended->last_sequence;
    return answer;
}

Result<CommandAnswer> Executor::State::decide_new(Stage& stage, CommandRequest& request,
                                                  Instant now) {
    StageRead read(request.tenant,
                   [&](const kernel::FoldType& type, const std::string& tag) -> CachedFold& {
                       return load(stage, request.tenant, type, tag);
                   });
    KeyringClaims claims(keyring, request.tenant, now);
    KeyringSigningKeys signing_keys(keyring);
    KeyringOpener opener(keyring, request.tenant);
    if (auto refused = find_target(request, read)) return std::unexpected(std::move(*refused));
    kernel::Context context;
    context.now = now;
    context.tenant = request.tenant;
    context.actor = request.actor;
    context.reason = request.reason;
    context.ids = &ids;
    context.claims = &claims;
    context.signing_keys = &signing_keys;
    context.opener = &opener;
    context.may = request.may;
    std::vector<std::pair<std::string, std::string>> disclosed;
    context.disclose = [&](std::string name, std::string value) {
        disclosed.emplace_back(std::move(name), std::move(value));
    };
    auto decision = request.type->decide(request.command.get(), read, context);
    if (!decision) return std::unexpected(std::move(decision.error()));
    auto answer = stage_events(stage, request, now, std::move(*decision));
    if (answer) answer->disclosed = std::move(disclosed);
    return answer;
}

Result<CommandAnswer> Executor::State::decide(Stage& stage, CommandRequest& request) {
    const auto now = stage.now(request.tenant);
    staged = false;
    try {
        if (!request.idempotency) return decide_new(stage, request, now);
        const auto key = idempotency_key(request.actor, *request.idempotency);
        if (auto earlier =
                earlier_result(stage, keyring, request.tenant, key, *request.idempotency, now)) {
            ++replayed;
            return std::move(*earlier);
        }
        auto outcome = decide_new(stage, request, now);
        if (is_kept(outcome)) {
            const auto kept = keep_result(stage, keyring, request.tenant, key, *request.idempotency,
                                          now, outcome);
            if (!kept) throw KeyringSealer::Refused{kept.error()};
        }
        return outcome;
    } catch (KeyringSealer::Refused& refused) {
        if (!staged) return std::unexpected(std::move(refused.why));
        throw std::runtime_error("taken back: " + refused.why.detail);
    }
}

Executor::Executor(const kernel::Catalogue& catalogue, Writer& writer, Keyring& keyring,
                   Clock& clock, ExecutorOptions options)
    : state_(std::make_shared<State>(catalogue, writer, keyring, clock, options)) {}
Executor::~Executor() = default;

void Executor::submit(CommandRequest request, CommandReply reply) {
    struct Pending {
        CommandRequest request;
        CommandReply reply;
        Result<CommandAnswer> outcome = std::unexpected(not_started());
    };
    auto pending = std::make_shared<Pending>(std::move(request), std::move(reply));
    Job job;
    job.bytes =
        1'024 + (pending->request.idempotency ? pending->request.idempotency->body.size() : 0);
    job.decide = [state = state_, pending](Stage& stage) {
        try {
            pending->outcome = state->decide(stage, pending->request);
            state->finish_decision(stage);
        } catch (...) {
            state->forget_folds();
            throw;
        }
    };
    job.done = [state = state_, pending](Outcome outcome) {
        ++(pending->outcome ? state->accepted : state->rejected);
        switch (outcome) {
            case Outcome::durable:
                return pending->reply(std::move(pending->outcome));
            case Outcome::unknown:
                return pending->reply(std::unexpected(outcome_unknown()));
            case Outcome::not_started:
                return pending->reply(std::unexpected(not_started()));
        }
    };
    if (auto queued = state_->writer.submit(std::move(job)); !queued)
        pending->reply(std::unexpected(std::move(queued.error())));
}

Result<void> Executor::submit_work(std::move_only_function<void(Stage&, const Decide&)> work,
                                   std::move_only_function<void(Outcome)> done) {
    Job job;
    job.bytes = 1'024;
    job.decide = [state = state_, work = std::move(work)](Stage& stage) mutable {
        const Decide decide = [&](CommandRequest& request) {
            auto outcome = state->decide(stage, request);
            state->finish_decision(stage);
            return outcome;
        };
        try {
            work(stage, decide);
        } catch (...) {
            state->forget_folds();
            throw;
        }
    };
    job.done = std::move(done);
    return state_->writer.submit(std::move(job));
}

void Executor::note(const TenantId& tenant, CommandMeta meta, std::vector<EventDraft> events,
                    std::move_only_function<void(Result<std::uint64_t>)> done) {
    auto shared = std::make_shared<decltype(done)>(std::move(done));
    RandomIds fresh;
    for (auto& event : events) event.id = EventId{fresh.fresh(state_->clock.now())};
    auto queued = state_->writer.append(tenant, std::move(meta), std::move(events), std::nullopt,
                                        [shared](Result<Appended> appended) {
                                            if (!appended)
                                                return (*shared)(std::unexpected(appended.error()));
                                            (*shared)(appended->last_position);
                                        });
    if (!queued) (*shared)(std::unexpected(std::move(queued.error())));
}

ExecutorStatus Executor::status() const {
    const auto& s = *state_;
    return {s.accepted, s.rejected, s.replayed, s.hits, s.misses, s.fold_bytes};
}

}  // namespace almanac::eventstore
