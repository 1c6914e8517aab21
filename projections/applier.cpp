#include "projections/applier.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace almanac::projections {
namespace {
constexpr std::size_t known_sequences_max = 50'000;

template <class T>
T must(Result<T> result) {
    if (!result) throw ViewFailure(std::move(result.error()));
    return std::move(*result);
}
}  // namespace

Applier::Applier(const kernel::Catalogue& catalogue, const eventstore::Log& log, ViewStore& store,
                 const std::vector<Projection*>& projections, const RuntimeOptions& options)
    : catalogue_(catalogue), log_(log), store_(store), options_(options), batch_(store) {
    followed_.reserve(projections.size());
    for (auto* projection : projections) {
        const auto name = projection->name();
        if (name.empty() || name.find('\0') != name.npos || find(name) != nullptr) {
            throw std::logic_error("two projections of one name, or a bad one");
        }
        followed_.emplace_back(projection, batch_);
    }
}

Applier::Followed* Applier::find(std::string_view projection) {
    const auto at = std::ranges::find(followed_, projection, &Followed::name);
    return at == followed_.end() ? nullptr : &*at;
}

void Applier::load() {
    batch_.clear();
    resuming_ = 0;
    for (const auto& name : store_.names()) {
        const auto& others = options_.kept_by_others;
        const bool kept = find(name) != nullptr || std::ranges::find(others, name) != others.end();
        if (!kept) store_.clear(name);
    }
    for (auto& followed : followed_) {
        followed.projection->forget();
        followed.touched.clear();
        followed.sequences.clear();
        followed.parked.clear();
        followed.position = 0;
        // Of a build at once that did not come to its end nothing is of use.
        if (store_.is_building(followed.name)) store_.clear(followed.name);
        const auto checkpoint = store_.checkpoint(followed.name);
        if (!checkpoint) continue;
        if (checkpoint->version != followed.projection->version()) {
            store_.clear(followed.name);
            continue;
        }
        followed.position = checkpoint->position;
        for (auto& [tenant, at] : store_.parked(followed.name)) {
            followed.parked.emplace(tenant, Pair{std::move(at), false});
        }
    }
}

std::size_t Applier::build_in_bulk(std::uint64_t last, const std::function<bool()>& go_on) {
    std::size_t built = 0;
    for (auto& followed : followed_) {
        if (followed.position > 0 || followed.bulk_refused || !followed.parked.empty()) continue;
        if (last < options_.bulk.events_min || followed.projection->twin() == nullptr) continue;
        const auto outcome = projections::build_in_bulk(
            catalogue_, log_, store_, *followed.projection, last, options_.bulk, go_on);
        if (outcome == BulkOutcome::stopped) return built;
        followed.bulk_refused = outcome == BulkOutcome::refused;
        if (followed.bulk_refused) continue;
        followed.position = last;
        followed.projection->written(last);
        ++built;
    }
    return built;
}

std::uint64_t Applier::position() const {
    auto least = UINT64_MAX;
    for (const auto& followed : followed_) least = std::min(least, followed.position);
    return least;
}

Applier::Decoded Applier::decode(const eventstore::CommittedEvent& committed) const {
    Decoded decoded{{committed.position, committed.record, committed.typed}, {}};
    if (committed.typed.type != nullptr) return decoded;
    try {
        auto event = eventstore::read_event(catalogue_, *committed.record);
        if (event)
            decoded.event.event = std::move(*event);
        else
            decoded.error = std::move(event.error().detail);
    } catch (const std::exception& problem) {
        decoded.error = problem.what();
    }
    return decoded;
}

void Applier::apply(std::span<const eventstore::CommittedEvent> events) {
    if (events.empty()) return;
    for (const auto& committed : events) {
        std::optional<Decoded> decoded;
        for (auto& followed : followed_) {
            if (followed.position >= committed.position) continue;
            if (!followed.parked.contains(committed.record->tenant)) {
                if (!decoded) decoded = decode(committed);
                follow(followed, *decoded);
            }
        }
    }
    const auto last = events.back().position;
    for (auto& followed : followed_) {
        if (followed.position >= last) continue;
        stage_sequences(followed);
        batch_.put_checkpoint(followed.name, {followed.projection->version(), last});
    }
    batch_.write();
    for (auto& followed : followed_) {
        if (followed.position >= last) continue;
        followed.position = last;
        followed.projection->written(last);
    }
}

void Applier::follow(Followed& followed, const Decoded& decoded) {
    if (!decoded.error.empty()) return park(followed, decoded.event, decoded.error);
    auto done = attempt(followed, decoded);
    if (!done) park(followed, decoded.event, std::move(done.error().detail));
}

Result<void> Applier::expect_sequence(Followed& followed, const AppliedEvent& event) {
    const auto& tenant = event.record->tenant;
    const auto [at, fresh] = followed.sequences.try_emplace(tenant);
    if (fresh) {
        const auto written = store_.sequence(followed.name, tenant);
        // One past the last; the first of a tenant is 0.
        at->second = written ? *written + 1 : 0;
    }
    if (event.record->sequence == at->second) return {};
    return kernel::corrupt(
        fmt::format("sequence {} comes where {} has to", event.record->sequence, at->second));
}

