#include "gateway/imports.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "eventstore/named_thread.hpp"
#include "gateway/import_run.hpp"
#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;
using Time = ImportRun::Time;

bool is_ndjson(std::string_view content_type) {
    const auto type = content_type.substr(0, content_type.find(';'));
    for (const auto* known :
         {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/json"}) {
        if (equals_ignoring_case(type, known)) return true;
    }
    return false;
}

// What a request of its own would say in headers, an import cannot say for all its lines.
Result<void> check_request(const Request& request) {
    if (auto none = parameters_of(request, {}); !none) return std::unexpected(none.error());
    for (const auto* name : {"idempotency-key", "if-match"}) {
        if (!request.find_header(name)) continue;
        return reject(RejectionKind::invalid, "malformed_request",
                      "Each line of an import has its own idempotency_key; this takes no header "
                      "Idempotency-Key and no If-Match.");
    }
    if (is_ndjson(request.header("content-type"))) return {};
    return reject(RejectionKind::rejected, "unsupported_media_type",
                  "Send the lines as Content-Type: application/x-ndjson.");
}
}  // namespace

Imports::Imports(eventstore::Store& store, const ApiKeyTable& keys, CallLimits& limits,
                 std::span<const RouteEntry> table, PublicUrl url, ImportOptions options)
    : store_(store),
      keys_(keys),
      limits_(limits),
      reader_(table),
      url_(std::move(url)),
      options_(options),
      thread_(eventstore::named_thread("imports", [this] { run(); })) {}

Imports::~Imports() {
    stop();
}

void Imports::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

ImportStatus Imports::status() const {
    const std::lock_guard lock(mutex_);
    return {open_total_, lines_done_.load(), lines_refused_.load(), stalls_.load()};
}

Result<void> Imports::take_place(const TenantId& tenant) {
    const std::lock_guard lock(mutex_);
    const auto of_tenant = open_.find(tenant);
    if (open_total_ >= options_.imports_max ||
        (of_tenant != open_.end() && of_tenant->second >= options_.imports_of_tenant_max)) {
        return unavailable("too_many_imports", "Too many imports are running.", 10);
    }
    ++open_total_;
    ++open_[tenant];
    return {};
}

void Imports::give_back(const TenantId& tenant) {
    const std::lock_guard lock(mutex_);
    --open_total_;
    if (--open_[tenant] == 0) open_.erase(tenant);
}

void Imports::wake() {
    {
        const std::lock_guard lock(mutex_);
        dirty_ = true;
    }
    wake_.notify_one();
}

void Imports::handle(const CallPtr& call) {
    if (auto checked = check_request(call->request); !checked) {
        if (checked.error().code != "unsupported_media_type") return call->refuse(checked.error());
        const Problem problem{415, checked.error().code, checked.error().detail};
        return call->answer(problem_response(problem, call->request.request_id));
    }
    if (auto placed = take_place(call->tenant.id); !placed) return call->refuse(placed.error());
    std::shared_ptr<void> place(nullptr,
                                [this, tenant = call->tenant.id](void*) { give_back(tenant); });
    auto body = call->request.body_source;
    if (!body) return begin(call, nullptr, std::move(place), {.end = BodyPiece::End::complete});
    // The answer begins with the first bytes: what is not HTTP from the start has its own status.
    body->next([this, call, body, place = std::move(place)](BodyPiece first) mutable {
        if (first.end != BodyPiece::End::broken)
            return begin(call, std::move(body), std::move(place), std::move(first));
        call->answer(problem_response(problem_of(first.fault), call->request.request_id));
    });
}

void Imports::begin(const CallPtr& call, std::shared_ptr<BodySource> body,
                    std::shared_ptr<void> place, BodyPiece first) {
    auto run = std::make_shared<ImportRun>(call, std::move(body), std::move(place),
                                           options_.line_bytes_max);
    run->inbox.push_back(std::move(first));
    Response head;
    head.content_type = "application/x-ndjson";
    call->dress(head);
    if (call->finished) call->finished(*call, 200);
    run->stream = call->responder.stream(std::move(head));
    const std::weak_ptr<ImportRun> weak = run;
    run->stream.on_close([this] { wake(); });
    run->stream.on_stop([this, weak] {
        if (const auto one = weak.lock()) {
            const std::lock_guard lock(one->mutex);
            one->stopping = true;
        }
        wake();
    });
    run->stream.on_drain([this, weak] {
        if (const auto one = weak.lock()) {
            const std::lock_guard lock(one->mutex);
            one->starved = false;
            one->flush();
        }
        wake();
    });
    const std::lock_guard lock(mutex_);
    runs_.push_back(std::move(run));
    dirty_ = true;
    wake_.notify_one();
}

