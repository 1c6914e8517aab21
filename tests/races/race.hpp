// A business that 1,000 callers want the same things of: through the real store, from many threads
// that wait for no answer, so that batches close, sync and follow each other as under load. The
// decisions are the house's own; each is watched, to know after which event it was taken.
// `judge` goes through the log beside the calls, in the order of their decisions, and holds every
// answer against what was taken at that very position.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <future>
#include <iostream>
#include <random>
#include <thread>
#include <unordered_map>

#include "domain/house.hpp"
#include "domain/scheduling/snapshot_source.hpp"
#include "tests/races/history.hpp"

namespace almanac::races {
using eventstore::CommandAnswer;

inline constexpr std::size_t callers = 1'000;
inline const std::string slot_taken = "scheduling.slot_taken";
inline const std::string capacity_exceeded = "scheduling.capacity_exceeded";
inline const std::string outside_working_time = "scheduling.outside_working_time";

struct Call {
    const kernel::CommandType* type = nullptr;
    kernel::Erased wish;
    Want want;
    std::string actor = "test";
    Result<CommandAnswer> answer = kernel::not_found();
    // Of its decision:
    std::size_t order = 0;
    std::uint64_t saw = 0;  // the last event of the resources raced for
    Instant now{};
};

// What the watched decisions of one race share.
struct Watch {
    std::unordered_map<const void*, Call*> calls;
    std::vector<std::string> tags;  // the months of the resources raced for
    std::size_t decided = 0;
};
inline Watch* watch = nullptr;

template <class C>
Decision watched(const void* wish, Read& read, const Context& now) {
    auto& call = *watch->calls.at(wish);
    call.order = watch->decided++;
    call.now = now.now;
    for (const auto& tag : watch->tags) {
        const auto& month = read.load(kernel::fold_type<ResourceMonth>(), tag);
        call.saw = std::max(call.saw, month.last_position);
    }
    return decide(*static_cast<const C*>(wish), read, now);
}

// ALMANAC_SEED=<n> asks for the same things again; who comes first is up to the threads.
inline std::vector<std::uint64_t> seeds() {
    if (const auto* given = std::getenv("ALMANAC_SEED")) return {std::stoull(given)};
    std::random_device device;
    return {device(), device(), device()};
}

inline Instant at(std::string_view minute) {
    return *kernel::parse_instant(std::string(minute) + ":00Z");
}

using Codes = std::map<std::string, std::size_t>;  // how often each was answered; "": accepted
struct Judged {
    Codes codes;
    Picture picture;  // in the end
};
struct Made {
    Uuid id;
    Instant start;
};

// The folds of a tenant as the log has them.
class LogFolds final : public Read {
  public:
    LogFolds(eventstore::Store& store, const TenantId& tenant) : store_(store), tenant_(tenant) {}
    const TenantId& tenant() const override { return tenant_; }
    const kernel::Held& load(const kernel::FoldType& type, const std::string& tag) override {
        const auto [at, fresh] = folds_.try_emplace(tag);
        if (fresh) at->second = must(store_.fold(tenant_, type, tag));
        return at->second;
    }

  private:
    eventstore::Store& store_;
    TenantId tenant_;
    std::map<std::string, kernel::Held> folds_;
};

class Race : public testing::Test {
  protected:
    // A new business for each seed. All that is raced for lies in December 2026, in UTC.
    void over_seeds(const std::function<void()>& body, std::optional<Instant> sandbox_time = {}) {
        open(sandbox_time);
        for (const auto seed : seeds()) {
            std::cout << "ALMANAC_SEED=" << seed << "\n";
            SCOPED_TRACE("ALMANAC_SEED=" + std::to_string(seed));
            random_.seed(seed);
            found();
            body();
            if (HasFailure()) return;
        }
    }
    std::size_t pick(std::size_t count) { return random_() % count; }
    static Instant later(Instant from, std::size_t half_hours) {
        return from + std::chrono::minutes{30} * static_cast<std::int64_t>(half_hours);
    }

    // ---- the business --------------------------------------------------------------------------

    // Equipment without a schedule is always there.
    ResourceId add_resource() {
        const ResourceId id{
            make("create_resource",
                 fmt::format("{{'type':'equipment','name':'Chair {}'}}", raced_.size()))};
        raced_.push_back(kernel::tag_of<ResourceMonth>({id, at("2026-12-01T00:00")}));
        return id;
    }
    ServiceId add_service(const Terms& terms) {
        std::string candidates;
        for (const auto& each : terms.resources)
            candidates += (candidates.empty() ? "'" : ",'") + to_string(each) + "'";
        const auto body = fmt::format(
            "{{'name':'Service {}','duration_minutes':{},'slot_step_minutes':30,"
            "'buffer_before_minutes':{},'buffer_after_minutes':{},'capacity':{},"
            "'requirements':[{{'role':'chair','candidates':[{}],'quantity':1,'required':true}}]}}",
            services_.size(), terms.minutes, terms.minutes_before, terms.minutes_after,
            terms.capacity, candidates);
        const ServiceId id{make("create_service", body)};
        services_[id] = terms;
        return id;
    }

