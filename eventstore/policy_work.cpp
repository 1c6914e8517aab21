#include "eventstore/policy_work.hpp"

#include <algorithm>

#include "eventstore/policy_turn.hpp"

namespace almanac::eventstore {
namespace {
constexpr std::uint64_t checkpoint_lag_max = 4'096;  // written at the latest so far behind
constexpr std::size_t tried_again_max = 1'000;       // of what was set aside, at one start
}  // namespace

PolicyWork::PolicyWork(const kernel::Catalogue& catalogue, const Log& log, TurnLimits limits)
    : catalogue_(catalogue),
      log_(log),
      limits_(limits),
      timers_([this](std::string_view policy) { return find(policy) != nullptr; }) {}

PolicyWork::Followed* PolicyWork::find(std::string_view policy) {
    for (auto& each : followed_) {
        if (each.type->name == policy) return &each;
    }
    return nullptr;
}

void PolicyWork::follow(const kernel::PolicyType& type,
                        std::optional<PolicyCheckpoint> checkpoint) {
    Followed policy{&type, 0, std::nullopt};
    const auto end = log_.last_position();
    if (checkpoint) {
        policy.position = std::min(checkpoint->position, end);
        if (checkpoint->version == type.version) policy.written = checkpoint->position;
    } else if (!type.from_the_beginning) {
        policy.position = end;
    }
    for (const auto& each : type.events) event_types_.insert(each.type->name);
    followed_.push_back(policy);
}

Result<void> PolicyWork::load() {
    for (const auto& type : catalogue_.policies()) {
        const auto key = checkpoint_key(type->name);
        auto stored = log_.get(Space::policies, key);
        if (!stored) return std::unexpected(std::move(stored.error()));
        std::optional<PolicyCheckpoint> checkpoint;
        if (*stored) {
            auto read = decode_checkpoint(key, **stored);
            if (!read) return std::unexpected(std::move(read.error()));
            checkpoint = read->second;
        }
        follow(*type, checkpoint);
    }
    reached_ = log_.last_position();
    for (const auto& policy : followed_) reached_ = std::min(reached_, policy.position);
    Result<void> damaged;
    auto read = log_.entries(Space::policies, set_aside_prefix, {}, [&](auto key, auto value) {
        ++set_aside_total_;
        auto aside = decode_set_aside(key, value);
        if (!aside) {
            damaged = std::unexpected(std::move(aside.error()));
            return false;
        }
        if (find(aside->policy) && again_.size() < tried_again_max)
            again_.push_back(std::move(*aside));
        return true;
    });
    if (!damaged) return damaged;
    if (!read) return read;
    return timers_.count(log_);
}

void PolicyWork::run(Stage& stage, const Executor::Decide& decide, const TurnOrder& order,
                     TurnReport& report) {
    const auto followed_before = followed_;
    const auto reached_before = reached_;
    const auto aside_before = set_aside_total_;
    const auto timers_before = timers_.save();
    const auto again_before = again_;
    const auto links_before = links_;
    Turn turn{stage, decide, order, report};
    try {
        current_.clear();
        trying_.reset();
        go(turn);
        write_checkpoints(turn);
        for (const auto& key : turn.done_with) tries_.erase(key);
        report.reached = report.written_through = reached_;
        for (const auto& policy : followed_)
            report.written_through = std::min(report.written_through, policy.written.value_or(0));
        report.timers_pending = timers_.pending();
        report.set_aside_total = set_aside_total_;
        if (const auto next = timers_.next(stage)) report.next_due = next->due;
    } catch (const std::exception& thrown) {
        followed_ = followed_before;
        reached_ = reached_before;
        set_aside_total_ = aside_before;
        timers_.restore(timers_before);
        again_ = again_before;
        links_ = links_before;
        if (trying_) std::erase(again_, *trying_);  // the others have their turn yet
        if (!current_.empty()) {
            auto& tries = tries_[current_];
            ++tries.count;
            tries.error = thrown.what();
        }
        report = {};
        report.failed = true;
        report.failure = thrown.what();
        throw;
    }
}

void PolicyWork::go(Turn& turn) {
    try_again(turn);
    if (!follow_inbox(turn)) return;
    do {
        if (!follow_stage(turn)) return;
    } while (fire_next(turn));
}

bool PolicyWork::has_room(Turn& turn) const {
    turn.count_bytes();
    const bool room = turn.sources < limits_.sources_max && turn.bytes < limits_.bytes_max &&
                      turn.positions < limits_.positions_max;
    turn.report.more = turn.report.more || !room;
    return room;
}

void PolicyWork::reach(std::uint64_t position) {
    reached_ = std::max(reached_, position);
    for (auto& policy : followed_) policy.position = std::max(policy.position, position);
}

// What was committed and is still in memory.
bool PolicyWork::follow_inbox(Turn& turn) {
    const auto& inbox = turn.order.inbox;
    if (inbox.through <= reached_ || inbox.from > reached_ + 1) return true;
    for (const auto& event : inbox.events) {
        if (event.position > reached_ && !react(turn, event)) return false;
    }
    reach(inbox.through);
    return true;
}

// The rest: what the log holds, then what is in flight or staged, own effects included.
bool PolicyWork::follow_stage(Turn& turn) {
    constexpr std::size_t at_once_max = 64;
    const auto wanted = [this](std::string_view type) { return event_types_.contains(type); };
    while (reached_ + 1 < turn.stage.next_position()) {
        if (!has_room(turn)) return false;
        std::vector<CommittedEvent> events;
        const auto to =
            or_throw(turn.stage.visit_after(reached_, limits_.positions_max - turn.positions,
                                            wanted, [&](const CommittedEvent& event) {
                                                events.push_back(event);
                                                return events.size() < at_once_max;
                                            }));
        turn.positions += to - reached_;
        for (const auto& event : events) {
            if (!react(turn, event)) return false;
        }
        reach(to);
    }
    return true;
}

bool PolicyWork::react(Turn& turn, const CommittedEvent& event) {
    if (!has_room(turn)) {
        reach(event.position - 1);
        return false;
    }
    const auto& record = *event.record;
    const auto typed =
        event.typed.type ? event.typed : read_event(catalogue_, record).value_or(TypedEvent{});
    Source source{record.tenant, record.id, record.id,
                  record.time,   &event,    typed.type ? &typed : nullptr};
    find_chain(source);
    bool reacted = false;
    for (auto& policy : followed_) {
        if (policy.position >= event.position) continue;
        const bool concerned = std::ranges::any_of(
            policy.type->events, [&](const auto& each) { return each.type->name == record.type; });
        if (!concerned) continue;
        reacted = true;
        if (!attempt(turn, policy, source)) {
            reach(event.position - 1);
            return false;
        }
        policy.position = event.position;
    }
    if (reacted) ++turn.sources;
    return true;
}

// What an earlier process left behind is known by its actor only.
void PolicyWork::find_chain(Source& source) {
    const auto& event = *source.event;
    while (!links_.empty() && links_.front().position < event.position) links_.pop_front();
    if (!links_.empty() && links_.front().position == event.position) {
        source.links = links_.front().links;
        source.chain = links_.front().chain;
    } else if (event.record->actor.kind == policy_actor_kind) {
        source.links = 1;
    }
}

// False where none is due, or it has to wait for another turn.
bool PolicyWork::fire_next(Turn& turn) {
    const auto timer = timers_.next(turn.stage);
    if (!timer || timer->due > turn.order.until || !has_room(turn)) return false;
    const Source source{timer->tenant, timer->id, timer->cause, timer->due,
                        nullptr,       nullptr,   &*timer};
    if (!attempt(turn, *find(timer->policy), source)) return false;
    ++turn.sources;
    ++turn.report.timers_fired;
    return true;
}

// What an earlier process set aside: with a new program it may go through.
void PolicyWork::try_again(Turn& turn) {
    while (!again_.empty() && has_room(turn)) {
        trying_ = again_.front();
        const auto& aside = *trying_;
        CommittedEvent event{aside.position, nullptr};
        TypedEvent typed;
        Source source{aside.tenant, aside.source, aside.source, turn.order.until};
        source.was_set_aside = true;
        if (aside.timer) {
            source.cause = aside.timer->cause;
            source.timer = &*aside.timer;
        } else {
            event.record = std::make_shared<const Record>(or_throw(log_.record(aside.position)));
            typed = read_event(catalogue_, *event.record).value_or(TypedEvent{});
            source.event = &event;
            source.typed = typed.type ? &typed : nullptr;
        }
        try {
            perform(turn, *find(aside.policy), source);
        } catch (const Failed&) {
            again_.pop_front();  // it stays where it is
            continue;
        } catch (const NoRoom&) {
            turn.report.more = true;
            break;
        }
        turn.stage.erase(Space::policies, set_aside_key(aside));
        again_.pop_front();
        --set_aside_total_;
        ++turn.sources;
    }
    trying_.reset();
}

void PolicyWork::write_checkpoints(Turn& turn) {
    for (auto& policy : followed_) {
        if (policy.written == policy.position) continue;
        const bool far = policy.position - policy.written.value_or(0) >= checkpoint_lag_max;
        if (!turn.acted && !turn.order.write_checkpoints && policy.written && !far) continue;
        turn.stage.put(Space::policies, checkpoint_key(policy.type->name),
                       encode(PolicyCheckpoint{policy.type->version, policy.position}));
        policy.written = policy.position;
    }
}

}  // namespace almanac::eventstore
