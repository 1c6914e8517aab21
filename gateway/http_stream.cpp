#include "gateway/http_stream.hpp"

#include <utility>

namespace almanac::gateway {

bool StreamBuffer::write(std::string chunk) {
    {
        const std::scoped_lock lock(mutex_);
        if (gone_ || end_ != End::open) return false;
        if (chunk.empty()) return true;
        if (buffered_bytes_ > 0 && buffered_bytes_ + chunk.size() > bytes_max_) {
            starved_ = true;
            return false;
        }
        buffered_bytes_ += chunk.size();
        queue_.push_back(std::move(chunk));
        if (std::exchange(wake_pending_, true)) return true;
    }
    wake();
    return true;
}

std::size_t StreamBuffer::buffered_bytes() const {
    const std::scoped_lock lock(mutex_);
    return buffered_bytes_;
}

bool StreamBuffer::closed() const {
    const std::scoped_lock lock(mutex_);
    return gone_ || end_ != End::open;
}

void StreamBuffer::set_on_drain(StreamCallback callback) {
    {
        const std::scoped_lock lock(mutex_);
        if (gone_ || end_ != End::open) return;
        std::swap(on_drain_, callback);
        // It may have drained between the refused write and now: let the session look again.
        if (!starved_ || std::exchange(wake_pending_, true)) return;
    }
    wake();
}

void StreamBuffer::set_on_close(StreamCallback callback) {
    {
        const std::scoped_lock lock(mutex_);
        if (end_ != End::open) return;
        if (!gone_) {
            std::swap(on_close_, callback);
            return;
        }
    }
    if (callback) callback();
}

void StreamBuffer::set_on_stop(StreamCallback callback) {
    {
        const std::scoped_lock lock(mutex_);
        if (gone_ || end_ != End::open) return;
        if (!stopping_) {
            std::swap(on_stop_, callback);
            return;
        }
    }
    if (callback) callback();
}

StreamBuffer::Piece StreamBuffer::take(std::size_t bytes_wanted) {
    Piece piece;
    const std::scoped_lock lock(mutex_);
    wake_pending_ = false;
    piece.end = end_;
    if (end_ == End::aborted) return piece;
    while (!queue_.empty() && piece.bytes.size() < bytes_wanted) {
        if (piece.bytes.empty())
            piece.bytes = std::move(queue_.front());
        else
            piece.bytes += queue_.front();
        queue_.pop_front();
    }
    return piece;
}

void StreamBuffer::written(std::size_t bytes) {
    StreamCallback callback;
    {
        const std::scoped_lock lock(mutex_);
        if (gone_) return;
        buffered_bytes_ -= bytes;
        if (!starved_ || !on_drain_ || end_ != End::open) return;
        if (buffered_bytes_ > bytes_max_ / 2) return;
        starved_ = false;
        callback = std::move(on_drain_);
        on_drain_ = nullptr;
    }
    callback();
    const std::scoped_lock lock(mutex_);
    if (!on_drain_ && !gone_ && end_ == End::open) on_drain_.swap(callback);
}

void StreamBuffer::end_by_connection() {
    std::deque<std::string> queue;
    StreamCallback drain;
    StreamCallback close;
    StreamCallback stop;
    bool tell = false;
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(gone_, true)) return;
        tell = end_ == End::open;
        queue.swap(queue_);
        buffered_bytes_ = 0;
        drain.swap(on_drain_);
        close.swap(on_close_);
        stop.swap(on_stop_);
    }
    if (tell && close) close();
}

void StreamBuffer::request_stop() {
    StreamCallback callback;
    {
        const std::scoped_lock lock(mutex_);
        if (gone_ || end_ != End::open || std::exchange(stopping_, true)) return;
        callback.swap(on_stop_);
    }
    if (callback) callback();
}

void StreamBuffer::end_by_handle(End end) {
    StreamCallback drain;
    StreamCallback close;
    StreamCallback stop;
    {
        const std::scoped_lock lock(mutex_);
        if (gone_ || end_ != End::open) return;
        end_ = end;
        drain.swap(on_drain_);
        close.swap(on_close_);
        stop.swap(on_stop_);
        if (std::exchange(wake_pending_, true)) return;
    }
    wake();
}

void StreamBuffer::wake() {
    if (const auto waker = waker_.lock()) waker->wake_stream();
}

}  // namespace almanac::gateway