    // ---- what is asked -------------------------------------------------------------------------

    Want want(const ServiceId& service, Instant start, int party = 1) const {
        return {service, start, party, services_.at(service).resources};
    }
    BookAppointment wish_for(const Want& want) const {
        BookAppointment wish;
        wish.service_id = want.service;
        wish.client_id = client_;
        wish.start = want.start;
        wish.party_size = want.party;
        if (want.among != services_.at(want.service).resources) wish.resource_ids = want.among;
        return wish;
    }
    template <class C>
    Call call(const std::string& command, C wish, Want want) {
        auto& type = watched_[command];
        if (!type) {
            type = std::make_unique<kernel::CommandType>(*store_->catalogue().command(command));
            type->decide = &watched<C>;
        }
        Call call;
        call.type = type.get();
        call.wish = std::make_shared<const C>(std::move(wish));
        call.want = std::move(want);
        return call;
    }
    Call booking(const Want& want) { return call("book_appointment", wish_for(want), want); }
    Call booking(const ServiceId& service, Instant start, int party = 1) {
        return booking(want(service, start, party));
    }
    // By naming the hold that keeps it.
    Call naming(const Made& hold, Want want) {
        auto wish = wish_for(want);
        wish.hold_id = HoldId{hold.id};
        want.except = want.hold_id = hold.id;
        return call("book_appointment", wish, want);
    }
    // Each by somebody else: nobody may have more than 20.
    Call holding(const ServiceId& service, Instant start, int party = 1) {
        auto held = call("hold_slot", HoldSlot{service, start, party, {}, 300},
                         want(service, start, party));
        held.actor = "holder-" + std::to_string(holders_++);
        return held;
    }

    // ---- asking --------------------------------------------------------------------------------

    // All at once; `meanwhile` goes on beside them as soon as `asked_first` of them are asked.
    void run(std::vector<Call>& calls, std::size_t asked_first = 0,
             const std::function<void()>& meanwhile = {}) {
        std::ranges::shuffle(calls, random_);
        Watch all{{}, raced_, 0};
        for (auto& call : calls) all.calls.emplace(call.wish.get(), &call);
        watch = &all;
        std::vector<std::future<Result<CommandAnswer>>> answers(calls.size());
        const auto threads = 16 + pick(49);
        std::barrier together(static_cast<std::ptrdiff_t>(threads));
        std::promise<void> under_way;
        std::atomic<std::size_t> asked = 0;
        std::vector<std::jthread> asking;
        for (std::size_t first = 0; first < threads; ++first) {
            asking.emplace_back([&, first] {
                together.arrive_and_wait();
                for (auto i = first; i < calls.size(); i += threads) {
                    answers[i] = ask(calls[i]);
                    if (++asked == asked_first) under_way.set_value();
                }
            });
        }
        if (meanwhile) {
            under_way.get_future().wait();
            meanwhile();
        }
        asking.clear();  // joined: every call has been asked
        for (std::size_t i = 0; i < calls.size(); ++i) calls[i].answer = answers[i].get();
        watch = nullptr;
    }
    // What such calls make, none of which may fail.
    std::vector<Made> made_by(std::vector<Call> calls) {
        run(calls);
        std::vector<Made> made;
        for (const auto& call : calls)
            made.push_back({*kernel::parse_uuid(must(call.answer).id), call.want.start});
        return made;
    }
    std::future<Result<CommandAnswer>> submit(eventstore::CommandRequest request) {
        const auto answer = std::make_shared<std::promise<Result<CommandAnswer>>>();
        store_->submit(std::move(request),
                       [answer](Result<CommandAnswer> got) { answer->set_value(std::move(got)); });
        return answer->get_future();
    }

    // ---- judging -------------------------------------------------------------------------------

    // True: it has judged the answer itself.
    using Judge = std::function<bool(const Picture&, const Call&)>;

    Judged judge(std::vector<Call>& calls, const Judge& special = {}) {
        std::ranges::sort(calls, {}, &Call::order);
        const auto steps = steps_of(*store_, tenant_);
        Judged judged{{}, Picture(services_)};
        auto& picture = judged.picture;
        auto next = steps.begin();
        const auto go_to = [&](std::uint64_t position) {
            for (; next != steps.end() && next->position <= position; ++next) {
                for (const auto& owner : picture.apply(*next)) {
                    EXPECT_TRUE(picture.is_within_capacity(owner, next->time))
                        << to_string(owner) << " at " << next->position;
                }
            }
        };
        for (const auto& call : calls) {
            SCOPED_TRACE(fmt::format("{} after event {}", call.type->name, call.saw));
            go_to(call.saw);
            ++judged.codes[call.answer ? "" : call.answer.error().code];
            if (!special || !special(picture, call)) judge_slot(picture, call);
        }
        go_to(steps.back().position);
        for (const auto& [code, count] : judged.codes)
            std::cout << "  " << (code.empty() ? "accepted" : code) << ": " << count << "\n";
        return judged;
    }

