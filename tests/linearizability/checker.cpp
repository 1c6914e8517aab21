#include "tests/linearizability/checker.hpp"

#include <algorithm>
#include <expected>
#include <map>

namespace almanac::linearizability {
namespace {
using Fault = std::optional<std::string>;

// Lengths of prefixes of the list.
struct Window {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

bool is_accepted(const Operation& operation) {
    return operation.kind == Operation::Kind::append && operation.code.empty();
}

class Checker {
  public:
    Checker(const History& history, const Events& events) : history_(history), events_(events) {}

    Fault run() {
        for (const auto& operation : history_) {
            if (auto fault = check_answered(operation)) return fault;
        }
        if (auto fault = check_list()) return fault;
        std::vector<const Operation*> owner(events_.size());
        for (const auto& operation : history_) {
            if (!is_accepted(operation)) continue;
            if (auto fault = check_place(operation, owner)) return fault;
            if (auto fault = check_condition(operation)) return fault;
        }
        for (std::size_t i = 0; i < owner.size(); ++i) {
            if (!owner[i]) return at(i + 1, "nobody was told of this event");
        }
        return check_order();
    }

  private:
    static std::string at(std::uint64_t position, const char* what) {
        return "position " + std::to_string(position) + ": " + what;
    }
    static std::string during(const Operation& operation, const char* what) {
        return "ticks " + std::to_string(operation.invoked_at) + ".." +
               std::to_string(operation.returned_at) + ": " + what;
    }

    static Fault check_answered(const Operation& operation) {
        if (operation.invoked_at >= operation.returned_at)
            return during(operation, "it returned before it began");
        if (operation.code.empty()) return {};
        if (operation.kind == Operation::Kind::read) return during(operation, "a read failed");
        if (operation.code != "append_condition_failed" || !operation.condition)
            return during(operation, "an append was refused for no condition");
        return {};
    }

    // Gapless by position and by sequence, commands adjacent and whole, time never backwards.
    Fault check_list() {
        std::map<TenantId, std::uint64_t> sequences;
        std::map<TenantId, eventstore::Instant> times;
        std::uint16_t expected_index = 0;
        ends_.assign(events_.size() + 1, 0);
        for (std::size_t i = 0; i < events_.size(); ++i) {
            const auto& [position, record] = events_[i];
            if (position != i + 1) return at(i + 1, "the list has a gap");
            if (record.sequence != sequences[record.tenant]++)
                return at(position, "the tenant's sequence has a gap");
            if (record.index != expected_index) return at(position, "a command is not whole");
            const bool first = record.index == 0;
            if (!first && (record.tenant != events_[i - 1].record.tenant ||
                           record.count != events_[i - 1].record.count))
                return at(position, "a command is not whole");
            if (record.time < times[record.tenant]) return at(position, "time goes back");
            times[record.tenant] = record.time;
            const bool last = record.index + 1 == record.count;
            expected_index = last ? 0 : static_cast<std::uint16_t>(record.index + 1);
        }
        if (expected_index != 0) return at(events_.size(), "a command is not whole");
        std::uint64_t end = events_.size();
        for (std::size_t length = events_.size(); length > 0; --length) {
            const auto& record = events_[length - 1].record;
            if (record.index + 1 == record.count) end = length;
            ends_[length] = end;
        }
        return {};
    }

    Fault check_place(const Operation& append, std::vector<const Operation*>& owner) const {
        const auto& [first, last, first_sequence, last_sequence, time] = append.appended;
        const auto count = append.events.size();
        if (first == 0 || last < first || last - first + 1 != count ||
            last_sequence - first_sequence + 1 != count)
            return during(append, "an append was told a place that is not its size");
        if (last > events_.size()) return during(append, "an acknowledged append is lost");
        for (std::size_t i = 0; i < count; ++i) {
            const auto position = first + i;
            const auto& record = events_[position - 1].record;
            const auto& draft = append.events[i];
            const bool same = record.id == draft.id && record.tenant == append.tenant &&
                              record.type == draft.type && record.tags == draft.tags &&
                              record.data == draft.data && record.index == i &&
                              record.count == count;
            if (!same) return during(append, "an acknowledged append is not where it was told");
            if (record.sequence != first_sequence + i || record.time != time)
                return during(append, "an append was told another sequence or time");
            if (owner[position - 1]) return at(position, "two appends were told this place");
            owner[position - 1] = &append;
        }
        return {};
    }

