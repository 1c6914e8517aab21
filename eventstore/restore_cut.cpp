#include "eventstore/restore_cut.hpp"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <set>
#include <utility>

#include "domain/kernel/json.hpp"
#include "eventstore/policy_entries.hpp"
#include "eventstore/results.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
namespace json = kernel::json;

constexpr std::size_t batch_bytes_max = 4UL << 20;
constexpr std::string_view effect_kind = "effect:";

// Writes in batches: nobody looks at the log before all of it is done.
class Changes {
  public:
    explicit Changes(Log& log) : log_(log), batch_(log) {}
    LogBatch& batch() { return batch_; }
    Result<void> written_where_full() {
        return batch_.bytes() < batch_bytes_max ? Result<void>() : write();
    }
    Result<void> write() {
        if (batch_.empty()) return {};
        if (auto done = log_.commit(batch_); !done) return done;
        batch_ = LogBatch(log_);
        return {};
    }

  private:
    Log& log_;
    LogBatch batch_;
};

// "effect:<policy>/<source event id or timer id>/<name>"
struct EffectSource {
    std::string policy;
    kernel::Uuid source;
};
std::optional<EffectSource> source_of(std::string_view tag) {
    if (!tag.starts_with(effect_kind)) return std::nullopt;
    tag.remove_prefix(effect_kind.size());
    const auto policy_end = tag.find('/');
    if (policy_end == tag.npos) return std::nullopt;
    const auto source = kernel::parse_uuid(tag.substr(policy_end + 1, 36));
    if (!source) return std::nullopt;
    return EffectSource{std::string(tag.substr(0, policy_end)), *source};
}

class Cut {
  public:
    Cut(Log& log, const kernel::Catalogue& catalogue, std::uint64_t position)
        : log_(log), catalogue_(catalogue), position_(position), changes_(log) {}
    Result<std::uint64_t> run();

  private:
    struct Policy {
        const kernel::PolicyType* type;
        std::uint64_t position = 0;  // its checkpoint
        absl::flat_hash_set<std::string> cut_sources;
    };
    Result<void> load_policies();
    Result<void> drop_events();
    Result<void> drop_results();
    Result<void> drop_all(Space space);
    Result<void> drop_policies();
    Result<void> react_again();
    void react(Policy& policy, const Record& record, const TypedEvent& event,
               std::uint64_t position);
    Result<std::uint64_t> write_policies();
    // Entries of a space for which `fn` says so are erased.
    template <class Fn>
    Result<void> drop_where(Space space, Fn fn);

    Log& log_;
    const kernel::Catalogue& catalogue_;
    const std::uint64_t position_;
    Changes changes_;
    std::vector<Policy> policies_;
};

template <class Fn>
Result<void> Cut::drop_where(Space space, Fn fn) {
    Result<void> failed;
    const auto read =
        log_.entries(space, {}, {}, [&](std::string_view key, std::string_view value) {
            if (fn(key, value)) changes_.batch().erase(space, key);
            failed = changes_.written_where_full();
            return failed.has_value();
        });
    if (!failed) return failed;
    if (!read) return read;
    return changes_.write();
}

Result<void> Cut::load_policies() {
    for (const auto& type : catalogue_.policies()) {
        const auto key = checkpoint_key(type->name);
        const auto stored = log_.get(Space::policies, key);
        if (!stored) return std::unexpected(stored.error());
        // One without a checkpoint is new: it begins where the log ends, or at its beginning.
        Policy policy{type.get(), type->from_the_beginning ? 0 : position_, {}};
        if (*stored) {
            const auto checkpoint = decode_checkpoint(key, **stored);
            if (!checkpoint) return std::unexpected(checkpoint.error());
            policy.position = std::min(position_, checkpoint->second.position);
        }
        policies_.push_back(std::move(policy));
    }
    return {};
}

Result<void> Cut::drop_events() {
    Result<void> failed;
    const auto look = [&](std::uint64_t position, std::string_view bytes) {
        const auto record = decode(bytes);
        if (!record) {
            failed = std::unexpected(record.error());
            return false;
        }
        for (const auto& tag : record->tags) {
            const auto effect = source_of(tag);
            for (auto& policy : policies_)
                if (effect && policy.type->name == effect->policy)
                    policy.cut_sources.insert(std::string(effect->source.view()));
        }
        changes_.batch().erase_event(position, *record);
        failed = changes_.written_where_full();
        return failed.has_value();
    };
    const auto read = log_.scan(position_ + 1, log_.last_position(), look);
    if (!failed) return failed;
    if (!read) return read;
    return changes_.write();
}