    // A yes where nothing was free and a no where something was are both lies.
    static void judge_slot(const Picture& picture, const Call& call) {
        const auto seats = picture.most_seats(call.want, call.now);
        const bool blocked = picture.is_blocked(call.want);
        if (call.answer) {
            EXPECT_FALSE(blocked);
            EXPECT_GE(seats, call.want.party);
            const bool happened = !call.answer->events.empty();
            EXPECT_TRUE(!happened || call.answer->position > call.saw);
            return;
        }
        const auto& refused = call.answer.error();
        if (refused.code == outside_working_time) {
            EXPECT_TRUE(blocked);
            return;
        }
        EXPECT_EQ(refused.kind, kernel::RejectionKind::conflict) << refused.code;
        EXPECT_FALSE(blocked);
        if (refused.code == capacity_exceeded) {
            EXPECT_GT(seats, 0);
            EXPECT_LT(seats, call.want.party);
        } else {
            EXPECT_EQ(refused.code, slot_taken) << refused.detail;
            EXPECT_LE(seats, 0);
        }
    }

    template <class F>
    F fold(const typename F::Key& key) {
        LogFolds folds(*store_, tenant_);
        return folds.get<F>(key);
    }
    // As GET slots answers.
    std::vector<Slot> offered(const ServiceId& id, Instant from, Instant to) {
        LogFolds folds(*store_, tenant_);
        const auto now = store_->clock().now();
        FoldSource source(folds, now);
        const auto& service = folds.get<kernel::Record<Service>>(id);
        const auto snapshot = must(build_snapshot(source, id, service, from, to, {}));
        SlotQuery query;
        query.from = from;
        query.to = to;
        query.now = now;
        return slots(snapshot, query).slots;
    }

    ~Race() override {
        store_.reset();
        watch = nullptr;
    }

    std::unique_ptr<eventstore::Store> store_;
    TenantId tenant_;

  private:
    void open(std::optional<Instant> sandbox_time) {
        auto create = eventstore::small_directory();
        create.sandbox_time = sandbox_time;
        const auto data = directory_.path() / "data";
        const auto stands = [] { return kernel::micros(at("2026-12-01T08:00")); };
        eventstore::StoreOptions options;
        options.clock = std::make_shared<eventstore::SystemClock>(stands, stands);
        options.mover.command_wait = std::chrono::minutes{2};
        must(eventstore::Store::init(data, catalogue_, create, options.clock));
        store_ = must(eventstore::Store::open(data, catalogue_, options));
        must(store_->finish_begun());
        must(store_->start_policies());
    }
    void found() {
        services_.clear();
        raced_.clear();
        const auto slug = "salon-" + std::to_string(++founded_);
        tenant_ = TenantId{make("create_tenant", "{'name':'Salon','slug':'" + slug +
                                                     "','business_type':'salon',"
                                                     "'time_zone':'UTC','currency':'EUR'}")};
        client_ = ClientId{make("create_client", "{'first_name':'Lucia'}")};
    }
    Uuid make(std::string_view command, std::string body) {
        std::ranges::replace(body, '\'', '"');
        eventstore::CommandRequest request;
        request.type = store_->catalogue().command(command);
        request.command = must(request.type->parse(kernel::json::parse_own(body), {}));
        request.tenant = request.type->system_tenant ? kernel::system_tenant : tenant_;
        request.actor = {"user", "test"};
        request.correlation_id = "set-up";
        return *kernel::parse_uuid(must(submit(std::move(request)).get()).id);
    }
    std::future<Result<CommandAnswer>> ask(const Call& call) {
        eventstore::CommandRequest request;
        request.type = call.type;
        request.command = call.wish;
        request.tenant = tenant_;
        request.actor = {"user", call.actor};
        request.correlation_id = "race";
        return submit(std::move(request));
    }

    eventstore::TemporaryDirectory directory_;
    const kernel::Catalogue catalogue_ = build_catalogue();
    std::map<std::string, std::unique_ptr<kernel::CommandType>> watched_;
    std::mt19937_64 random_;
    Services services_;
    std::vector<std::string> raced_;
    ClientId client_;
    int founded_ = 0;
    int holders_ = 0;
};

}  // namespace almanac::races
