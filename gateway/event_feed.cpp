#include "gateway/event_feed.hpp"

#include <algorithm>

#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;
using eventstore::RecordView;

constexpr std::size_t look_max = 20'000;
constexpr std::size_t stream_page = 100;
constexpr std::chrono::seconds heartbeat{15};

std::vector<std::string> list_of(const std::string& text) {
    std::vector<std::string> items;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        if (end > at) items.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return items;
}

// The sequence after one; after the last there can be is nothing.
std::uint64_t after(std::uint64_t sequence) {
    return std::max(sequence + 1, sequence);
}

struct Asked {
    EventFilter filter;
    std::uint64_t from = 0;  // first sequence to look at
    std::size_t limit = 100;
};

Result<Asked> asked_of(const Call& call) {
    const auto& request = call.request;
    auto parameters = parameters_of(request, {"after", "types", "tags", "limit", "cursor"});
    if (!parameters) return std::unexpected(std::move(parameters.error()));
    Asked asked;
    std::vector<FieldError> errors;
    for (const auto& [name, value] : *parameters) {
        if (name == "types")
            asked.filter.types = list_of(value);
        else if (name == "tags")
            asked.filter.tags = list_of(value);
        else if (name == "cursor")
            continue;
        else if (const auto n = whole_number(value); !n)
            errors.push_back({"/" + name, "type", "Expected a number."});
        else if (name == "after")
            asked.from = after(*n);
        else if (*n < 1 || *n > 1'000)
            errors.push_back({"/limit", "range", "Expected 1 to 1,000."});
        else
            asked.limit = *n;
    }
    if (const auto* last = request.find_header("last-event-id")) {
        if (const auto n = whole_number(*last))
            asked.from = after(*n);
        else
            errors.push_back({"/Last-Event-ID", "type", "Expected a sequence."});
    }
    if (!errors.empty()) return invalid(std::move(errors));
    if (const auto cursor = parameters->find("cursor"); cursor != parameters->end()) {
        const auto from = number_cursor_of(call, cursor->second);
        if (!from) return std::unexpected(from.error());
        asked.from = *from;
    }
    return asked;
}

// Visits events of the tenant from a sequence on, while fn answers true; the sequence after the
// last one looked at.
template <class Fn>
Result<std::uint64_t> visit(const Call& call, std::uint64_t from, std::size_t most, Fn&& fn) {
    const auto& log = call.partition->log();
    while (most > 0) {
        const auto positions =
            log.tenant_positions(call.tenant.id, from, std::min<std::size_t>(most, 256));
        if (!positions) return std::unexpected(positions.error());
        if (positions->empty()) return from;
        for (const auto position : *positions) {
            const auto bytes = log.record_bytes(position);
            if (!bytes) return std::unexpected(bytes.error());
            const auto record = RecordView::parse(*bytes);
            if (!record) return std::unexpected(record.error());
            if (!record->leaf_matches()) return corrupt("a record does not match its hash");
            if (!fn(position, *record)) return from;
            ++from;
            --most;
        }
    }
    return from;
}
}  // namespace

bool EventFilter::matches(const RecordView& record) const {
    const bool type = types.empty() || std::ranges::find(types, record.type()) != types.end();
    return type && std::ranges::all_of(tags, [&](const auto& tag) { return record.has_tag(tag); });
}

std::string event_json(unsigned partition, std::uint64_t position, const RecordView& record) {
    std::string out = fmt::format(
        R"({{"id":"{}","type":"{}","version":{},"position":"{}-{}","sequence":{},"time":"{}","actor":{{"kind":"{}","id":)",
        to_string(record.id()), record.type(), record.type_version(), partition, position,
        record.sequence(), to_string(record.time()), record.actor_kind());
    json::append_string(out, record.actor_id());
    const auto text = [&](std::string_view name, std::string_view value) {
        out += fmt::format(",\"{}\":", name);
        if (value.empty())
            out += "null";
        else
            json::append_string(out, value);
    };
    out += '}';
    text("correlation_id", record.correlation_id());
    text("causation_id", record.causation_id());
    out += ",\"tags\":[";
    record.for_each_tag([&](std::string_view tag) {
        if (out.back() != '[') out += ',';
        json::append_string(out, tag);
    });
    out += fmt::format("],\"data\":{},\"metadata\":{}}}", record.data(), record.metadata());
    return out;
}

struct EventFeed::Stream {
    CallPtr call;
    StreamHandle handle;
    EventFilter filter;
    std::uint64_t next = 0;
    bool caught_up = false;
    std::string pending;  // what the buffer did not take yet
    std::chrono::steady_clock::time_point last_sent;
    std::atomic<bool> ended{false};
};

