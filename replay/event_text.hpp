// One event as `GET events` answers it, from its record; and a record again from that text, so that
// folds can be made here from what a server sends. Pure.
#pragma once
#include "domain/kernel/json.hpp"
#include "eventstore/record.hpp"

namespace almanac::replay {

// One line of JSON: {id, type, version, position, sequence, time, actor, correlation_id,
// causation_id, tags, data, metadata}; personal data stays sealed.
std::string event_text(unsigned partition, std::uint64_t position,
                       const eventstore::RecordView& record);

struct ReceivedEvent {
    std::uint64_t position = 0;  // within its partition
    std::string position_text;   // "<partition>-<position>"
    eventstore::Record record;   // without leaf, index and count: the text has none
};
// `server_error` where the text lacks something.
kernel::Result<ReceivedEvent> read_event_text(const kernel::json::Value& event);

}  // namespace almanac::replay
