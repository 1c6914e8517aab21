#include "projections/records/index_walk.hpp"

namespace almanac::projections {

IndexWalk::IndexWalk(const ViewRows& rows, const ListPlan& plan, std::optional<Place> from,
                     std::size_t entries_max)
    : plan_(plan), entries_left_(entries_max) {
    for (const auto& prefix : plan.prefixes) streams_.push_back({prefix, rows.walk(prefix)});
    if (from) {
        place_ = std::move(*from);
    } else if (plan.descending) {
        place_ = {plan.high, false};
        at_end_ = plan.high.empty();
    } else {
        place_ = {plan.low, true};
    }
}

bool IndexWalk::is_before_place(std::string_view at) const {
    if (at == place_.at) return !place_.inclusive;
    return plan_.descending ? at > place_.at : at < place_.at;
}

bool IndexWalk::is_in_bounds() const {
    if (plan_.descending) return place_.at >= plan_.low;
    return plan_.high.empty() || place_.at < plan_.high;
}

void IndexWalk::move(Stream& stream) {
    auto& walk = stream.walk;
    if (!stream.placed) {
        stream.placed = true;
        if (at_end_) return walk.seek_end();
    } else {
        if (!walk.valid() || !is_before_place(stream.at())) return;
        // Most often it stands at the place that was found last.
        if (plan_.descending)
            walk.previous();
        else
            walk.next();
        if (!walk.valid() || !is_before_place(stream.at())) return;
    }
    key_.assign(stream.prefix).append(place_.at);
    if (plan_.descending)
        walk.seek_last(key_);
    else
        walk.seek(key_);
    if (!walk.valid() || !is_before_place(stream.at())) return;
    if (plan_.descending)
        walk.previous();
    else
        walk.next();
}

bool IndexWalk::next() {
    std::size_t agreed = 0;
    std::size_t turn = 0;
    deleted_ = false;
    while (!finished_ && agreed < streams_.size()) {
        if (entries_left_ == 0) return false;
        --entries_left_;
        auto& stream = streams_[turn];
        turn = (turn + 1) % streams_.size();
        move(stream);
        if (!stream.walk.valid()) {
            finished_ = true;
        } else if (!at_end_ && place_.inclusive && stream.at() == place_.at) {
            ++agreed;
        } else {
            place_ = {std::string(stream.at()), true};
            at_end_ = false;
            agreed = 1;
            finished_ = !is_in_bounds();
        }
    }
    if (finished_) return false;
    deleted_ = !streams_.front().walk.value().empty();
    place_.inclusive = false;  // what is found is behind us
    return true;
}

kernel::Uuid IndexWalk::id() const {
    return kernel::uuid_from_bytes(place().substr(place_.at.size() - 16));
}

std::optional<Place> IndexWalk::rest() const {
    if (finished_) return std::nullopt;
    return place_;
}

}  // namespace almanac::projections
