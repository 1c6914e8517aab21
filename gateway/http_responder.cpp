#include "gateway/http_responder.hpp"

#include <stdexcept>

namespace almanac::gateway {

Responder& Responder::operator=(Responder&& other) noexcept {
    if (this != &other) {
        if (sink_) std::exchange(sink_, nullptr)->abandon(ticket_);
        sink_ = std::move(other.sink_);
        ticket_ = other.ticket_;
    }
    return *this;
}

Responder::~Responder() {
    if (sink_) sink_->abandon(ticket_);
}

void Responder::send(Response response) {
    if (!sink_) throw std::logic_error("a request was answered twice");
    std::exchange(sink_, nullptr)->answer(ticket_, std::move(response));
}

StreamHandle Responder::stream(Response head) {
    if (!sink_) throw std::logic_error("a request was answered twice");
    return StreamHandle(std::exchange(sink_, nullptr)->open_stream(ticket_, std::move(head)));
}

StreamHandle& StreamHandle::operator=(StreamHandle&& other) noexcept {
    if (this != &other) {
        if (sink_) sink_->abort();
        sink_ = std::move(other.sink_);
    }
    return *this;
}

StreamHandle::~StreamHandle() {
    if (sink_) sink_->abort();
}

bool StreamHandle::write(std::string chunk) {
    return sink_ && sink_->write(std::move(chunk));
}

std::size_t StreamHandle::buffered_bytes() const {
    return sink_ ? sink_->buffered_bytes() : 0;
}

void StreamHandle::on_drain(StreamCallback callback) {
    if (sink_) sink_->set_on_drain(std::move(callback));
}

void StreamHandle::on_close(StreamCallback callback) {
    if (sink_) sink_->set_on_close(std::move(callback));
}

void StreamHandle::on_stop(StreamCallback callback) {
    if (sink_) sink_->set_on_stop(std::move(callback));
}

void StreamHandle::close() {
    if (sink_) sink_->close();
}

bool StreamHandle::closed() const {
    return !sink_ || sink_->closed();
}

}  // namespace almanac::gateway
