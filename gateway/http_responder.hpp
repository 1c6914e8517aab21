// How a handler answers: a Responder takes exactly one answer, whole or streamed, from any thread.
// Made by a Session of the server (or by a test with an AnswerSink of its own). Both handles are
// move-only and thread-safe in the sense that any one thread at a time may use them; StreamHandle
// may be used by several threads at once. Callbacks run on the connection's thread: keep them
// short.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gateway/http_message.hpp"

namespace almanac::gateway {

using StreamCallback = std::move_only_function<void()>;

// The far side of a stream; implemented by http_stream.cpp, or by a test.
class StreamSink {
  public:
    virtual ~StreamSink() = default;
    virtual bool write(std::string chunk) = 0;
    virtual std::size_t buffered_bytes() const = 0;
    virtual void set_on_drain(StreamCallback callback) = 0;
    virtual void set_on_close(StreamCallback callback) = 0;
    virtual void set_on_stop(StreamCallback callback) = 0;
    virtual void close() = 0;
    virtual void abort() = 0;
    virtual bool closed() const = 0;
};

// An answer that is written piece by piece (NDJSON, SSE). Bounded: `ServerOptions::
// stream_buffer_bytes_max` waits in memory, a client that reads slower than `write_timeout` per
// 64 KiB is cut. Dropped without close(): the connection is cut without the last chunk, so that the
// client sees the answer is incomplete.
class StreamHandle {
  public:
    StreamHandle() = default;
    explicit StreamHandle(std::shared_ptr<StreamSink> sink) : sink_(std::move(sink)) {}
    StreamHandle(StreamHandle&&) noexcept = default;
    StreamHandle& operator=(StreamHandle&& other) noexcept;
    StreamHandle(const StreamHandle&) = delete;
    StreamHandle& operator=(const StreamHandle&) = delete;
    ~StreamHandle();

    // False: nothing of the chunk was taken, as the buffer is full (ask again after on_drain) or
    // the stream is closed(). One chunk larger than the whole buffer is taken when nothing else
    // waits.
    bool write(std::string chunk);
    std::size_t buffered_bytes() const;
    // Called each time the buffer has fallen to half or less after a write() answered false.
    void on_drain(StreamCallback callback);
    // Called once when the client is gone, was cut, or the server ended it; not after close().
    void on_close(StreamCallback callback);
    // Called once when the server begins to stop: end the stream soon, the deadline will cut it.
    void on_stop(StreamCallback callback);
    // Ends the stream after what is buffered; idempotent.
    void close();
    bool closed() const;  // by either side
    explicit operator bool() const { return sink_ != nullptr; }

  private:
    std::shared_ptr<StreamSink> sink_;
};

// The far side of a Responder; implemented by the server's session, or by a test.
// `ticket` names the request on its connection. Called at most once per ticket, from any thread.
class AnswerSink {
  public:
    virtual ~AnswerSink() = default;
    virtual void answer(std::uint64_t ticket, Response response) = 0;
    virtual std::shared_ptr<StreamSink> open_stream(std::uint64_t ticket, Response head) = 0;
    virtual void abandon(std::uint64_t ticket) = 0;  // dropped without an answer: a 500
};

// Exactly one of send() and stream() may be called, once; a second call throws std::logic_error.
// Destroyed without either: the client gets 500 `internal_error`.
class Responder {
  public:
    Responder(std::shared_ptr<AnswerSink> sink, std::uint64_t ticket)
        : sink_(std::move(sink)), ticket_(ticket) {}
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&& other) noexcept;
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;
    ~Responder();

    // Compresses on the calling thread (large compressible answers), then hands over.
    void send(Response response);
    // Sends status, headers and content type of `head` (its body is the first chunk) as chunked.
    StreamHandle stream(Response head);
    bool answered() const { return sink_ == nullptr; }

  private:
    std::shared_ptr<AnswerSink> sink_;
    std::uint64_t ticket_ = 0;
};

}  // namespace almanac::gateway