Result<void> Cut::drop_results() {
    if (position_ == 0) return drop_all(Space::results);
    const auto last = log_.record(position_);
    if (!last) return std::unexpected(last.error());
    const auto last_day = utc_day(last->time);
    return drop_where(Space::results, [&](std::string_view key, std::string_view value) {
        const auto parsed = json::parse(value);
        const auto* stored = parsed ? parsed->if_object() : nullptr;
        const auto* answer = stored ? stored->if_contains("answer") : nullptr;
        const auto* said =
            answer && answer->is_object() ? answer->get_object().if_contains("position") : nullptr;
        if (said && said->is_number()) return said->to_number<std::uint64_t>() > position_;
        return read_u64(std::string(4, '\0').append(key.substr(16, 4))) >= last_day;
    });
}

Result<void> Cut::drop_all(Space space) {
    return drop_where(space, [](auto, auto) { return true; });
}

// Of policies that this program does not know nothing can be derived: their timers are gone.
Result<void> Cut::drop_policies() {
    return drop_where(Space::policies, [&](std::string_view key, std::string_view value) {
        if (key.starts_with(timer_prefix) || key.starts_with(due_prefix)) return true;
        if (!key.starts_with(set_aside_prefix)) return false;
        const auto aside = decode_set_aside(key, value);
        return !aside || aside->timer || aside->position > position_;
    });
}

void Cut::react(Policy& policy, const Record& record, const TypedEvent& event,
                std::uint64_t position) {
    const auto* reaction = policy.type->reaction_to(*event.type);
    if (!reaction) return;
    const auto id = std::string(record.id.view());
    if (policy.cut_sources.contains(id)) policy.position = std::min(policy.position, position - 1);
    if (position > policy.position) return;  // reacted to by the next start
    const auto reactions = reaction->react(
        event.data.get(), {record.time, record.id, record.actor, record.tenant, position});
    for (const auto& change : reactions.timers()) {
        Timer timer;
        timer.tenant = record.tenant;
        timer.policy = policy.type->name;
        timer.key = change.key;
        if (!change.due) {
            changes_.batch().erase(Space::policies, timer_key(timer));
            continue;
        }
        timer.due = *change.due;
        timer.id = timer_id(record.id, timer.policy, timer.key);
        timer.cause = record.id;
        timer.data = change.data;
        changes_.batch().put(Space::policies, timer_key(timer), encode(timer));
    }
}

Result<void> Cut::react_again() {
    std::set<std::string, std::less<>> types;
    for (const auto& policy : policies_)
        for (const auto& each : policy.type->events) types.insert(std::string(each.type->name));
    Result<void> failed;
    const auto look = [&](std::uint64_t position, std::string_view bytes) {
        const auto view = RecordView::parse(bytes);
        if (view && !types.contains(view->type())) return true;
        const auto record = decode(bytes);
        const auto event = record ? read_event(catalogue_, *record)
                                  : Result<TypedEvent>(std::unexpected(record.error()));
        if (!event) {
            failed = std::unexpected(event.error());
            return false;
        }
        if (event->type == nullptr) return true;
        for (auto& policy : policies_) react(policy, *record, *event, position);
        failed = changes_.written_where_full();
        return failed.has_value();
    };
    const auto read = log_.scan(1, position_, look);
    return failed ? read : failed;
}

Result<std::uint64_t> Cut::write_policies() {
    for (const auto& policy : policies_)
        changes_.batch().put(Space::policies, checkpoint_key(policy.type->name),
                             encode(PolicyCheckpoint{policy.type->version, policy.position}));
    if (auto done = changes_.write(); !done) return std::unexpected(std::move(done.error()));
    // Only now is it known which timers are left: there may be as many as events.
    std::uint64_t count = 0;
    Result<void> failed;
    const auto look = [&](std::string_view key, std::string_view value) {
        const auto timer = decode_timer(key, value);
        if (!timer) {
            failed = std::unexpected(timer.error());
            return false;
        }
        ++count;
        changes_.batch().put(Space::policies, due_key(*timer), {});
        failed = changes_.written_where_full();
        return failed.has_value();
    };
    auto done = log_.entries(Space::policies, timer_prefix, {}, look);
    if (!failed) return std::unexpected(std::move(failed.error()));
    if (done) done = changes_.write();
    if (!done) return std::unexpected(std::move(done.error()));
    return count;
}

Result<std::uint64_t> Cut::run() {
    auto done = load_policies();
    if (done) done = drop_results();
    if (done) done = drop_all(Space::snapshots);
    if (done) done = drop_all(Space::tree);
    if (done) done = drop_policies();
    if (done) done = drop_events();
    if (done) done = react_again();
    if (!done) return std::unexpected(std::move(done.error()));
    return write_policies();
}
}  // namespace

Result<std::uint64_t> cut_log(Log& log, const kernel::Catalogue& catalogue,
                              std::uint64_t position) {
    return Cut(log, catalogue, position).run();
}

}  // namespace almanac::eventstore
