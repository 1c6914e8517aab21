// Reads of the whole partition, not of one tag: what is durable first, then what is in flight.
#include <map>

#include "eventstore/pipeline.hpp"

namespace almanac::eventstore {

Result<std::uint64_t> Pipeline::visit_after(std::uint64_t after, std::uint64_t positions_max,
                                            const Stage::Wanted& wanted,
                                            const Stage::EventFn& fn) const {
    auto reached = after;
    const auto last = after + positions_max;
    bool going = after < last;
    Result<void> failure;
    const auto visit_stored = [&](std::uint64_t position, std::string_view bytes) {
        const auto view = RecordView::parse(bytes);
        if (!view) {
            failure = std::unexpected(view.error());
            return false;
        }
        if (wanted(view->type())) {
            auto record = decode(bytes);
            if (!record) {
                failure = std::unexpected(std::move(record.error()));
                return false;
            }
            going = fn({position, std::make_shared<const Record>(std::move(*record))});
        }
        reached = position;
        return going;
    };
    if (going && after < settled_position_) {
        auto read = log_.scan(after + 1, std::min(settled_position_, last), visit_stored);
        if (!failure) return std::unexpected(std::move(failure.error()));
        if (!read) return std::unexpected(std::move(read.error()));
    }
    const auto visit_staged = [&](const CommittedEvent& event) {
        if (event.position > last) return false;
        if (wanted(event.record->type)) going = fn(event);
        reached = event.position;
        return going;
    };
    for (const auto& batch : in_flight_) going = going && batch->visit_after(reached, visit_staged);
    if (going) open_->visit_after(reached, visit_staged);
    return reached;
}

// Where a batch in flight is in the log already, its values are the same as there.
Result<void> Pipeline::entries(Space space, std::string_view prefix, std::string_view from,
                               const Log::EntryFn& fn) const {
    std::map<std::string, std::optional<std::string>, std::less<>> staged;
    const auto collect = [&](const std::string& key, const std::optional<std::string>& value) {
        if (key.starts_with(prefix) && key >= from) staged[key] = value;
    };
    for (const auto& batch : in_flight_) batch->each_value(space, collect);
    open_->each_value(space, collect);
    auto next = staged.begin();
    bool going = true;
    const auto hand_out_staged = [&] {
        if (next->second) going = fn(next->first, *next->second);
        ++next;
    };
    auto read =
        log_.entries(space, prefix, from, [&](std::string_view key, std::string_view value) {
            while (going && next != staged.end() && next->first < key) hand_out_staged();
            if (!going) return false;
            if (next != staged.end() && next->first == key) {
                hand_out_staged();
            } else {
                going = fn(key, value);
            }
            return going;
        });
    if (!read) return read;
    while (going && next != staged.end()) hand_out_staged();
    return {};
}

}  // namespace almanac::eventstore
