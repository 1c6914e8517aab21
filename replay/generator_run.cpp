#include "replay/generator_run.hpp"

#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
// Not an answer to this one command: nothing after it would fare better.
bool ends_it_all(const kernel::Rejection& rejection) {
    using kernel::RejectionKind;
    return rejection.kind == RejectionKind::unavailable ||
           rejection.kind == RejectionKind::corrupt || rejection.kind == RejectionKind::denied;
}
}  // namespace

void GeneratorRun::refused(const std::string& command, const kernel::Rejection& rejection) {
    const std::lock_guard lock(mutex_);
    ++rejected_[rejection.code];
    if (first_rejection_.empty()) first_rejection_ = command + ": " + explain(rejection);
    if (ends_it_all(rejection) && !failure_) failure_ = rejection;
}

void GeneratorRun::send(CommandCall call, std::string* id, std::atomic<std::uint64_t>* accepted) {
    ++commands_;
    auto command = call.command;
    target_.submit(std::move(call),
                   [this, id, accepted, command = std::move(command)](Result<CommandDone> done) {
                       if (!done) return refused(command, done.error());
                       events_ += done->events;
                       if (id) *id = std::move(done->id);
                       if (accepted) ++*accepted;
                   });
}

Result<void> GeneratorRun::settle() {
    target_.drain();
    const std::lock_guard lock(mutex_);
    if (failure_) return std::unexpected(*failure_);
    return {};
}

void GeneratorRun::fill(GenerateSummary& summary) const {
    const std::lock_guard lock(mutex_);
    summary.commands = commands_;
    summary.events = events_;
    summary.rejected = rejected_;
    summary.first_rejection = first_rejection_;
}

}  // namespace almanac::replay
