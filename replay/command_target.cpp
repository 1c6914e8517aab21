#include "replay/command_target.hpp"

#include <future>

namespace almanac::replay {

Result<CommandDone> CommandTarget::run(CommandCall call) {
    std::promise<Result<CommandDone>> done;
    submit(std::move(call), [&](Result<CommandDone> answer) { done.set_value(std::move(answer)); });
    return done.get_future().get();
}

Result<void> CommandTarget::move_clock(Instant to) {
    CommandCall call;
    call.command = "move_clock";
    call.body = {{"now", kernel::to_string(to)}};
    if (auto moved = run(std::move(call)); !moved) return std::unexpected(std::move(moved.error()));
    return {};
}

}  // namespace almanac::replay
