// Reading views: snapshots of one tenant's rows.
#include <rocksdb/db.h>

#include "projections/view_store_state.hpp"

namespace almanac::projections {

struct ViewRows::State {
    State(rocksdb::DB& in, const ViewName& view, const TenantId& of)
        : db(in), tenant(of), snapshot(in.GetSnapshot()), prefix(view_keys::rows(view)) {
        prefix.append(of.view());
        options.snapshot = snapshot;
    }
    ~State() { db.ReleaseSnapshot(snapshot); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    bool get(std::string_view key, std::string& value) const {
        const auto status = db.Get(options, slice(key), &value);
        if (status.IsNotFound()) return false;
        check(status, "Reading a view");
        return true;
    }

    rocksdb::DB& db;
    TenantId tenant;
    const rocksdb::Snapshot* snapshot;
    std::string prefix;
    rocksdb::ReadOptions options;
    std::uint64_t position = 0;
};

ViewRows::ViewRows(std::shared_ptr<State> state) : state_(std::move(state)) {}
ViewRows::ViewRows(ViewRows&&) noexcept = default;
ViewRows& ViewRows::operator=(ViewRows&&) noexcept = default;
ViewRows::~ViewRows() = default;

const TenantId& ViewRows::tenant() const {
    return state_->tenant;
}
std::uint64_t ViewRows::position() const {
    return state_->position;
}

bool ViewRows::get(std::string_view key, std::string& value) const {
    std::string full;
    full.reserve(state_->prefix.size() + key.size());
    full.append(state_->prefix).append(key);
    return state_->get(full, value);
}

ViewRows ViewStore::read(const ViewName& view, const TenantId& tenant) const {
    auto state = std::make_shared<ViewRows::State>(*state_->db, view, tenant);
    std::string value;
    if (state->get(view_keys::checkpoint(view.name), value)) {
        const auto checkpoint = decode_checkpoint(value);
        if (checkpoint && checkpoint->version == view.version)
            state->position = checkpoint->position;
    }
    // A view that is built at once is there as a whole, or not at all.
    if (state->position == 0 && state->get(view_keys::building(view.name), value))
        state->prefix = view_keys::nowhere;
    if (state->get(view_keys::parked(view.name, tenant), value)) {
        const auto parked = decode_parked(value);
        if (parked) state->position = std::min(state->position, parked->position - 1);
    }
    return ViewRows(std::move(state));
}

struct ViewWalk::State {
    State(std::shared_ptr<ViewRows::State> of, std::string_view prefix)
        : rows(std::move(of)), first(rows->prefix), own_at(first.size()) {
        first.append(prefix);
        end = view_keys::end_of(first);
        lower = rocksdb::Slice(first);
        upper = rocksdb::Slice(end);
        auto options = rows->options;
        options.iterate_lower_bound = &lower;
        options.iterate_upper_bound = &upper;
        at.reset(rows->db.NewIterator(options));
    }
    const std::string& full(std::string_view key) {
        target.assign(first, 0, own_at).append(key);
        return target;
    }
    void moved() const { check(at->status(), "Reading a view"); }

    std::shared_ptr<ViewRows::State> rows;  // keeps the snapshot
    std::string first;
    std::string end;
    std::string target;
    std::size_t own_at;
    rocksdb::Slice lower;
    rocksdb::Slice upper;
    std::unique_ptr<rocksdb::Iterator> at;
};

ViewWalk::ViewWalk(std::unique_ptr<State> state) : state_(std::move(state)) {}
ViewWalk::ViewWalk(ViewWalk&&) noexcept = default;
ViewWalk& ViewWalk::operator=(ViewWalk&&) noexcept = default;
ViewWalk::~ViewWalk() = default;

ViewWalk ViewRows::walk(std::string_view prefix) const {
    return ViewWalk(std::make_unique<ViewWalk::State>(state_, prefix));
}

void ViewWalk::seek(std::string_view key) {
    state_->at->Seek(state_->full(key));
    state_->moved();
}
void ViewWalk::seek_last(std::string_view key) {
    state_->at->SeekForPrev(state_->full(key));
    state_->moved();
}
void ViewWalk::seek_first() {
    state_->at->SeekToFirst();
    state_->moved();
}
void ViewWalk::seek_end() {
    state_->at->SeekToLast();
    state_->moved();
}
void ViewWalk::next() {
    state_->at->Next();
    state_->moved();
}
void ViewWalk::previous() {
    state_->at->Prev();
    state_->moved();
}
bool ViewWalk::valid() const {
    return state_->at->Valid();
}
std::string_view ViewWalk::key() const {
    return view_of(state_->at->key()).substr(state_->own_at);
}
std::string_view ViewWalk::value() const {
    return view_of(state_->at->value());
}

}  // namespace almanac::projections
