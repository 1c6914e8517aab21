// What one event or timer leads to: its reactions, the commands they submit, the timers they set.
#include <fmt/format.h>

#include "eventstore/policy_turn.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Reactions;
using kernel::RejectionKind;

void check(const Reactions& reactions, const Timer* firing) {
    if (reactions.effects().size() + reactions.timers().size() > kernel::reactions_max)
        throw Failed{"It reacts with more than 1,000 commands and timers."};
    for (const auto& effect : reactions.effects()) {
        if (effect.name.empty() || effect.name.size() > kernel::effect_name_bytes_max)
            throw Failed{"An effect's name has 1 to 40 bytes."};
    }
    for (const auto& timer : reactions.timers()) {
        if (timer.key.empty() || timer.key.size() > kernel::timer_key_bytes_max ||
            timer.key.find('\0') != std::string::npos)
            throw Failed{"A timer's key has 1 to 128 bytes, none of them zero."};
        if (timer.data.size() > kernel::timer_data_bytes_max)
            throw Failed{"A timer carries at most 4 KiB."};
        if (!timer.due) continue;
        const auto due_us = kernel::micros(*timer.due);
        if (due_us < 0 || due_us > kernel::instant_us_max)
            throw Failed{"A timer is due between 1970 and 2200."};
        // Else it would come round for ever at one instant.
        if (firing && *timer.due <= firing->due) throw Failed{"What a timer sets is due after it."};
    }
}

// A final answer, unless it says that it was none.
bool is_final(const kernel::Rejection& rejection) {
    switch (rejection.kind) {
        case RejectionKind::unavailable:
        case RejectionKind::corrupt:
            return false;
        case RejectionKind::invalid:
        case RejectionKind::rejected:
        case RejectionKind::conflict:
        case RejectionKind::not_found:
        case RejectionKind::denied:
            return true;
    }
    return true;
}

template <class Source>
void check_chain(const Source& source, const TurnLimits& limits) {
    constexpr auto endless = "policies answer each other without end.";
    if (source.links >= limits.links_max) {
        throw Endless{
            fmt::format("It is the end of {} reactions in a row, each to the one before: "
                        "{}",
                        source.links, endless)};
    }
    if (source.links > 0 && *source.chain >= limits.chain_max)
        throw Endless{fmt::format("{} events follow from one: {}", *source.chain, endless)};
}
}  // namespace

// True: it is done with, be it that it was set aside.
bool PolicyWork::attempt(Turn& turn, const Followed& policy, const Source& source) {
    const auto key = policy.type->name + '/' + kernel::to_string(source.id);
    if (const auto tried = tries_.find(key); tried != tries_.end()) {
        if (tried->second.count >= limits_.tries_max) {
            set_aside(turn, policy, source, tried->second.error);
            turn.done_with.push_back(key);
            return true;
        }
    }
    current_ = key;
    try {
        perform(turn, policy, source);
    } catch (const Failed& failed) {
        current_.clear();
        auto& tries = tries_[key];
        ++tries.count;
        tries.error = failed.why;
        turn.report.failed = true;
        turn.report.failure = failed.why;
        return false;
    } catch (const Endless& endless) {
        set_aside(turn, policy, source, endless.why);
    } catch (const NoRoom&) {
        current_.clear();
        turn.report.more = true;
        return false;
    }
    current_.clear();
    if (!tries_.empty()) turn.done_with.push_back(key);
    return true;
}

Reactions PolicyWork::reactions_to(const Followed& policy, const Source& source) const {
    try {
        if (const auto* timer = source.timer) {
            if (!policy.type->timer) throw Failed{"The policy has no timers any more."};
            auto data = kernel::json::parse(timer->data);
            if (!data) throw Failed{"The data of a timer cannot be read."};
            auto reactions = policy.type->timer(*data, {timer->key, timer->due, timer->tenant});
            if (!reactions) throw Failed{reactions.error().detail};
            return std::move(*reactions);
        }
        if (!source.typed) throw Failed{"The event cannot be read."};
        const auto* to = policy.type->reaction_to(*source.typed->type);
        if (!to) return {};  // set aside by an earlier version of the policy
        return to->react(source.typed->data.get(),
                         {source.time, EventId{source.id}, source.event->record->actor,
                          source.tenant, source.event->position});
    } catch (const std::exception& thrown) {
        throw Failed{thrown.what()};
    }
}

void PolicyWork::perform(Turn& turn, const Followed& policy, const Source& source) {
    const auto reactions = reactions_to(policy, source);
    check(reactions, source.timer);
    if (!reactions.effects().empty()) check_chain(source, limits_);
    if (turn.order.at_their_time) turn.stage.set_clock(source.time);
    for (const auto& effect : reactions.effects()) decide(turn, policy, source, effect);
    if (source.timer && !source.was_set_aside) timers_.cancel(turn.stage, *source.timer);
    for (const auto& change : reactions.timers()) {
        Timer timer;
        timer.tenant = source.tenant;
        timer.policy = policy.type->name;
        timer.key = change.key;
        if (!change.due) {
            timers_.cancel(turn.stage, timer);
            continue;
        }
        timer.due = *change.due;
        timer.id = timer_id(source.id, timer.policy, timer.key);
        timer.cause = source.cause;
        timer.data = change.data;
        timers_.set(turn.stage, timer);
    }
    turn.acted = turn.acted || source.timer || !reactions.empty();
}

void PolicyWork::decide(Turn& turn, const Followed& policy, const Source& source,
                        const kernel::Effect& effect) {
    const auto& name = policy.type->name;
    CommandRequest request;
    request.effect =
        fmt::format("effect:{}/{}/{}", name, kernel::to_string(source.id), effect.name);
    if (or_throw(turn.stage.tag_exists(source.tenant, request.effect))) return;
    request.type = catalogue_.command(effect.command);
    if (!request.type) throw Failed{"The effect " + effect.name + " is no command."};
    request.command = effect.wish;
    request.tenant = source.tenant;
    request.actor = {std::string(policy_actor_kind), name};
    request.causation_id = kernel::to_string(source.cause);
    request.correlation_id =
        source.event ? source.event->record->correlation_id : request.causation_id;
    const auto answer = turn.decide(request);
    // Final also where no event says so: asked again, with another clock, it could end otherwise.
    turn.stage.need_sync();
    if (!answer) {
        const auto& why = answer.error();
        // A batch may have no room for it beside what is staged; what this source has staged is
        // passed over in the next one.
        const bool alone = turn.sources == 0 && turn.stage.appended().empty();
        if (why.code == "limit_reached" && !alone) throw NoRoom{};
        if (!is_final(why)) throw Failed{why.code + ": " + why.detail};
        turn.report.rejected.push_back({name, effect.name, why.code});
    } else {
        auto position = answer->position + 1 - answer->events.size();
        for (const auto& event : answer->events) {
            if (event_types_.contains(event.type)) {
                links_.push_back({position, source.links + 1, source.chain});
                ++*source.chain;
            }
            ++position;
        }
    }
    ++turn.report.effects;
}

void PolicyWork::set_aside(Turn& turn, const Followed& policy, const Source& source,
                           const std::string& error) {
    SetAside aside{source.tenant, policy.type->name, source.id, 0, std::nullopt, error};
    if (source.timer) {
        aside.timer = *source.timer;
        timers_.cancel(turn.stage, *source.timer);
    } else {
        aside.position = source.event->position;
    }
    turn.stage.put(Space::policies, set_aside_key(aside), encode(aside));
    turn.acted = true;
    ++set_aside_total_;
    turn.report.set_aside.push_back(std::move(aside));
}

}  // namespace almanac::eventstore
