#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "gateway/http_session.hpp"

namespace almanac::gateway {

namespace {

constexpr std::size_t slice_bytes_max = 64 * 1024;  // what one write_timeout is for

Refusal refusal_of(int status) {
    switch (status) {
        case 413:
            return Refusal::body_too_large;
        case 414:
        case 431:
            return Refusal::header_too_large;
        case 417:
            return Refusal::unsupported_expect;
        case 501:
            return Refusal::unsupported_method;
        case 505:
            return Refusal::unsupported_version;
        default:
            return Refusal::malformed;
    }
}

}  // namespace

template <class Function>
void Session::on_own_thread(Function function) {
    if (worker_->context.get_executor().running_in_this_thread()) return function(*this);
    // Weak: what waits in a context that runs no more must not keep that context alive.
    boost::asio::post(worker_->context,
                      [weak = weak_from_this(), function = std::move(function)]() mutable {
                          if (const auto self = weak.lock()) function(*self);
                      });
}

void Session::answer(std::uint64_t ticket, Response response) {
    on_own_thread([ticket, wire = encode(std::move(response), false)](Session& self) mutable {
        self.begin_answer(ticket, std::move(wire));
    });
}

void Session::abandon(std::uint64_t ticket) {
    refuse(Refusal::handler_abandoned);
    answer(ticket, internal_error());
}

// Of a request that is the handler's: on whatever thread let go of it.
Response Session::internal_error() const {
    auto answer = problem_response(
        {.status = 500, .code = "internal_error", .detail = "The request could not be answered."},
        facts_.request_id);
    if (core_->options.dress_refusal) core_->options.dress_refusal({}, answer);
    return answer;
}

std::shared_ptr<StreamSink> Session::open_stream(std::uint64_t ticket, Response head) {
    auto stream = std::make_shared<StreamBuffer>(
        std::weak_ptr<StreamWaker>(std::static_pointer_cast<StreamWaker>(shared_from_this())),
        core_->options.stream_buffer_bytes_max);
    stream->write(std::exchange(head.body, {}));
    on_own_thread([ticket, stream, wire = encode(std::move(head), true)](Session& self) mutable {
        self.begin_stream(ticket, std::move(wire), std::move(stream));
    });
    if (closed_) stream->end_by_connection();
    return stream;
}

void Session::wake_stream() {
    boost::asio::post(worker_->context, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->pump_stream();
    });
}

WireAnswer Session::encode(Response response, bool streamed) {
    const bool keep_alive = keep_alive_ && !core_->draining;
    if (auto wire = encode_answer(std::move(response), facts_, keep_alive, streamed))
        return std::move(*wire);
    refuse(Refusal::handler_abandoned);
    return *encode_answer(internal_error(), facts_, keep_alive, false);
}

// The server's own answer: it ends the connection, whatever the fault.
void Session::fail(const Fault& fault, Refusal reason) {
    refuse(reason);
    if (facts_.request_id.empty()) facts_.request_id = fresh_request_id();
    keep_alive_ = false;
    in_middle_of_request_ = true;
    Problem problem;
    problem.status = fault.status;
    problem.code = fault.code;
    problem.detail = fault.detail;
    problem.retryable = fault.status == 408 || fault.status == 503;
    problem.retry_after_seconds = fault.status == 503 ? 1 : 0;
    state_ = State::writing;
    auto refusal = problem_response(problem, facts_.request_id);
    if (core_->options.dress_refusal) core_->options.dress_refusal(request_, refusal);
    release_body_memory();  // as for an answer
    begin_write(encode(std::move(refusal), false));
}

void Session::fail(const Fault& fault) {
    fail(fault, refusal_of(fault.status));
}

void Session::begin_answer(std::uint64_t ticket, WireAnswer wire) {
    if (state_ != State::handling || ticket != ticket_) return;
    stop_body_stream();
    release_body_memory();  // before the caller can see the answer and come again
    state_ = State::writing;
    begin_write(std::move(wire));
}

void Session::begin_stream(std::uint64_t ticket, WireAnswer wire,
                           std::shared_ptr<StreamBuffer> stream) {
    if (state_ != State::handling || ticket != ticket_ || !wire.streamed) {
        stream->end_by_connection();
        return begin_answer(ticket, std::move(wire));
    }
    stream_ = std::move(stream);
    release_body_memory();
    state_ = State::streaming;
    begin_write(std::move(wire));
    if (core_->draining) stream_->request_stop();
    if (body_stream_ == BodyStream::open) return;  // read when its handler wants more
    if (buffer_.size() < core_->options.max_header_bytes) read();
}

