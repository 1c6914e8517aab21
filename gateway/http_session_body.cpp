// The half of a Session that hands a body over while the request is answered.
#include <boost/asio/post.hpp>
#include <limits>
#include <utility>

#include "gateway/http_body.hpp"
#include "gateway/http_session.hpp"

namespace almanac::gateway {

// What the handler holds. Weak: a handler that lives longer than its connection keeps nothing.
class SessionBody final : public BodySource {
  public:
    explicit SessionBody(std::weak_ptr<Session> session) : session_(std::move(session)) {}
    void next(Callback callback) override {
        const auto session = session_.lock();
        if (!session) return callback({.end = BodyPiece::End::broken, .fault = ended_early});
        boost::asio::post(session->worker_->context,
                          [weak = session_, callback = std::move(callback)]() mutable {
                              if (const auto self = weak.lock())
                                  return self->want_piece(std::move(callback));
                              callback({.end = BodyPiece::End::broken, .fault = ended_early});
                          });
    }

  private:
    const std::weak_ptr<Session> session_;
};

// Such a request is the last one of its connection: its answer may begin, and end, at any byte.
void Session::begin_body_stream(const Framing& framing) {
    chunked_ = framing.chunked;
    chunks_ = ChunkScanner(std::numeric_limits<std::uint64_t>::max());
    body_bytes_left_ = framing.content_length.value_or(0);
    vouched_bytes_ = 0;
    keep_alive_ = false;
    body_stream_ = BodyStream::open;
    request_.body_source = std::make_shared<SessionBody>(weak_from_this());
    if (!framing.expect_continue || buffer_.size() > 0) return dispatch();
    state_ = State::go_ahead;
    WireAnswer go_ahead;
    go_ahead.head = "HTTP/1.1 100 Continue\r\n\r\n";
    begin_write(std::move(go_ahead));
}

void Session::want_piece(BodySource::Callback callback) {
    piece_wanted_ = std::move(callback);
    if (body_stream_ != BodyStream::open || state_ == State::closed)
        return give_piece({.end = BodyPiece::End::broken, .fault = ended_early});
    advance_body_stream();
}

void Session::advance_body_stream() {
    if (!piece_wanted_) return;
    bool complete = false;
    if (const auto fault = vouch_for_body(complete))
        return break_body_stream(*fault, Refusal::malformed);
    const std::size_t used = parser_.parse_body(buffer_.view().substr(0, vouched_bytes_), request_);
    if (used == RequestParser::npos) return break_body_stream(parsers_disagree, Refusal::malformed);
    buffer_.consume(used);
    vouched_bytes_ -= used;
    if (complete != parser_.done() || (complete && vouched_bytes_ > 0))
        return break_body_stream(parsers_disagree, Refusal::malformed);
    if (!complete && request_.body.empty()) {
        // Of the piece, not of each read: framing alone, byte by byte, wins no time.
        if (piece_deadline_ == Clock::time_point::max())
            set_piece_deadline(Clock::now() + core_->options.body_timeout);
        return read();
    }
    set_piece_deadline(Clock::time_point::max());
    BodyPiece piece{.bytes = std::exchange(request_.body, {})};
    if (complete) {
        piece.end = BodyPiece::End::complete;
        body_stream_ = BodyStream::complete;
        if (state_ == State::streaming) read();  // for the client's leaving
    }
    give_piece(std::move(piece));
}

void Session::give_piece(BodyPiece piece) {
    if (auto callback = std::exchange(piece_wanted_, nullptr)) callback(std::move(piece));
}

// It is the handler's to say so, wherever its answer is by now.
void Session::break_body_stream(const Fault& fault, Refusal reason) {
    refuse(reason);
    body_stream_ = BodyStream::broken;
    set_piece_deadline(Clock::time_point::max());
    give_piece({.end = BodyPiece::End::broken, .fault = fault});
}

// Nobody reads the rest: the answer is complete without it.
void Session::stop_body_stream() {
    if (body_stream_ == BodyStream::open) body_stream_ = BodyStream::broken;
    if (body_stream_ == BodyStream::broken) in_middle_of_request_ = true;
    set_piece_deadline(Clock::time_point::max());
}

void Session::leave_body_stream() {
    if (body_stream_ == BodyStream::open) refuse(Refusal::incomplete);
    if (body_stream_ != BodyStream::none) body_stream_ = BodyStream::broken;
    give_piece({.end = BodyPiece::End::broken, .fault = ended_early});
}

}  // namespace almanac::gateway
