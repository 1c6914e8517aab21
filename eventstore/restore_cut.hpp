// Takes a log that is being restored back to an earlier position: afterwards it holds what it held
// when that position was its last one, and what is derived is derived again.
//   events, tag index, sequences   those beyond are gone
//   results                        those of later answers are gone; of rejections, which bear no
//                                  position, all from the day of the last event on
//   snapshots                      gone, they are made again
//   timers                         what the policies' reactions to the events that are left set and
//                                  cancel; one that had fired fires again and finds its effects
//                                  done, as they bear the same names
//   checkpoints of policies        where they were, but not beyond the position, and before every
//                                  event whose effects were cut off
// Nobody else has the log open. A crash leaves a directory without `format`.
#pragma once
#include "domain/kernel/catalogue.hpp"
#include "eventstore/log.hpp"

namespace almanac::eventstore {

// `position` ends a command; answers how many timers are pending. The log is closed and opened
// again before anything else is asked of it.
Result<std::uint64_t> cut_log(Log& log, const kernel::Catalogue& catalogue, std::uint64_t position);

}  // namespace almanac::eventstore
