// What is asked of a store: commands go to their tenant's partition; creating a tenant, moving the
// clock and what an earlier process left half done span partitions.
#include <atomic>
#include <future>

#include "domain/tenancy/machine_clock.hpp"
#include "eventstore/forking.hpp"
#include "eventstore/store_state.hpp"

namespace almanac::eventstore {

// Second half: the tenant's own log begins; its answer is the command's.
void Store::State::found(CommandRequest registration, CommandAnswer registered,
                         CommandReply reply) {
    const auto tenant = TenantId{*kernel::parse_uuid(registered.id)};
    const auto& wish = *static_cast<const tenancy::CreateTenant*>(registration.command.get());
    tenancy::FoundTenant found;
    static_cast<tenancy::TenantProfile&>(found) = wish;
    found.slug = wish.slug;
    CommandRequest request = std::move(registration);
    request.type = catalogue.command("found_tenant");
    request.command = std::make_shared<const tenancy::FoundTenant>(std::move(found));
    request.tenant = tenant;
    request.target_id = registered.id;
    const bool replayed = registered.replayed;
    of(tenant).executor().submit(std::move(request), [replayed, reply = std::move(reply)](
                                                         Result<CommandAnswer> answer) mutable {
        if (answer) answer->replayed = replayed;
        reply(std::move(answer));
    });
}

// Every partition runs its own timers in due order; they share nothing, so none waits for another.
void Store::State::run_until(Instant until, std::move_only_function<void(bool)> done) {
    struct Barrier {
        std::atomic<std::size_t> left;
        std::atomic<bool> all = true;
        std::move_only_function<void(bool)> done;
    };
    auto barrier = std::make_shared<Barrier>();
    barrier->left = partitions.size();
    barrier->done = std::move(done);
    for (auto& partition : partitions) {
        partition->policies().run_until(until, [barrier](bool ran) {
            if (!ran) barrier->all = false;
            if (--barrier->left == 0) barrier->done(barrier->all);
        });
    }
}

Result<void> Store::start_policies() {
    auto& state = *state_;
    for (auto& partition : state.partitions) {
        if (auto started = partition->policies().start(); !started) return started;
    }
    if (!is_sandbox()) return {};
    std::promise<bool> finished;
    state.run_until(state.sandbox_clock->now(), [&](bool ran) { finished.set_value(ran); });
    if (!finished.get_future().get())
        return kernel::unavailable("io_error", "A move of the clock could not be finished.");
    state.mover = std::make_unique<SandboxMover>(
        *state.sandbox_clock,
        [&state](CommandRequest request, CommandReply reply) {
            state.submit(std::move(request), std::move(reply));
        },
        [&state](Instant until, std::move_only_function<void(bool)> done) {
            state.run_until(until, std::move(done));
        },
        state.mover_options);
    return {};
}

// Accepted first, as nothing can be written before; so it is never bound to a revision.
void Store::State::accept_clock(CommandRequest request, CommandReply reply) {
    if (request.if_match)
        return reply(kernel::reject(kernel::RejectionKind::conflict, "precondition_failed",
                                    "The clock has no revision: leave If-Match out."));
    tenancy::AcceptClock wish;
    if (const auto jump = system_clock->accept())
        wish.jump = tenancy::AcceptClock::Jump{jump->expected, jump->wall};
    request.command = std::make_shared<const tenancy::AcceptClock>(wish);
    of(system_tenant).executor().submit(std::move(request), std::move(reply));
}

void Store::submit(CommandRequest request, CommandReply reply) {
    auto& state = *state_;
    const bool moves = request.type->name == "move_clock";
    if (!is_sandbox()) {
        if (moves) return reply(kernel::not_found());
        return state.submit(std::move(request), std::move(reply));
    }
    if (request.type->name == "accept_clock") return reply(kernel::not_found());
    if (!state.mover) {  // a tool that does not run the policies
        if (moves)
            return reply(kernel::unavailable("clock_moving", "Nobody moves the clock here."));
        return state.submit(std::move(request), std::move(reply));
    }
    if (moves) return state.mover->move(std::move(request), std::move(reply));
    state.mover->pass(std::move(request), std::move(reply));
}

void Store::State::submit(CommandRequest request, CommandReply reply) {
    if (request.type->name == "accept_clock")
        return accept_clock(std::move(request), std::move(reply));
    if (request.type->name != "create_tenant") {
        auto& executor = of(request.tenant).executor();
        return executor.submit(std::move(request), std::move(reply));
    }
    auto registration = request;
    of(system_tenant)
        .executor()
        .submit(std::move(request),
                [this, registration = std::move(registration),
                 reply = std::move(reply)](Result<CommandAnswer> answer) mutable {
                    if (!answer) return reply(std::move(answer));
                    found(std::move(registration), std::move(*answer), std::move(reply));
                });
}

Result<void> Store::finish_begun() {
    for (auto& partition : state_->partitions) {
        const auto& fork = partition->parts_->partition.unfinished_fork;
        if (!fork) continue;
        auto finished = finish_fork(partition->log(), partition->writer(), *fork, clock());
        if (!finished) return finished;
    }
    for (const auto& entry : state_->tenants.unfounded()) {
        auto held = fold(system_tenant, kernel::fold_type<tenancy::TenantRegistration>(),
                         kernel::tag_of<tenancy::TenantRegistration>(entry.id));
        if (!held) return std::unexpected(std::move(held.error()));
        const auto& made = *static_cast<const tenancy::TenantRegistration*>(held->state.get());
        tenancy::FoundTenant found;
        static_cast<tenancy::TenantProfile&>(found) = made.profile;
        found.slug = made.slug;
        auto request = house_request(state_->catalogue, "found_tenant", entry.id, std::move(found));
        std::promise<Result<CommandAnswer>> done;
        partition_for(entry.id).executor().submit(
            std::move(request),
            [&](Result<CommandAnswer> answer) { done.set_value(std::move(answer)); });
        if (auto answer = done.get_future().get(); !answer)
            return std::unexpected(std::move(answer.error()));
    }
    return {};
}

}  // namespace almanac::eventstore
