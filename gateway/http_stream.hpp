// The bounded buffer between a StreamHandle (any thread) and its session (the connection's thread).
// One mutex, held for moments only; callbacks and wake-ups run without it.
#pragma once
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/http_responder.hpp"

namespace almanac::gateway {

class StreamWaker {
  public:
    virtual ~StreamWaker() = default;
    virtual void wake_stream() = 0;  // any thread: there is something to do for the session
};

class StreamBuffer final : public StreamSink {
  public:
    enum class End { open, closed, aborted };
    struct Piece {
        std::string bytes;    // to be written now; "" where nothing waits
        End end = End::open;  // meaningful once `bytes` is ""
    };

    StreamBuffer(std::weak_ptr<StreamWaker> waker, std::size_t bytes_max)
        : waker_(std::move(waker)), bytes_max_(bytes_max) {}

    // The handle's side.
    bool write(std::string chunk) override;
    std::size_t buffered_bytes() const override;
    void set_on_drain(StreamCallback callback) override;
    void set_on_close(StreamCallback callback) override;
    void set_on_stop(StreamCallback callback) override;
    void close() override { end_by_handle(End::closed); }
    void abort() override { end_by_handle(End::aborted); }
    bool closed() const override;

    // The session's side. take() hands out about `bytes_wanted`; they count as buffered until
    // written() says they left.
    Piece take(std::size_t bytes_wanted);
    void written(std::size_t bytes);
    void end_by_connection();  // idempotent; the client is gone
    void request_stop();       // the server wants to stop

  private:
    void end_by_handle(End end);
    void wake();

    const std::weak_ptr<StreamWaker> waker_;
    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    std::deque<std::string> queue_;
    std::size_t buffered_bytes_ = 0;
    End end_ = End::open;
    bool gone_ = false;     // ended by the connection
    bool starved_ = false;  // a write was refused since the last on_drain
    bool stopping_ = false;
    bool wake_pending_ = false;
    StreamCallback on_drain_;
    StreamCallback on_close_;
    StreamCallback on_stop_;
};

}  // namespace almanac::gateway