void Imports::run() {
    std::unique_lock lock(mutex_);
    Time due = Time::max();
    while (!stopping_) {
        const auto woken = [&] { return dirty_ || stopping_; };
        if (due == Time::max())
            wake_.wait(lock, woken);
        else
            wake_.wait_until(lock, due, woken);
        dirty_ = false;
        auto runs = runs_;
        lock.unlock();
        due = Time::max();
        std::vector<ImportRunPtr> ended;
        for (const auto& run : runs) {
            if (pump(run))
                due = std::min(due, run->not_before);
            else
                ended.push_back(run);
        }
        lock.lock();
        for (const auto& run : ended) runs_.remove(run);
        lock.unlock();  // the last reference gives its place back, which takes the mutex
        runs.clear();
        ended.clear();
        lock.lock();
    }
    auto left = std::move(runs_);
    lock.unlock();
}

bool Imports::pump(const ImportRunPtr& run) {
    std::vector<BodyPiece> inbox;
    {
        const std::lock_guard lock(run->mutex);
        if (run->stream.closed()) return false;
        inbox.swap(run->inbox);
        if (run->stopping && !run->farewell)
            run->farewell = problem_of(Fault{503, "stopping", "The server is stopping."});
    }
    for (auto& piece : inbox) {
        run->lines.feed(std::move(piece.bytes));
        run->hungry = false;
        if (piece.end == BodyPiece::End::more) continue;
        run->body_ended = true;
        if (piece.end == BodyPiece::End::complete)
            run->lines.finish();
        else
            run->farewell = problem_of(piece.fault);
    }
    submit_lines(run);
    ask_for_more(run);
    return !ended(*run);
}

// With its mutex held.
bool Imports::has_room(const ImportRun& run) {
    if (run.ready.size() >= options_.answer_bytes_max) {
        ++stalls_;
        return false;
    }
    return run.slots.size() < options_.lines_in_flight_max &&
           run.bytes_in_flight < options_.bytes_in_flight_max;
}

// Half of what the limits leave is for others.
bool Imports::paced(ImportRun& run) {
    const auto pace = limits_.take_line(*run.call, std::chrono::steady_clock::now());
    if (pace.wait.count() > 0) run.not_before = std::chrono::steady_clock::now() + pace.wait;
    return pace.taken;
}

void Imports::submit_lines(const ImportRunPtr& run) {
    if (run->not_before != Time::max()) {
        if (std::chrono::steady_clock::now() < run->not_before) return;
        run->not_before = Time::max();
    }
    while (true) {
        {
            const std::lock_guard lock(run->mutex);
            if (run->halted || run->stopping || !has_room(*run)) return;
        }
        if (!run->held) run->held = run->lines.next();
        run->hungry = !run->held;
        if (!run->held) return;
        const bool taken = paced(*run);
        if (taken) submit(run, *std::exchange(run->held, std::nullopt));
        if (run->not_before != Time::max()) return;
    }
}

// One thread serves all: what one line throws is that line's alone, as it is a request's.
Result<eventstore::CommandRequest> Imports::request_of(ImportRun& run, const NumberedLine& line) {
    try {
        return read(run, line);
    } catch (const std::exception& error) {
        spdlog::error("import line failed: request_id={} line={} error={}",
                      run.call->request.request_id, line.number, error.what());
        return reject(RejectionKind::corrupt, "internal_error", "Something went wrong here.");
    }
}