    // The first event of the tenant after a position that matches; 0: there is none.
    std::uint64_t next_match(const TenantId& tenant, const Query& query,
                             std::uint64_t after) const {
        for (auto i = after; i < events_.size(); ++i) {
            const auto& record = events_[i].record;
            if (record.tenant == tenant && eventstore::matches(query, record)) return i + 1;
        }
        return 0;
    }

    Fault check_condition(const Operation& append) const {
        if (!append.condition) return {};
        const auto match = next_match(append.tenant, append.condition->fail_if_events_match,
                                      append.condition->after);
        if (match != 0 && match < append.appended.first_position)
            return during(append, "an append was accepted against its condition");
        return {};
    }

    // Which lengths of the list explain what was answered.
    std::expected<Window, std::string> window(const Operation& operation) const {
        if (operation.kind == Operation::Kind::append) {
            const auto& condition = *operation.condition;
            const auto match =
                next_match(operation.tenant, condition.fail_if_events_match, condition.after);
            if (match == 0)
                return std::unexpected(during(operation, "nothing ever broke its condition"));
            return Window{match, events_.size()};
        }
        if (operation.answer.size() > operation.limit)
            return std::unexpected(during(operation, "a read answers more than its limit"));
        auto position = operation.after;
        for (const auto& seen : operation.answer) {
            position = next_match(operation.tenant, operation.query, position);
            if (position == 0 || Seen{position, events_[position - 1].record.leaf} != seen)
                return std::unexpected(
                    during(operation, "a read answers what no moment of the list says"));
        }
        const Window open{operation.answer.empty() ? 0 : position, events_.size()};
        if (operation.answer.size() == operation.limit) return open;
        const auto missing = next_match(operation.tenant, operation.query, position);
        return Window{open.from, missing == 0 ? open.to : missing - 1};
    }

    // Each takes the least moment it can, so that it forbids as little as possible to what follows.
    Fault check_order() const {
        std::vector<std::size_t> by_invocation(history_.size());
        for (std::size_t i = 0; i < history_.size(); ++i) by_invocation[i] = i;
        auto by_return = by_invocation;
        std::ranges::sort(by_invocation, {}, [&](auto i) { return history_[i].invoked_at; });
        std::ranges::sort(by_return, {}, [&](auto i) { return history_[i].returned_at; });
        std::vector<std::uint64_t> seen(history_.size());  // length of the list after each
        std::uint64_t least = 0;
        std::size_t returned = 0;
        for (const auto i : by_invocation) {
            const auto& operation = history_[i];
            for (; history_[by_return[returned]].returned_at < operation.invoked_at; ++returned)
                least = std::max(least, seen[by_return[returned]]);
            if (is_accepted(operation)) {
                if (least >= operation.appended.first_position)
                    return during(operation, "an append stands before what was seen before it");
                seen[i] = operation.appended.last_position;
                continue;
            }
            const auto fits = window(operation);
            if (!fits) return fits.error();
            seen[i] = ends_[std::max(least, fits->from)];
            if (seen[i] > fits->to)
                return during(operation, "it was answered from a moment that it cannot have seen");
        }
        return {};
    }

    const History& history_;
    const Events& events_;
    std::vector<std::uint64_t> ends_;  // by length: the end of the command it reaches into
};
}  // namespace

std::optional<std::string> find_fault(const History& history, const Events& events) {
    return Checker(history, events).run();
}

}  // namespace almanac::linearizability
