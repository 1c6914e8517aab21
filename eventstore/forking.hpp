// After a restore or an accepted loss the log is another one: its new log_id is told to every
// tenant of the partition by `log_forked`, the next event of each, before anything else is served
// (log.md, "Mark, recovery, forks").
#pragma once
#include "eventstore/data_directory.hpp"
#include "eventstore/writer.hpp"

namespace almanac::eventstore {

// Appends `log_forked` to every tenant whose last event is not it yet, then forgets the fork.
Result<void> finish_fork(const Log& log, Writer& writer, const Fork& fork, Clock& clock);

}  // namespace almanac::eventstore
