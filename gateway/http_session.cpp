#include "gateway/http_session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gateway/compress.hpp"
#include "gateway/http_target.hpp"

namespace almanac::gateway {

namespace {

constexpr std::size_t buffer_bytes_min = 4 * 1024;
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;

}  // namespace

std::span<char> ReadBuffer::prepare(std::size_t wanted) {
    if (begin_ == end_) begin_ = end_ = 0;
    if (bytes_.size() - end_ < wanted && begin_ > 0) {
        std::memmove(bytes_.data(), bytes_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (bytes_.size() - end_ < wanted) bytes_.resize(std::max(buffer_bytes_min, end_ + wanted));
    return {bytes_.data() + end_, bytes_.size() - end_};
}

void ReadBuffer::shrink() {
    if (begin_ != end_ || bytes_.size() <= 4 * buffer_bytes_min) return;
    bytes_ = {};
    begin_ = end_ = 0;
}

Session::Session(std::shared_ptr<ServerCore> core, std::shared_ptr<Worker> worker, Socket socket)
    : core_(std::move(core)),
      worker_(std::move(worker)),
      remote_address_(gateway::remote_address(socket)),
      transport_(make_transport(std::move(socket), core_->tls.get())),
      timer_(worker_->context) {}

void Session::start(bool over_capacity) {
    over_capacity_ = over_capacity;
    set_deadline(core_->options.header_timeout);
    transport_->handshake(shared_from_this());
}

void Session::on_handshake(bool ok) {
    if (state_ == State::closed) return;
    if (!ok) {
        refuse(Refusal::tls_handshake);
        finish();
    } else if (over_capacity_) {
        fail({503, "too_many_connections", "This server has too many connections."},
             Refusal::too_many_connections);
    } else {
        next_request();
    }
}

void Session::read() {
    if (reading_) return;
    std::size_t wanted = buffer_bytes_min / 2;
    if (state_ == State::body || body_stream_ == BodyStream::open) wanted = body_read_bytes;
    if (state_ == State::head) wanted = std::min(core_->options.max_header_bytes, 4 * wanted);
    reading_ = true;
    transport_->read(buffer_.prepare(wanted), shared_from_this());
}

void Session::on_read(std::size_t bytes) {
    reading_ = false;
    if (state_ == State::closed) return;
    if (bytes == 0) return on_end_of_input();
    count(worker_->counters.bytes_read, bytes);
    buffer_.commit(bytes);
    switch (state_) {
        case State::idle:
        case State::head:
            return advance_head();
        case State::body:
            return advance_body();
        case State::streaming:
            if (body_stream_ == BodyStream::open) return advance_body_stream();
            // Watches for the client's leaving; what is pipelined waits, within a bound.
            if (buffer_.size() < core_->options.max_header_bytes) read();
            return;
        case State::lingering:
            buffer_.clear();
            lingered_bytes_ += bytes;
            if (lingered_bytes_ > linger_bytes_max) return finish();
            return read();
        case State::handling:
            return advance_body_stream();
        case State::handshake:
        case State::go_ahead:
        case State::writing:
        case State::goodbye:
        case State::closed:
            return;
    }
}

void Session::on_end_of_input() {
    switch (state_) {
        case State::head:
        case State::body:
            return fail(ended_early, Refusal::incomplete);
        case State::handling:
            if (body_stream_ == BodyStream::open)
                break_body_stream(ended_early, Refusal::incomplete);
            return;
        case State::writing:
        case State::go_ahead:
            return;  // it may still read: the next read ends it
        case State::streaming:
            if (body_stream_ == BodyStream::none) return finish();
            // What was sent is answered: it may have closed its half alone.
            if (body_stream_ == BodyStream::open)
                break_body_stream(ended_early, Refusal::incomplete);
            return;
        case State::handshake:
        case State::idle:
        case State::goodbye:
        case State::lingering:
        case State::closed:
            return finish();
    }
}

void Session::next_request() {
    state_ = State::idle;
    request_ = {};
    facts_ = {};
    scan_ = {};
    blank_line_skipped_ = false;
    if (buffer_.size() > 0) return advance_head();
    if (!reading_) buffer_.shrink();
    set_deadline(core_->draining ? core_->options.drain_idle_timeout : core_->options.idle_timeout);
    read();
}

void Session::advance_head() {
    if (!blank_line_skipped_ && buffer_.view().starts_with("\r\n")) {
        buffer_.consume(2);  // RFC 9112 2.2: one empty line before a request is forgiven
        blank_line_skipped_ = true;
    }
    std::expected<std::size_t, Fault> head_bytes = std::size_t{0};
    if (blank_line_skipped_ || buffer_.view() != "\r")
        head_bytes = find_head_end(buffer_.view(), scan_, core_->options.max_header_bytes);
    if (!head_bytes) return fail(head_bytes.error());
    if (*head_bytes > 0) return begin_message(*head_bytes);
    if (state_ == State::idle) {
        state_ = State::head;
        set_deadline(core_->options.header_timeout);
    }
    read();
}

void Session::begin_message(std::size_t head_bytes) {
    const std::string_view head = buffer_.view().substr(0, head_bytes);
    const auto framing = check_head(head, core_->options.max_header_fields);
    if (!framing) return fail(framing.error());
    auto target = parse_target(framing->method, framing->target, framing->host);
    if (!parser_.parse_head(head, request_)) return fail(parsers_disagree);
    if (const std::string_view id = request_.header("x-request-id"); is_request_id(id))
        request_.request_id = id;
    else
        request_.request_id = fresh_request_id();
    facts_.request_id = request_.request_id;
    facts_.version_minor = request_.version_minor;
    facts_.head_only = request_.method == "HEAD";
    keep_alive_ = parser_.keep_alive() && request_.version_minor == 1;
    for (const Header& header : request_.headers) {
        if (header.name == "accept-encoding" && accepts_gzip(header.value))
            facts_.gzip_accepted = true;
        if (header.name == "traceparent" && is_traceparent(header.value))
            facts_.traceparent = header.value;
    }
    if (!target) return fail(target.error());
    request_.target = std::move(target->origin);
    request_.path = std::move(target->path);
    request_.segments = std::move(target->segments);
    request_.query = std::move(target->query);
    request_.remote_address = remote_address_;
    request_.secure = transport_->secure();
    const Framing lengths = *framing;  // its views die with consume()
    buffer_.consume(head_bytes);
    const bool has_body = lengths.chunked || lengths.content_length.value_or(0) > 0;
    std::size_t body_bytes_max = core_->options.max_body_bytes;
    bool streams = false;
    try {
        streams = core_->options.stream_body && core_->options.stream_body(request_);
        if (!streams && has_body && core_->options.body_limit)
            body_bytes_max = core_->options.body_limit(request_);
    } catch (...) {
        return fail({500, "internal_error", "The request could not be answered."},
                    Refusal::handler_abandoned);
    }
    if (streams) return begin_body_stream(lengths);
    if (!has_body) return dispatch();
    begin_body(lengths, body_bytes_max);
}

void Session::begin_body(const Framing& framing, std::size_t body_bytes_max) {
    chunked_ = framing.chunked;
    chunks_ = ChunkScanner(body_bytes_max);
    body_bytes_left_ = framing.content_length.value_or(0);
    vouched_bytes_ = 0;
    if (body_bytes_left_ > body_bytes_max)
        return fail({413, "body_too_large", "The body is larger than this resource takes."});
    state_ = State::body;
    set_deadline(core_->options.body_timeout);
    if (!framing.expect_continue || buffer_.size() > 0) return advance_body();
    state_ = State::go_ahead;
    WireAnswer go_ahead;
    go_ahead.head = "HTTP/1.1 100 Continue\r\n\r\n";
    begin_write(std::move(go_ahead));
}

// Finds which of the buffered bytes belong to the body.
std::optional<Fault> Session::vouch_for_body(bool& complete) {
    if (chunked_) {
        const auto used = chunks_.feed(buffer_.view().substr(vouched_bytes_));
        if (!used) return used.error();
        vouched_bytes_ += *used;
        complete = chunks_.done();
        return {};
    }
    const std::size_t here = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer_.size() - vouched_bytes_, body_bytes_left_));
    vouched_bytes_ += here;
    body_bytes_left_ -= here;
    complete = body_bytes_left_ == 0;
    return {};
}

void Session::advance_body() {
    bool complete = false;
    if (const auto fault = vouch_for_body(complete)) return fail(*fault);
    const std::size_t before = request_.body.size();
    const std::size_t used = parser_.parse_body(buffer_.view().substr(0, vouched_bytes_), request_);
    if (used == RequestParser::npos) return fail(parsers_disagree);
    buffer_.consume(used);
    vouched_bytes_ -= used;
    const std::size_t grown = request_.body.size() - before;
    body_memory_bytes_ += grown;
    if (core_->body_bytes.fetch_add(grown) + grown > core_->options.max_buffered_body_bytes)
        return fail({503, "overloaded", "This server holds too many request bodies just now."},
                    Refusal::body_memory);
    if (complete != parser_.done() || (complete && vouched_bytes_ > 0))
        return fail(parsers_disagree);
    if (complete) return dispatch();
    read();
}

void Session::dispatch() {
    state_ = State::handling;
    clear_deadline();
    in_flight_ = true;
    count(worker_->counters.requests);
    Responder responder(shared_from_this(), ++ticket_);
    try {
        core_->handler(std::move(request_), std::move(responder));
    } catch (...) {
        // The Responder died on the way out and has answered 500.
    }
}

void Session::refuse(Refusal reason) {
    count(worker_->counters.refused[static_cast<std::size_t>(reason)]);
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
    deadline_ = Clock::now() + from_now;
    if (deadline_ < armed_for_) arm_timer();
}

void Session::set_piece_deadline(Clock::time_point at) {
    piece_deadline_ = at;
    if (piece_deadline_ < armed_for_) arm_timer();
}

// Armed rarely: a deadline that moves away is noticed when the earlier one strikes.
void Session::arm_timer() {
    armed_for_ = next_deadline();
    timer_.expires_at(armed_for_);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        if (!ec) self->on_timer();
    });
}

void Session::on_timer() {
    armed_for_ = Clock::time_point::max();
    if (state_ == State::closed || next_deadline() == Clock::time_point::max()) return;
    const auto now = Clock::now();
    if (now < next_deadline()) return arm_timer();
    if (now >= piece_deadline_) {
        break_body_stream({408, "request_timeout", "The request's body took too long."},
                          Refusal::body_timeout);
        if (next_deadline() < armed_for_) arm_timer();
        return;
    }
    clear_deadline();
    switch (state_) {
        case State::head:
            return fail({408, "request_timeout", "The request's head took too long."},
                        Refusal::header_timeout);
        case State::body:
            return fail({408, "request_timeout", "The request's body took too long."},
                        Refusal::body_timeout);
        case State::handshake:
            refuse(Refusal::header_timeout);
            return finish(true);
        case State::go_ahead:
        case State::writing:
        case State::streaming:
            refuse(Refusal::write_timeout);
            return finish(true);
        case State::idle:
        case State::handling:
        case State::goodbye:
        case State::lingering:
        case State::closed:
            return finish();
    }
}

}  // namespace almanac::gateway
