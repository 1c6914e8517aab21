// Random clients of an event store. What each asks follows from the seed; how their calls
// interleave is the machine's. Few tags and few request ids, so that they meet all the time.
#pragma once
#include <algorithm>
#include <iterator>
#include <memory>
#include <random>
#include <thread>

#include "tests/eventstore/writer_fixture.hpp"
#include "tests/linearizability/history.hpp"

namespace almanac::linearizability {

inline constexpr int clients_max = 8;
inline constexpr int operations_each = 600;

class Client {
  public:
    Client(EventStore& store, std::atomic<std::uint64_t>& ticks, std::uint64_t seed)
        : recorder_(store, ticks), random_(seed) {}

    void run() {
        for (int i = 0; i < operations_each; ++i) step(i);
    }
    History take() { return std::move(recorder_.history); }

  private:
    void step(int nth) {
        const auto kind = below(10);
        if (kind < 2) return keep(recorder_.append(tenant(), command()));
        if (kind < 5) return append_where_nothing_came();
        if (kind < 6) return ask_again(nth);
        if (kind < 7) return keep(recorder_.append(tenant(), command(), some_condition()));
        recorder_.read(tenant(), some_query(), some_position(), 1 + below(24));
    }
    // What was read decides, so nothing may have come in between: an expected position.
    void append_where_nothing_came() {
        const auto of = tenant();
        const auto query = Query::tagged(tag());
        const auto& seen = recorder_.read(of, query, last_seen_ > 40 ? last_seen_ - 40 : 0);
        const auto after = seen.answer.empty() ? last_seen_ : seen.answer.back().position;
        keep(recorder_.append(of, command(query.items[0].tags[0]), AppendCondition{query, after}));
    }
    // A caller whose answer was lost asks again, and so does everybody else: it happens once. Who
    // is refused looks for what the first got.
    void ask_again(int nth) {
        const auto of = tenant();
        const auto request = "request:" + std::to_string(nth / 6);
        const auto once = AppendCondition{Query::tagged(request), 0};
        for (auto times = 1 + below(2); times > 0; --times) {
            if (recorder_.append(of, command(request), once).code.empty()) continue;
            recorder_.read(of, once.fail_if_events_match);
        }
    }

    std::vector<EventDraft> command(const std::string& first_tag = {}) {
        std::vector<EventDraft> events;
        for (auto count = 1 + (below(3) == 0 ? below(4) : 0); count > 0; --count) {
            std::vector<std::string> tags;
            if (!first_tag.empty()) tags.push_back(first_tag);
            for (auto more = below(3); more > 0; --more)
                if (auto one = tag(); std::ranges::find(tags, one) == tags.end())
                    tags.push_back(std::move(one));
            auto event = eventstore::draft(type(), std::move(tags),
                                           "{\"n\":" + std::to_string(random_()) + "}");
            events.push_back(std::move(event));
        }
        return events;
    }
    AppendCondition some_condition() { return {some_query(), some_position()}; }
    Query some_query() {
        Query query;
        for (auto items = below(3); items > 0; --items) {
            eventstore::QueryItem item;
            for (auto count = below(3); count > 0; --count) item.types.push_back(type());
            for (auto count = below(3); count > 0; --count) item.tags.push_back(tag());
            query.items.push_back(std::move(item));
        }
        return query;
    }
    // Near the end, where the others are writing.
    std::uint64_t some_position() {
        const auto back = below(60);
        return last_seen_ + 4 > back ? last_seen_ + 4 - back : 0;
    }
    void keep(const Operation& append) {
        last_seen_ = std::max(last_seen_, append.appended.last_position);
    }
    std::uint64_t below(std::uint64_t count) { return random_() % count; }
    TenantId tenant() { return eventstore::tenant_number(below(4) == 0 ? 2 : 1); }
    std::string type() { return "test.t" + std::to_string(below(3)); }
    std::string tag() { return "thing:" + std::to_string(below(6)); }

    Recorder recorder_;
    std::mt19937_64 random_;
    std::uint64_t last_seen_ = 0;
};

inline History run_clients(EventStore& store, std::uint64_t seed) {
    std::atomic<std::uint64_t> ticks = 1;
    std::vector<std::unique_ptr<Client>> clients;
    for (std::uint64_t i = 0; i < clients_max; ++i)
        clients.push_back(std::make_unique<Client>(store, ticks, seed * clients_max + i));
    std::vector<std::thread> threads;
    for (auto& client : clients) threads.emplace_back([&client] { client->run(); });
    for (auto& thread : threads) thread.join();
    History all;
    for (auto& client : clients) std::ranges::move(client->take(), std::back_inserter(all));
    return all;
}

inline Events all_events(EventStore& store) {
    Events events;
    for (const auto tenant : {std::uint8_t{1}, std::uint8_t{2}})
        std::ranges::move(
            eventstore::must(store.read(eventstore::tenant_number(tenant), Query::all())),
            std::back_inserter(events));
    std::ranges::sort(events, {}, &PositionedEvent::position);
    return events;
}

}  // namespace almanac::linearizability
