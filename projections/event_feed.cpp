#include "projections/event_feed.hpp"

#include <algorithm>

namespace almanac::projections {
using eventstore::CommittedEvent;
using eventstore::Record;

namespace {
std::size_t bytes_of(const CommittedEvent& event) {
    const auto& record = *event.record;
    std::size_t bytes = sizeof(Record) + record.data.size() + record.metadata.size();
    if (event.typed.type != nullptr) bytes += record.data.size();  // the same again, roughly
    for (const auto& tag : record.tags) bytes += tag.capacity() + sizeof(std::string);
    return bytes;
}
}  // namespace

EventFeed::EventFeed(const eventstore::Log& log, std::size_t events_max, std::size_t bytes_max)
    : log_(log), events_max_(events_max), bytes_max_(bytes_max), target_(log.last_position()) {}

void EventFeed::drop_front() {
    bytes_ -= bytes_of(ring_.front());
    ring_.pop_front();
}

void EventFeed::push(std::span<const CommittedEvent> events) {
    const std::scoped_lock lock(mutex_);
    for (const auto& event : events) {
        if (event.position <= target_ && !ring_.empty()) continue;  // known already
        target_ = std::max(target_, event.position);
        const bool follows = ring_.empty() || ring_.back().position + 1 == event.position;
        if (!follows || ring_.size() >= events_max_) continue;
        const auto bytes = bytes_of(event);
        if (!ring_.empty() && bytes_ + bytes > bytes_max_) continue;
        ring_.push_back(event);
        bytes_ += bytes;
    }
}

std::uint64_t EventFeed::target() const {
    const std::scoped_lock lock(mutex_);
    return target_;
}

kernel::Result<EventFeed::Piece> EventFeed::take(std::uint64_t from, std::size_t count_max) {
    std::uint64_t to = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (from > target_) return Piece{};
        while (!ring_.empty() && ring_.front().position < from) drop_front();
        to = std::min<std::uint64_t>(target_, from + count_max - 1);
        if (!ring_.empty() && ring_.front().position == from) {
            Piece piece;
            const auto count = std::min(ring_.size(), count_max);
            piece.events.assign(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(count));
            return piece;
        }
        if (!ring_.empty()) to = std::min(to, ring_.front().position - 1);
    }
    return scan(from, to);
}

kernel::Result<EventFeed::Piece> EventFeed::scan(std::uint64_t from, std::uint64_t to) const {
    Piece piece;
    piece.from_log = true;
    piece.events.reserve(to - from + 1);
    kernel::Result<void> decoded;
    const auto scanned = log_.scan(from, to, [&](std::uint64_t position, std::string_view bytes) {
        auto record = eventstore::decode(bytes);
        if (!record) {
            decoded = std::unexpected(std::move(record.error()));
            return false;
        }
        piece.events.push_back({position, std::make_shared<const Record>(std::move(*record)), {}});
        return true;
    });
    if (!scanned) return std::unexpected(scanned.error());
    // What is whole goes on; the next take begins at the damage.
    if (!decoded && piece.events.empty()) return std::unexpected(std::move(decoded.error()));
    return piece;
}

}  // namespace almanac::projections
