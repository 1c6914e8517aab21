// What policies keep in the log's database, compared with the log: no checkpoint is ahead of it,
// every timer has its entry by due instant and every such entry its timer, what was set aside is
// there, and the timers that events set stand as the policies' reactions, which are pure, set and
// cancel them. `look_at` every readable event in order, then `finish`. One thread.
// Limits: no memory that grows with the timers; one read of the log's database for each timer that
// an event sets or cancels. Not derived: a timer that ought to be there and is not (whether it
// fired and when its policy began is written nowhere), one that another timer set, and those of a
// policy in its second version or later, whose first one may have set others.
#pragma once
#include <map>

#include "eventstore/policy_entries.hpp"
#include "eventstore/typed_event.hpp"
#include "replay/findings.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {

class PolicyCheck {
  public:
    PolicyCheck(const eventstore::Partition& partition, const kernel::Catalogue& catalogue,
                Findings& findings);
    // Refuse only where the log cannot be read on.
    Result<void> load();
    Result<void> look_at(const eventstore::Record& record, const eventstore::TypedEvent& event,
                         std::uint64_t position);
    Result<void> finish();
    std::uint64_t timers() const { return timers_; }

  private:
    struct Policy {
        const kernel::PolicyType* type = nullptr;
        std::uint64_t reacted_to = 0;
        std::uint64_t set_by_events = 0;  // of the timers there are, as look_at finds them
        std::uint64_t direct = 0;         // and as they say of themselves
    };
    void find(std::string_view sentence);
    Result<void> look_at_change(Policy& policy, const eventstore::Record& record,
                                const kernel::TimerChange& change, std::uint64_t position);
    Result<bool> is_set_aside(const Policy& policy, const eventstore::Record& record) const;
    Result<void> look_at_timers();
    Result<void> look_at_due_entries();
    Result<void> look_at_set_aside();

    const eventstore::Partition& partition_;
    const Log& log_;
    const kernel::Catalogue& catalogue_;
    Findings& findings_;
    std::map<std::string, Policy, std::less<>> policies_;  // whose timers can be derived
    std::uint64_t timers_ = 0;
};

}  // namespace almanac::replay