EventFeed::EventFeed(std::size_t streams_max)
    : streams_max_(streams_max), thread_([this] { run(); }) {}
EventFeed::~EventFeed() {
    stop();
}

void EventFeed::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void EventFeed::committed() {
    if (open_.load(std::memory_order_relaxed) == 0) return;
    {
        const std::lock_guard lock(mutex_);
        dirty_ = true;
    }
    wake_.notify_one();
}

void EventFeed::handle(CallPtr call) {
    auto asked = asked_of(*call);
    if (!asked) return call->refuse(asked.error());
    if (call->request.header("accept").find("text/event-stream") != std::string_view::npos &&
        call->request.method != "HEAD") {
        return open_stream(call, std::move(asked->filter), asked->from);
    }
    answer_page(call, asked->filter, asked->from, asked->limit);
}

void EventFeed::answer_page(const CallPtr& call, const EventFilter& filter, std::uint64_t from,
                            std::size_t limit) {
    std::string body = R"({"data":[)";
    std::size_t found = 0;
    bool full = false;
    const auto next =
        visit(*call, from, look_max, [&](std::uint64_t position, const RecordView& record) {
            if (!filter.matches(record)) return true;
            if (found == limit) {
                full = true;
                return false;
            }
            if (found++ > 0) body += ',';
            body += event_json(call->partition->number(), position, record);
            return true;
        });
    if (!next) return call->refuse(next.error());
    const auto last = call->partition->log().last_sequence(call->tenant.id);
    if (!last) return call->refuse(last.error());
    const bool more = full || (*last && *next <= **last);
    body += more ? fmt::format(R"(],"next_cursor":"{}"}})", number_cursor(*call, *next))
                 : R"(],"next_cursor":null})";
    Response response;
    response.body = std::move(body);
    response.set("Almanac-Position", call->position_text(call->partition->log().last_position()));
    call->answer(std::move(response));
}

void EventFeed::open_stream(const CallPtr& call, EventFilter filter, std::uint64_t from) {
    if (open_.fetch_add(1) >= streams_max_) {
        --open_;
        return call->refuse(
            unavailable("too_many_streams", "Too many live streams are open.", 10).error());
    }
    auto stream = std::make_shared<Stream>();
    stream->call = call;
    stream->filter = std::move(filter);
    stream->next = from;
    stream->last_sent = std::chrono::steady_clock::now();
    Response head;
    head.content_type = "text/event-stream";
    call->dress(head);
    head.body = ": almanac events\n\n";
    if (call->finished) call->finished(*call, 200);
    stream->handle = call->responder.stream(std::move(head));
    std::weak_ptr<Stream> weak = stream;
    const auto end = [this, weak] {
        if (const auto s = weak.lock()) s->ended = true;
        committed();
    };
    stream->handle.on_close(end);
    stream->handle.on_stop(end);
    stream->handle.on_drain([this] { committed(); });
    {
        const std::lock_guard lock(mutex_);
        streams_.push_back(std::move(stream));
        dirty_ = true;
    }
    wake_.notify_one();
}

bool EventFeed::pump(Stream& stream) {
    const auto now = std::chrono::steady_clock::now();
    if (stream.ended || stream.handle.closed()) return false;
    while (true) {
        if (!stream.pending.empty()) {
            if (!stream.handle.write(stream.pending)) return !stream.handle.closed();
            stream.pending.clear();
            stream.last_sent = now;
        }
        const auto from = stream.next;
        const auto next = visit(
            *stream.call, from, stream_page, [&](std::uint64_t position, const RecordView& r) {
                if (!stream.filter.matches(r)) return true;
                stream.pending +=
                    fmt::format("id: {}\nevent: {}\ndata: {}\n\n", r.sequence(), r.type(),
                                event_json(stream.call->partition->number(), position, r));
                return true;
            });
        if (!next) return false;
        stream.next = *next;
        if (!stream.pending.empty() || *next != from) continue;
        if (!stream.caught_up) {
            stream.caught_up = true;
            stream.pending = "event: caught_up\ndata: {}\n\n";
            continue;
        }
        if (now - stream.last_sent < heartbeat) return true;
        stream.pending = ": heartbeat\n\n";
    }
}

void EventFeed::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        wake_.wait_for(lock, std::chrono::seconds{1}, [&] { return dirty_ || stopping_; });
        dirty_ = false;
        auto streams = streams_;
        lock.unlock();
        for (auto& stream : streams) {
            if (!pump(*stream)) {
                stream->handle.close();
                stream->ended = true;
            }
        }
        lock.lock();
        open_ -= streams_.remove_if([](const auto& s) { return s->ended.load(); });
    }
    for (auto& stream : streams_) stream->handle.close();
    streams_.clear();
}

}  // namespace almanac::gateway
