#include "replay/verify_policies.hpp"

#include <fmt/format.h>

namespace almanac::replay {
namespace {
using eventstore::Record;
using eventstore::Space;
using eventstore::Timer;
using kernel::to_string;

constexpr std::string_view checkpoint_prefix = "c";

// Set by an event itself, and not by a timer that the event led to.
bool is_direct(const Timer& timer) {
    return timer.id == eventstore::timer_id(timer.cause, timer.policy, timer.key);
}

// UUIDv7: the first 48 bits are its time in milliseconds.
bool is_earlier(const kernel::Uuid& a, const kernel::Uuid& b) {
    return a.view().substr(0, 6) < b.view().substr(0, 6);
}

std::string name_of(const Timer& timer) {
    return fmt::format("the timer {} of {} of tenant {}", timer.key, timer.policy,
                       to_string(timer.tenant));
}

// Every entry of a kind, until one cannot be read on.
template <class Look>
Result<void> for_each_entry(const Log& log, std::string_view prefix, Look look) {
    Result<void> failed;
    const auto visit = [&](std::string_view key, std::string_view value) {
        failed = look(key, value);
        return failed.has_value();
    };
    if (auto read = log.entries(Space::policies, prefix, {}, visit); !read) return read;
    return failed;
}
}  // namespace

PolicyCheck::PolicyCheck(const eventstore::Partition& partition, const kernel::Catalogue& catalogue,
                         Findings& findings)
    : partition_(partition), log_(*partition.log), catalogue_(catalogue), findings_(findings) {}

void PolicyCheck::find(std::string_view sentence) {
    findings_.add(fmt::format("partition {}: {}", partition_.number, sentence));
}

Result<void> PolicyCheck::load() {
    return for_each_entry(log_, checkpoint_prefix, [&](auto key, auto value) -> Result<void> {
        const auto read = eventstore::decode_checkpoint(key, value);
        if (!read) {
            find("a policy's checkpoint cannot be read.");
            return {};
        }
        const auto& [name, checkpoint] = *read;
        if (checkpoint.position > log_.last_position()) {
            find(fmt::format("policy {} has reacted up to {}-{}, where the log ends at {}-{}.",
                             name, partition_.number, checkpoint.position, partition_.number,
                             log_.last_position()));
        }
        for (const auto& type : catalogue_.policies())
            if (type->name == name && type->version == 1)
                policies_[name] = {type.get(), checkpoint.position, 0, 0};
        return {};
    });
}

Result<void> PolicyCheck::look_at(const Record& record, const eventstore::TypedEvent& event,
                                  std::uint64_t position) {
    if (event.type == nullptr) return {};
    for (auto& [name, policy] : policies_) {
        const auto* to = policy.type->reaction_to(*event.type);
        if (to == nullptr) continue;
        kernel::Reactions reactions;
        try {
            reactions = to->react(event.data.get(),
                                  {record.time, record.id, record.actor, record.tenant, position});
        } catch (const std::exception&) {
            continue;  // the server has set it aside
        }
        std::map<std::string_view, const kernel::TimerChange*> last;  // of each key
        for (const auto& change : reactions.timers()) last[change.key] = &change;
        for (const auto& [key, change] : last)
            if (auto done = look_at_change(policy, record, *change, position); !done) return done;
    }
    return {};
}

Result<void> PolicyCheck::look_at_change(Policy& policy, const Record& record,
                                         const kernel::TimerChange& change,
                                         std::uint64_t position) {
    Timer wanted;
    wanted.tenant = record.tenant;
    wanted.policy = policy.type->name;
    wanted.key = change.key;
    const auto key = eventstore::timer_key(wanted);
    const auto stored = log_.get(Space::policies, key);
    if (!stored) return std::unexpected(stored.error());
    if (!*stored) return {};  // it has fired, or was cancelled
    const auto timer = eventstore::decode_timer(key, **stored);
    if (!timer) return {};  // look_at_timers says so
    if (change.due && timer->id == eventstore::timer_id(record.id, wanted.policy, wanted.key)) {
        ++policy.set_by_events;
        if (timer->due != *change.due || timer->data != change.data || timer->cause != record.id) {
            find(fmt::format("{} is not as {}-{} sets it.", name_of(*timer), partition_.number,
                             position));
        }
        return {};
    }
    if (position > policy.reacted_to || !is_direct(*timer) || !is_earlier(timer->cause, record.id))
        return {};
    const auto aside = is_set_aside(policy, record);
    if (!aside) return std::unexpected(aside.error());
    if (*aside) return {};
    find(fmt::format("{} is as an earlier event left it, and not {}-{}.", name_of(*timer),
                     partition_.number, position));
    return {};
}

Result<bool> PolicyCheck::is_set_aside(const Policy& policy, const Record& record) const {
    eventstore::SetAside aside;
    aside.tenant = record.tenant;
    aside.policy = policy.type->name;
    aside.source = record.id;
    const auto stored = log_.get(Space::policies, eventstore::set_aside_key(aside));
    if (!stored) return std::unexpected(stored.error());
    return stored->has_value();
}

Result<void> PolicyCheck::look_at_timers() {
    return for_each_entry(
        log_, eventstore::timer_prefix, [&](auto key, auto value) -> Result<void> {
            ++timers_;
            const auto timer = eventstore::decode_timer(key, value);
            if (!timer) {
                find("a timer cannot be read.");
                return {};
            }
            const auto due = log_.get(Space::policies, eventstore::due_key(*timer));
            if (!due) return std::unexpected(due.error());
            if (!*due) find(fmt::format("{} would never fire.", name_of(*timer)));
            const auto policy = policies_.find(timer->policy);
            if (policy != policies_.end() && is_direct(*timer)) ++policy->second.direct;
            return {};
        });
}

Result<void> PolicyCheck::look_at_due_entries() {
    return for_each_entry(log_, eventstore::due_prefix, [&](auto key, auto) -> Result<void> {
        const auto due = eventstore::decode_due(key);
        if (!due) {
            find("the due entry of a timer cannot be read.");
            return {};
        }
        const auto timer_key = eventstore::timer_key(*due);
        const auto stored = log_.get(Space::policies, timer_key);
        if (!stored) return std::unexpected(stored.error());
        const auto timer = *stored ? eventstore::decode_timer(timer_key, **stored)
                                   : Result<Timer>(kernel::not_found());
        if (*stored && !timer) return {};  // look_at_timers says so
        if (!timer || timer->due != due->due)
            find(fmt::format("{} is due at {}, and is not there.", name_of(*due),
                             to_string(due->due)));
        return {};
    });
}

Result<void> PolicyCheck::look_at_set_aside() {
    return for_each_entry(
        log_, eventstore::set_aside_prefix, [&](auto key, auto value) -> Result<void> {
            const auto aside = eventstore::decode_set_aside(key, value);
            if (!aside) {
                find("what a policy has set aside cannot be read.");
                return {};
            }
            if (aside->timer) return {};
            const bool in_log = aside->position >= 1 && aside->position <= log_.last_position();
            const auto record =
                in_log ? log_.record(aside->position) : Result<Record>(kernel::not_found());
            if (!record || record->id != aside->source || record->tenant != aside->tenant) {
                find(fmt::format("{} has set aside event {}, which does not stand at {}-{}.",
                                 aside->policy, to_string(aside->source), partition_.number,
                                 aside->position));
            }
            return {};
        });
}

Result<void> PolicyCheck::finish() {
    auto done = look_at_timers();
    if (done) done = look_at_due_entries();
    if (done) done = look_at_set_aside();
    if (!done) return done;
    for (const auto& [name, policy] : policies_) {
        if (policy.direct == policy.set_by_events) continue;
        find(fmt::format("{} timers of {} say that events have set them, of which {} did.",
                         policy.direct, name, policy.set_by_events));
    }
    return {};
}

}  // namespace almanac::replay
