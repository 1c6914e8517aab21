// One connection: reads a request, gives it to the handler, writes the answer, begins again.
// Internal to the server. Lives on its Worker's thread; only answer(), open_stream(), abandon() and
// wake_stream() may be called from elsewhere, and they post. Never more than one request at a time:
// pipelined ones wait in the buffer. `facts_` stands still from dispatch until the answer begins,
// so that answers are encoded (and compressed) on the thread that gives them.
#pragma once
#include <algorithm>
#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_answer.hpp"
#include "gateway/http_body.hpp"
#include "gateway/http_framing.hpp"
#include "gateway/http_parser.hpp"
#include "gateway/http_stream.hpp"
#include "gateway/http_transport.hpp"
#include "gateway/http_worker.hpp"

namespace almanac::gateway {

inline constexpr Fault parsers_disagree{.detail = "The request is not well-formed HTTP."};
inline constexpr Fault ended_early{.detail = "The request ended before it was complete."};

// Bytes read and not yet used. Memory moves only in prepare(), so a read may be pending while
// consume() and clear() are called.
class ReadBuffer {
  public:
    std::string_view view() const { return {bytes_.data() + begin_, end_ - begin_}; }
    std::size_t size() const { return end_ - begin_; }
    std::span<char> prepare(std::size_t wanted);
    void commit(std::size_t bytes) { end_ += bytes; }
    void consume(std::size_t bytes) { begin_ += bytes; }
    void clear() { begin_ = end_; }
    void shrink();  // gives a large empty buffer back; not while a read is pending

  private:
    std::vector<char> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

class Session final : public std::enable_shared_from_this<Session>,
                      public AnswerSink,
                      public TransportUser,
                      public StreamWaker {
  public:
    Session(std::shared_ptr<ServerCore> core, std::shared_ptr<Worker> worker, Socket socket);

    void start(bool over_capacity);  // over_capacity: says 503 and leaves
    void drain();                    // the server begins to stop
    void cut();                      // the server's patience is over

    void answer(std::uint64_t ticket, Response response) override;
    std::shared_ptr<StreamSink> open_stream(std::uint64_t ticket, Response head) override;
    void abandon(std::uint64_t ticket) override;
    void wake_stream() override;

  private:
    friend class SessionBody;
    enum class State {
        handshake,
        idle,      // nothing of the next request is there
        head,      // part of a head is there
        go_ahead,  // writing 100 Continue
        body,
        handling,  // the handler has it
        writing,   // an answer
        streaming,
        goodbye,    // TLS close_notify
        lingering,  // reading until the client has left, so that it gets the answer
        closed
    };
    enum class BodyStream { none, open, complete, broken };  // none: the body came before
    using Clock = std::chrono::steady_clock;
    using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                                    boost::asio::io_context::executor_type>;

    void on_handshake(bool ok) override;
    void on_read(std::size_t bytes) override;
    void on_written(bool ok) override;
    void on_goodbye() override;
    void on_end_of_input();

    // Reading (http_session.cpp)
    void read();
    void next_request();
    void advance_head();
    void begin_message(std::size_t head_bytes);
    void begin_body(const Framing& framing, std::size_t body_bytes_max);
    void advance_body();
    std::optional<Fault> vouch_for_body(bool& complete);
    void dispatch();

    // Reading a body while its request is answered (http_session_body.cpp)
    void begin_body_stream(const Framing& framing);
    void want_piece(BodySource::Callback callback);
    void advance_body_stream();
    void give_piece(BodyPiece piece);
    void break_body_stream(const Fault& fault, Refusal reason);
    void stop_body_stream();
    void leave_body_stream();

    // Writing (http_session_write.cpp)
    void fail(const Fault& fault, Refusal reason);
    void fail(const Fault& fault);
    WireAnswer encode(Response response, bool streamed);
    Response internal_error() const;
    void begin_answer(std::uint64_t ticket, WireAnswer wire);
    void begin_stream(std::uint64_t ticket, WireAnswer wire, std::shared_ptr<StreamBuffer> stream);
    void begin_write(WireAnswer wire);
    void write_slice();
    void answer_written();
    void pump_stream();
    void leave();  // after the last answer
    void finish(bool abortive = false);
    void release_body_memory();

    void refuse(Refusal reason);
    void set_deadline(std::chrono::milliseconds from_now);
    void clear_deadline() { deadline_ = Clock::time_point::max(); }
    void set_piece_deadline(Clock::time_point at);
    Clock::time_point next_deadline() const { return std::min(deadline_, piece_deadline_); }
    void arm_timer();
    void on_timer();
    template <class Function>
    void on_own_thread(Function function);

    const std::shared_ptr<ServerCore> core_;
    const std::shared_ptr<Worker> worker_;
    const std::string remote_address_;
    const std::unique_ptr<Transport> transport_;
    Timer timer_;
    Clock::time_point deadline_ = Clock::time_point::max();
    Clock::time_point piece_deadline_ = Clock::time_point::max();  // of a body's next bytes
    Clock::time_point armed_for_ = Clock::time_point::max();

    State state_ = State::handshake;
    std::atomic<bool> closed_{false};
    bool over_capacity_ = false;
    bool reading_ = false;
    ReadBuffer buffer_;

    // The request
    RequestParser parser_;
    Request request_;
    HeadScan scan_;
    bool blank_line_skipped_ = false;
    ChunkScanner chunks_;
    bool chunked_ = false;
    std::uint64_t body_bytes_left_ = 0;  // of Content-Length, not yet vouched for
    std::size_t vouched_bytes_ = 0;      // at the buffer's begin, known to belong to the body
    std::size_t body_memory_bytes_ = 0;  // counted in core_->body_bytes
    AnswerFacts facts_;
    bool keep_alive_ = true;  // stands still like facts_
    std::uint64_t ticket_ = 0;
    bool in_flight_ = false;
    bool in_middle_of_request_ = false;  // failed: more of it may still come in
    BodyStream body_stream_ = BodyStream::none;
    BodySource::Callback piece_wanted_;

    // The answer
    WireAnswer out_;
    std::size_t out_written_bytes_ = 0;
    std::size_t slice_bytes_ = 0;
    bool write_pending_ = false;
    std::shared_ptr<StreamBuffer> stream_;
    std::size_t piece_bytes_ = 0;  // of the stream's data, being written
    std::size_t lingered_bytes_ = 0;
};

}  // namespace almanac::gateway