Result<void> Applier::attempt(Followed& followed, const Decoded& decoded) {
    const auto& event = decoded.event;
    auto done = expect_sequence(followed, event);
    if (!done) return done;
    const auto& tenant = event.record->tenant;
    followed.views.turn_to(tenant);
    for (int tries = 0; tries < options_.tries_max; ++tries) {
        batch_.set_savepoint();
        try {
            done = followed.projection->apply(event, followed.views);
        } catch (const ViewFailure&) {
            throw;
        } catch (const std::exception& problem) {
            done = kernel::corrupt(problem.what());
        }
        if (done) {
            batch_.drop_savepoint();
            ++followed.sequences[tenant];
            followed.touched.push_back(tenant);
            return {};
        }
        batch_.rollback_savepoint();
        followed.projection->forget();
    }
    return done;
}

void Applier::park(Followed& followed, const AppliedEvent& event, std::string error) {
    const auto& tenant = event.record->tenant;
    const ParkedAt at{event.position, event.record->sequence, std::move(error)};
    batch_.put_parked(followed.name, tenant, at);
    auto& pair = followed.parked[tenant];
    if (pair.resuming) --resuming_;
    pair = {at, false};
    newly_parked_.push_back({followed.name, tenant, at.position, at.error});
}

void Applier::stage_sequences(Followed& followed) {
    std::ranges::sort(followed.touched);
    const auto repeated = std::ranges::unique(followed.touched);
    followed.touched.erase(repeated.begin(), repeated.end());
    for (const auto& tenant : followed.touched) {
        batch_.put_sequence(followed.name, tenant, followed.sequences.at(tenant) - 1);
    }
    followed.touched.clear();
    if (followed.sequences.size() > known_sequences_max) followed.sequences.clear();
}

bool Applier::resume(std::string_view projection, const TenantId& tenant) {
    auto* followed = find(projection);
    if (followed == nullptr) return false;
    const auto pair = followed->parked.find(tenant);
    if (pair == followed->parked.end()) return false;
    if (!pair->second.resuming) ++resuming_;
    pair->second.resuming = true;
    return true;
}

std::vector<Applier::Resumed> Applier::catch_up() {
    std::vector<Resumed> finished;
    for (auto& followed : followed_) {
        std::vector<TenantId> tenants;
        for (const auto& [tenant, pair] : followed.parked) {
            if (pair.resuming) tenants.push_back(tenant);
        }
        for (const auto& tenant : tenants) {
            if (auto resumed = catch_up(followed, tenant)) finished.push_back(std::move(*resumed));
        }
    }
    return finished;
}

std::optional<Applier::Resumed> Applier::catch_up(Followed& followed, const TenantId& tenant) {
    auto& pair = followed.parked.at(tenant);
    const auto positions =
        must(log_.tenant_positions(tenant, pair.at.sequence, options_.batch_events_max));
    Result<void> outcome;
    bool whole = positions.size() < options_.batch_events_max;
    for (const auto position : positions) {
        if (position > followed.position) {
            whole = true;
            break;
        }
        const auto record = std::make_shared<const eventstore::Record>(must(log_.record(position)));
        const auto decoded = decode({position, record});
        outcome =
            decoded.error.empty() ? attempt(followed, decoded) : kernel::corrupt(decoded.error);
        if (!outcome) {
            park(followed, decoded.event, outcome.error().detail);
            break;
        }
        // It waits for the event after this one.
        pair.at = {position + 1, record->sequence + 1, pair.at.error};
    }
    if (outcome && whole) {
        batch_.erase_parked(followed.name, tenant);
    } else if (outcome) {
        batch_.put_parked(followed.name, tenant, pair.at);
    }
    stage_sequences(followed);
    batch_.write();
    followed.projection->written(followed.position);
    if (!outcome) return Resumed{followed.name, tenant, std::move(outcome)};
    if (!whole) return std::nullopt;
    followed.parked.erase(tenant);
    --resuming_;
    return Resumed{followed.name, tenant, {}};
}

std::vector<ParkedPair> Applier::parked() const {
    std::vector<ParkedPair> pairs;
    for (const auto& followed : followed_) {
        for (const auto& [tenant, pair] : followed.parked) {
            pairs.push_back({followed.name, tenant, pair.at.position, pair.at.error});
        }
    }
    return pairs;
}

std::vector<ProjectionStatus> Applier::status() const {
    std::vector<ProjectionStatus> list;
    list.reserve(followed_.size());
    for (const auto& followed : followed_) {
        list.push_back({followed.name, followed.projection->version(), followed.position,
                        followed.parked.size()});
    }
    return list;
}

std::vector<ParkedPair> Applier::take_newly_parked() {
    return std::exchange(newly_parked_, {});
}

}  // namespace almanac::projections
