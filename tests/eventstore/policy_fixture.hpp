// A store whose catalogue has a context of its own, `lab`: tasks are asked for, policies answer
// them, at once or by timers; some wishes fail as long as the test says so.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "domain/house.hpp"
#include "domain/kernel/module.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "eventstore/store.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::lab {
using namespace kernel;

struct Task;
using TaskId = Id<Task>;

struct Asked {
    static constexpr std::string_view type = "lab.asked";
    static constexpr std::uint16_t version = 1;
    TaskId id;
    std::string wish;
    Instant due{};
    std::int32_t steps = 1;
};
BOOST_DESCRIBE_STRUCT(Asked, (), (id, wish, due, steps))
struct Answered {
    static constexpr std::string_view type = "lab.answered";
    static constexpr std::uint16_t version = 1;
    TaskId id;
    std::string what;
};
BOOST_DESCRIBE_STRUCT(Answered, (), (id, what))
struct Echoed {
    static constexpr std::string_view type = "lab.echoed";
    static constexpr std::uint16_t version = 1;
    TaskId id;
};
BOOST_DESCRIBE_STRUCT(Echoed, (), (id))
struct Task {
    static constexpr std::string_view kind = "task";
    static constexpr std::uint32_t version = 1;
    using Key = TaskId;
    std::int32_t answers = 0;
};
BOOST_DESCRIBE_STRUCT(Task, (), (answers))

inline auto tags(const Asked& e) {
    return Tags<Task>{}.add<Task>(e.id);
}
inline auto tags(const Answered& e) {
    return Tags<Task>{}.add<Task>(e.id);
}
inline auto tags(const Echoed& e) {
    return Tags<Task>{}.add<Task>(e.id);
}
inline void evolve(Task&, const Asked&) {}
inline void evolve(Task& task, const Answered&) {
    ++task.answers;
}
inline void evolve(Task&, const Echoed&) {}

struct Ask {
    TaskId id;
    std::string wish;
    Instant due{};
    std::int32_t steps = 1;
};
BOOST_DESCRIBE_STRUCT(Ask, (), (id, wish, due, steps))
struct Answer {
    TaskId id;
    std::string what;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (id, what))
struct Echo {
    TaskId id;
};
BOOST_DESCRIBE_STRUCT(Echo, (), (id))
struct Later {
    TaskId id;
    std::int32_t steps = 1;
};
BOOST_DESCRIBE_STRUCT(Later, (), (id, steps))

inline std::atomic<bool> broken = false;       // what the wishes break_* say
inline std::atomic<bool> house_burns = false;  // break_house, and that alone
inline std::atomic<int> reacted = 0;
inline constexpr int huge_answers = 20;

inline Decision decide(const Ask& wish, Read&, const Context&) {
    return Asked{wish.id, wish.wish, wish.due, wish.steps};
}
inline Decision decide(const Answer& wish, Read&, const Context&) {
    if (wish.what == "refuse") return reject("lab.refused", "No.");
    if (wish.what == "break_command" && broken) return unavailable("lab.not_now", "Not now.");
    if (wish.what == "break_house" && (broken || house_burns))
        throw std::runtime_error("lab is on fire");
    return Answered{wish.id, wish.what};
}
inline Decision decide(const Echo& wish, Read&, const Context&) {
    return Echoed{wish.id};
}

inline Reactions react(const Asked& e, const Happened&) {
    ++reacted;
    const auto key = to_string(e.id);
    if (e.wish == "break_reaction" && broken) throw std::runtime_error("cannot react");
    if (e.wish == "quiet") return {};
    if (e.wish == "later" || e.wish == "break_later")
        return Reactions{}.set_timer(key, e.due, Later{e.id, e.steps});
    if (e.wish == "never") return Reactions{}.cancel_timer(key);
    if (e.wish == "twice")
        return Reactions{}.submit("one", Answer{e.id, "one"}).submit("two", Answer{e.id, "two"});
    if (e.wish == "huge") {  // several batches
        Reactions reactions;
        for (int i = 0; i < huge_answers; ++i) {
            auto what = std::to_string(i) + std::string(900'000, '.');
            reactions.submit(std::to_string(i), Answer{e.id, std::move(what)});
        }
        return reactions;
    }
    if (e.wish == "half") {
        return Reactions{}
            .submit("one", Answer{e.id, "one"})
            .submit("two", Answer{e.id, "break_command"});
    }
    if (e.wish == "large") return Reactions{}.set_timer(std::string(200, 'k'), e.due, Later{e.id});
    return Reactions{}.submit("answer", Answer{e.id, e.wish});
}
inline Reactions ring(const Later& later, const TimerFired& fired) {
    if (broken) throw std::runtime_error("cannot ring");
    auto reactions = Reactions{}.submit("answer", Answer{later.id, "later"});
    if (later.steps > 1) {
        reactions.set_timer(fired.key, fired.due + std::chrono::hours{1},
                            Later{later.id, later.steps - 1});
    }
    return reactions;
}
inline Reactions echo(const Answered& e, const Happened&) {
    return Reactions{}.submit("echo", Echo{e.id});
}

inline Reactions answer_back(const Echoed& e, const Happened&) {
    return Reactions{}.submit("answer", Answer{e.id, "again"});
}

// `echoes`: a second policy, which reacts to what the first one does; `quarrel`: and a third, which
// reacts to what the second one does with what the second one reacts to.
inline void declare(Catalogue& catalogue, bool clerk, bool echoes, bool echoes_from_beginning,
                    bool quarrel) {
    Module lab(catalogue, "lab");
    lab.event<Asked>().event<Answered>().event<Echoed>();
    lab.command<Ask, Task>("ask", "POST tasks", "lab.task:ask", "Asks.");
    lab.command<Answer, Task>("answer", "POST tasks", "lab.task:answer", "Answers.").hidden = true;
    lab.command<Echo, Task>("echo", "POST tasks", "lab.task:echo", "Echoes.").hidden = true;
    if (clerk) lab.policy("clerk").on<Asked>(&react).on_timer<Later>(&ring);
    if (quarrel) lab.policy("parrot").on<Echoed>(&answer_back);
    if (!echoes) return;
    auto policy = lab.policy("echo", 2).on<Answered>(&echo);
    if (echoes_from_beginning) policy.from_the_beginning();
}

}  // namespace almanac::lab

