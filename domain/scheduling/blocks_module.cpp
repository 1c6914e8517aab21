#include "domain/scheduling/block.hpp"
#include "domain/scheduling/module.hpp"

namespace almanac::scheduling {

void declare_blocks(Module& scheduling) {
    scheduling.event<BlockAdded>().event<BlockRemoved>();
    auto& blocks = scheduling.collection<TimeBlock>(
        "blocks", "scheduling.block:read",
        "Time in which a resource, a location or everything takes no bookings.");
    blocks.filters = {{"resource_id", "scope.resource_id"},
                      {"location_id", "scope.location_id"},
                      {"everything", "scope.everything"},
                      {"kind", "kind"}};
    blocks.range_path = "start";
    blocks.sorts = {"start"};

    scheduling.command<AddBlock, TimeBlock>(
        "add_block", "POST blocks", "scheduling.block:create",
        "Closes a resource, a location or everything for a time, once or by a rule. Bookings that "
        "it meets stay, and are the answer's `conflicts`.");
    scheduling
        .command<RemoveBlock, TimeBlock>("remove_block", "DELETE blocks/{id}",
                                         "scheduling.block:delete",
                                         "Gives the time back, of every recurrence.")
        .has_body = false;
}

}  // namespace almanac::scheduling