Result<eventstore::CommandRequest> Imports::read(ImportRun& run, const NumberedLine& line) {
    auto& call = *run.call;
    if (line.too_long) {
        return reject(RejectionKind::invalid, "line_too_long",
                      fmt::format("A line has at most {} bytes.", options_.line_bytes_max));
    }
    auto principal = keys_.authenticate(call.request, store_.clock().now());
    if (!principal) return std::unexpected(std::move(principal.error()));
    call.principal = std::move(*principal);
    auto read = reader_.read(line.text);
    if (!read) return std::unexpected(std::move(read.error()));
    if (!call.principal.may(read->route->permission)) {
        return reject(RejectionKind::denied, "denied",
                      "This needs the permission " + read->route->permission + ".");
    }
    CommandWish wish{read->route, std::move(read->parameters), std::move(read->body),
                     read->body_text};
    if (read->idempotency_key) wish.idempotency_key = *read->idempotency_key;
    return command_request(call, std::move(wish));
}

void Imports::submit(const ImportRunPtr& run, const NumberedLine& line) {
    std::uint64_t slot = 0;
    {
        const std::lock_guard lock(run->mutex);
        slot = run->first_slot + run->slots.size();
        run->slots.push_back({line.text.size(), {}, false});
        run->bytes_in_flight += line.text.size();
    }
    auto request = request_of(*run, line);
    if (!request) return settle(*run, slot, line.number, request.error());
    const auto* type = request->type;
    store_.submit(std::move(*request), [this, run, slot, number = line.number,
                                        type](Result<eventstore::CommandAnswer> answer) {
        if (!answer) return settle(*run, slot, number, answer.error());
        ++lines_done_;
        make_absolute(*run->call, url_, *answer);
        settle(*run, slot, answer_line(number, *type, *answer), Settled::done);
    });
}

void Imports::settle(ImportRun& run, std::uint64_t slot, std::uint64_t number,
                     const Rejection& rejection) {
    ++lines_refused_;
    // Nothing that comes after it may happen before it.
    const bool halts =
        rejection.kind == RejectionKind::unavailable || rejection.code == "unauthenticated";
    settle(run, slot,
           answer_line(number, problem_of(rejection), run.call->request.request_id,
                       rejection.replayed),
           halts ? Settled::halting : Settled::refused);
}

void Imports::settle(ImportRun& run, std::uint64_t slot, std::string answer, Settled how) {
    const auto half = options_.lines_in_flight_max / 2;
    bool crossed = false;
    {
        const std::lock_guard lock(run.mutex);
        auto& mine = run.slots[slot - run.first_slot];
        mine.answer = std::move(answer);
        mine.done = true;
        run.bytes_in_flight -= mine.bytes;
        ++(how == Settled::done ? run.done : run.refused);
        if (how == Settled::halting) run.halted = true;
        const auto before = run.slots.size();
        run.flush();
        const auto after = run.slots.size();
        crossed = after == 0 || (before > half && after <= half);
    }
    if (crossed) wake();
}

void Imports::ask_for_more(const ImportRunPtr& run) {
    if (run->body_ended || !run->hungry) return;
    {
        const std::lock_guard lock(run->mutex);
        if (run->asked || run->halted || run->stopping || !has_room(*run)) return;
        run->asked = true;
    }
    run->body->next([this, weak = std::weak_ptr(run)](BodyPiece piece) {
        const auto one = weak.lock();
        if (!one) return;
        {
            const std::lock_guard lock(one->mutex);
            one->asked = false;
            one->inbox.push_back(std::move(piece));
        }
        wake();
    });
}

// All that was read is answered and nothing more will be: says why where the body goes on.
bool Imports::ended(ImportRun& run) {
    const std::lock_guard lock(run.mutex);
    const bool read = run.body_ended && run.hungry && run.inbox.empty();
    if (!run.halted && !run.stopping && !read) return false;
    if (!run.slots.empty()) return false;
    const bool whole = read && run.lines.buffered_bytes() == 0 && !run.held;
    if (run.farewell && !run.halted && !(run.stopping && whole)) {
        const auto number = run.held ? run.held->number : run.lines.lines() + 1;
        run.ready += answer_line(number, *run.farewell, run.call->request.request_id, false);
    }
    run.farewell.reset();
    run.flush();
    if (!run.ready.empty()) return false;
    run.stream.close();
    spdlog::info("import ended: request_id={} done={} refused={}", run.call->request.request_id,
                 run.done, run.refused);
    return true;
}

}  // namespace almanac::gateway