void Session::begin_write(WireAnswer wire) {
    out_ = std::move(wire);
    out_written_bytes_ = 0;
    write_slice();
}

void Session::write_slice() {
    namespace asio = boost::asio;
    WriteBuffers buffers;
    std::size_t at = out_written_bytes_;
    std::size_t room = slice_bytes_max;
    std::size_t used = 0;
    for (const std::string* part : {&out_.head, &out_.body}) {
        if (at >= part->size()) {
            at -= part->size();
            continue;
        }
        const std::size_t bytes = std::min(part->size() - at, room);
        if (bytes == 0) break;
        buffers[used++] = asio::const_buffer(part->data() + at, bytes);
        room -= bytes;
        at = 0;
    }
    slice_bytes_ = slice_bytes_max - room;
    write_pending_ = true;
    set_deadline(core_->options.write_timeout);
    transport_->write(buffers, shared_from_this());
}

void Session::on_written(bool ok) {
    write_pending_ = false;
    if (state_ == State::closed) return;
    if (!ok) return finish();
    count(worker_->counters.bytes_written, slice_bytes_);
    out_written_bytes_ += slice_bytes_;
    if (out_written_bytes_ < out_.size()) return write_slice();
    clear_deadline();
    if (state_ == State::go_ahead && body_stream_ == BodyStream::open) return dispatch();
    if (state_ == State::go_ahead) {
        state_ = State::body;
        set_deadline(core_->options.body_timeout);
        return advance_body();
    }
    if (state_ != State::streaming) return answer_written();
    if (const std::size_t bytes = std::exchange(piece_bytes_, 0); bytes > 0)
        stream_->written(bytes);
    pump_stream();
}

void Session::answer_written() {
    release_body_memory();
    if (std::exchange(in_flight_, false)) count(worker_->counters.answered);
    if (out_.close) return leave();
    out_ = {};
    next_request();
}

void Session::pump_stream() {
    if (state_ != State::streaming || write_pending_) return;
    StreamBuffer::Piece piece = stream_->take(slice_bytes_max);
    if (piece.bytes.empty()) {
        switch (piece.end) {
            case StreamBuffer::End::open:
                return stream_->written(0);
            case StreamBuffer::End::aborted:
                return finish(true);
            case StreamBuffer::End::closed:
                break;
        }
        stream_ = nullptr;
        state_ = State::writing;
        if (!out_.chunked) return answer_written();
        WireAnswer last;
        last.close = out_.close;
        last.head = "0\r\n\r\n";
        return begin_write(std::move(last));
    }
    piece_bytes_ = piece.bytes.size();
    WireAnswer next;
    next.close = out_.close;
    next.chunked = out_.chunked;
    next.body = std::move(piece.bytes);
    if (next.chunked) {
        next.head = fmt::format("{:x}\r\n", next.body.size());
        next.body += "\r\n";
    }
    begin_write(std::move(next));
}

void Session::leave() {
    set_deadline(core_->options.linger_timeout);
    stop_body_stream();
    // An answer given in the middle of a TLS request: OpenSSL's goodbye would stumble over the rest
    // of it, so the client is left to read its answer and to close.
    if (transport_->secure() && in_middle_of_request_) return on_goodbye();
    state_ = State::goodbye;
    transport_->say_goodbye(shared_from_this());
}

void Session::on_goodbye() {
    if (state_ == State::closed) return;
    if (transport_->secure() && !in_middle_of_request_) return finish();
    state_ = State::lingering;
    buffer_.clear();
    read();
}

void Session::drain() {
    if (state_ == State::idle) set_deadline(core_->options.drain_idle_timeout);
    if (state_ == State::streaming) stream_->request_stop();
}

void Session::cut() {
    finish(true);
}

void Session::finish(bool abortive) {
    if (state_ == State::closed) return;
    const auto self = shared_from_this();
    state_ = State::closed;
    closed_ = true;
    release_body_memory();
    if (std::exchange(in_flight_, false)) count(worker_->counters.answered);
    timer_.cancel();
    transport_->close(abortive);
    if (const auto stream = std::exchange(stream_, nullptr)) stream->end_by_connection();
    leave_body_stream();
    worker_->sessions.erase(this);
    core_->connection_ended();
}

void Session::release_body_memory() {
    if (body_memory_bytes_ > 0) core_->body_bytes -= std::exchange(body_memory_bytes_, 0);
}

}  // namespace almanac::gateway