namespace almanac::eventstore {

struct LabOptions {
    bool clerk = true;
    bool echoes = false;
    bool echoes_from_beginning = false;
    bool quarrel = false;
    bool policies_run = true;
    void* env = nullptr;
    PolicyOptions policies = {.turn = {},
                              .retry_first = std::chrono::milliseconds{0},
                              .retry_max = std::chrono::milliseconds{0}};
    SandboxMoverOptions mover = {};
};

class PolicyTest : public testing::Test {
  protected:
    PolicyTest() {
        lab::broken = false;
        lab::house_burns = false;
        lab::reacted = 0;
    }
    ~PolicyTest() override { close(); }

    void init(unsigned partitions = 1, std::optional<Instant> sandbox_time = {}) {
        auto create = small_directory(partitions);
        create.sandbox_time = sandbox_time;
        must(Store::init(data(), build_catalogue(), create, clock()));
    }
    std::filesystem::path data() const { return directory_.path() / "data"; }

    Store& open(LabOptions options = {}) {
        close();
        catalogue_ = std::make_unique<kernel::Catalogue>(build_catalogue());
        lab::declare(*catalogue_, options.clerk, options.echoes, options.echoes_from_beginning,
                     options.quarrel);
        StoreOptions store;
        store.log.env = options.env;
        store.policies = options.policies;
        store.mover = options.mover;
        store.clock = clock();
        store.policy_hooks.rejected = [this](const RejectedEffect& effect) {
            rejected.push_back(effect.policy + '/' + effect.effect + ' ' + effect.code);
        };
        store.policy_hooks.set_aside = [this](const SetAside& aside) {
            aside_told.push_back(aside.policy + ' ' + aside.error);
        };
        store_ = must(Store::open(data(), *catalogue_, store));
        must(store_->finish_begun());
        if (options.policies_run) must(store_->start_policies());
        return *store_;
    }
    void close() {
        store_.reset();
        catalogue_.reset();
    }
    void set_time(Instant to) { now_us_ = kernel::micros(to); }
    std::shared_ptr<SystemClock> clock() {
        const auto now = [this] { return now_us_.load(); };
        return std::make_shared<SystemClock>(now, now);
    }

    // Everything that policies have to do by now is done.
    bool settle() {
        bool all = true;
        for (unsigned number = 0; number < store_->partitions(); ++number) {
            std::promise<bool> done;
            store_->partition(number).policies().run_until(store_->clock().now(),
                                                           [&](bool ran) { done.set_value(ran); });
            all = done.get_future().get() && all;
        }
        return all;
    }
    template <class C>
    std::future<Result<CommandAnswer>> submit(const std::string& name, const TenantId& tenant,
                                              C command) {
        auto done = std::make_shared<std::promise<Result<CommandAnswer>>>();
        store_->submit(
            house_request(*catalogue_, name, tenant, std::move(command)),
            [done](Result<CommandAnswer> answer) { done->set_value(std::move(answer)); });
        return done->get_future();
    }
    static lab::TaskId task(std::uint8_t number) { return lab::TaskId{tenant_number(number)}; }
    void ask(std::uint8_t tenant, std::uint8_t number, std::string wish, Instant due = {},
             std::int32_t steps = 1) {
        must(submit("ask", tenant_number(tenant),
                    lab::Ask{task(number), std::move(wish), due, steps})
                 .get());
    }
    Result<CommandAnswer> move_clock(Instant to) {
        return submit("move_clock", kernel::system_tenant, tenancy::MoveClock{to}).get();
    }

    // What happened to a tenant beside what was asked: "12:30 answered later", in order.
    std::vector<std::string> story(std::uint8_t tenant) {
        std::vector<std::string> told;
        const auto& log = store_->partition_for(tenant_number(tenant)).log();
        for (const auto position : must(log.tenant_positions(tenant_number(tenant), 0, 100'000))) {
            const auto record = must(log.record(position));
            if (record.type == lab::Asked::type) continue;
            const auto data = kernel::json::parse_own(record.data);
            auto line = kernel::to_string(record.time).substr(11, 5) + ' ' + record.type.substr(4);
            if (const auto* what = data.as_object().if_contains("what"))
                line += ' ' + std::string(what->as_string());
            told.push_back(std::move(line));
        }
        return told;
    }
    std::vector<Record> effects(std::uint8_t tenant) {
        std::vector<Record> records;
        const auto& log = store_->partition_for(tenant_number(tenant)).log();
        for (const auto position : must(log.tenant_positions(tenant_number(tenant), 0, 100'000))) {
            auto record = must(log.record(position));
            if (record.actor.kind == "policy") records.push_back(std::move(record));
        }
        return records;
    }
    PolicyStatus status(unsigned partition = 0) {
        return store_->partition(partition).policies().status();
    }

    TemporaryDirectory directory_{true};
    std::atomic<std::int64_t> now_us_ = kernel::micros(noon());
    std::unique_ptr<kernel::Catalogue> catalogue_;
    std::unique_ptr<Store> store_;
    std::vector<std::string> rejected;
    std::vector<std::string> aside_told;
};

using Told = std::vector<std::string>;

}  // namespace almanac::eventstore
