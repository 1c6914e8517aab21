// A whole partition in a temporary directory (log, mark, keyring, writer, executor under a manual
// clock) and views over it, for tests of projections.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "domain/house.hpp"
#include "domain/kernel/digest.hpp"
#include "eventstore/data_directory.hpp"
#include "eventstore/executor.hpp"
#include "projections/read_models.hpp"
#include "projections/records/client_search.hpp"
#include "projections/records/records.hpp"
#include "projections/runtime.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::projections {

using eventstore::must;
using eventstore::TemporaryDirectory;
using kernel::Instant;
using kernel::Uuid;

inline const kernel::Catalogue& catalogue() {
    static const kernel::Catalogue all = build_catalogue();
    return all;
}

inline Instant at(std::string_view time) {
    const auto full = std::string(time) + (time.size() == 10   ? "T00:00:00Z"
                                           : time.size() == 16 ? ":00Z"
                                                               : "");
    const auto parsed = kernel::parse_instant(full);
    if (!parsed) throw std::invalid_argument("a test names a time that is none: " + full);
    return *parsed;
}

inline Uuid id_of(std::string_view text) {
    const auto id = kernel::parse_uuid(text);
    if (!id) throw std::invalid_argument("a test names an id that is none");
    return *id;
}

// A seed that a failing test has printed; run again with ALMANAC_SEED=<it>.
inline std::uint64_t seed_of_test() {
    const auto* given = std::getenv("ALMANAC_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "ALMANAC_SEED=" << seed << "\n";
    return seed;
}

class House {
  public:
    House() : clock_(at("2026-12-01T08:00")) {
        must(eventstore::DataDirectory::create(directory_.path() / "data",
                                               eventstore::small_directory()));
        held_.emplace(must(eventstore::DataDirectory::open(directory_.path() / "data")));
        partition_.emplace(must(held_->open_partition(0, eventstore::small_open())));
        const std::array<std::uint8_t, 32> secret{7};
        keyring_ = must(eventstore::Keyring::create(
            partition_->keyring_path(), eventstore::MasterKey::from_bytes(secret), log().log_id()));
        eventstore::WriterHooks hooks;
        hooks.sync_keyring = [this] { return keyring_->sync(); };
        hooks.committed = [this](auto events) {
            {
                const std::lock_guard lock(mutex_);
                for (const auto& event : events) seen_[event.position] = event;
            }
            if (committed) committed(events);
        };
        writer_ = std::make_unique<eventstore::Writer>(log(), *partition_->mark, clock_,
                                                       std::move(hooks));
        executor_ =
            std::make_unique<eventstore::Executor>(catalogue(), *writer_, *keyring_, clock_);
    }
    ~House() { writer_->drain_and_stop(); }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    eventstore::Log& log() { return *partition_->log; }
    eventstore::Keyring& keyring() { return *keyring_; }
    eventstore::Writer& writer() { return *writer_; }
    eventstore::ManualClock& clock() { return clock_; }
    std::filesystem::path path(std::string_view name) const { return directory_.path() / name; }

    // A command as the gateway runs it, from a body as people write it (' for ").
    Result<eventstore::CommandAnswer> run(const TenantId& tenant, std::string_view name,
                                          std::string body, std::string target = {}) {
        kernel::PathParameters path;
        if (!target.empty()) path.values.emplace_back("id", target);
        return run_at(tenant, name, std::move(body), path, std::move(target));
    }
    Result<eventstore::CommandAnswer> run_at(const TenantId& tenant, std::string_view name,
                                             std::string body, const kernel::PathParameters& path,
                                             std::string target = {}) {
        std::ranges::replace(body, '\'', '"');
        eventstore::CommandRequest request;
        request.type = catalogue().command(name);
        if (request.type == nullptr) throw std::invalid_argument("no command " + std::string(name));
        auto command = request.type->parse(kernel::json::parse_own(body), path);
        if (!command) return std::unexpected(std::move(command.error()));
        request.command = std::move(*command);
        request.tenant = tenant;
        request.actor = {"user", "test"};
        request.may = [](std::string_view) { return true; };
        request.target_id = target;
        request.correlation_id = "test";
        std::promise<Result<eventstore::CommandAnswer>> promise;
        executor_->submit(std::move(request),
                          [&](auto answer) { promise.set_value(std::move(answer)); });
        return promise.get_future().get();
    }
    // The id of what a command made.
    std::string make(const TenantId& tenant, std::string_view name, std::string body,
                     std::string target = {}) {
        const auto answer = run(tenant, name, std::move(body), std::move(target));
        if (!answer) {
            std::string why = answer.error().code + " " + answer.error().detail;
            for (const auto& e : answer.error().errors) why += " " + e.pointer + " " + e.detail;
            throw std::runtime_error(std::string(name) + ": " + why);
        }
        return answer->id;
    }
    TenantId found(const std::string& slug, const std::string& zone = "UTC") {
        const auto body = "{'name':'" + slug + "','slug':'" + slug +
                          "','business_type':'salon',"
                          "'time_zone':'" +
                          zone + "','currency':'EUR'}";
        const TenantId tenant{id_of(make(kernel::system_tenant, "create_tenant", body))};
        make(tenant, "found_tenant", body);
        return tenant;
    }

    std::function<void(std::span<const eventstore::CommittedEvent>)> committed;
    // As the writer's hook told it, with the event as it was decided.
    eventstore::CommittedEvent seen(std::uint64_t position) {
        const std::lock_guard lock(mutex_);
        return seen_.at(position);
    }

  private:
    std::mutex mutex_;
    std::map<std::uint64_t, eventstore::CommittedEvent> seen_;
    TemporaryDirectory directory_;
    eventstore::ManualClock clock_;
    std::optional<eventstore::DataDirectory> held_;
    std::optional<eventstore::Partition> partition_;
    std::unique_ptr<eventstore::Keyring> keyring_;
    std::unique_ptr<eventstore::Writer> writer_;
    std::unique_ptr<eventstore::Executor> executor_;
};

// Waits for a position, however long it takes.
inline bool applied(Runtime& runtime, std::uint64_t position) {
    std::promise<bool> promise;
    runtime.when_applied(position, std::chrono::steady_clock::now() + std::chrono::hours(1),
                         [&](bool yes) { promise.set_value(yes); });
    return promise.get_future().get();
}

// Records and every read model over a house, in a directory of their own.
class Views {
  public:
    Views(House& house, const std::filesystem::path& directory, RuntimeOptions options = {})
        : house_(house),
          store(
              must(ViewStore::open(directory, house.log().log_id(), house.log().last_position()))),
          records(catalogue()),
          models(catalogue(), *store),
          availability(models.projection("availability")),
          slots(models.availability()),
          queries(catalogue(), *store, house.log()),
          runtime(catalogue(), house.log(), *store, all(), {}, options) {}
    ~Views() { runtime.stop(); }

    // Everything that is in the log now.
    void catch_up() {
        runtime.start();
        const auto last = house_.log().last_position();
        if (runtime.status().log_position < last) feed(runtime.status().log_position + 1, last);
        if (!applied(runtime, last)) throw std::runtime_error("the views did not catch up");
        EXPECT_EQ(runtime.status().failure, "");
        EXPECT_TRUE(runtime.parked().empty());
    }
    // As the writer's hook does.
    std::vector<Projection*> all() {
        auto list = models.projections();
        list.insert(list.begin(), &records);
        return list;
    }
    // The answer of a query as its caller reads it, from the words of its caller.
    Result<kernel::json::Value> ask(const TenantId& tenant, std::string_view name,
                                    const kernel::json::Object& parameters,
                                    const std::string& id = {}) {
        const auto& queries_known = catalogue().queries();
        const auto type =
            std::ranges::find(queries_known, name, [](const auto& each) { return each->name; });
        if (type == queries_known.end()) throw std::invalid_argument("no query");
        kernel::PathParameters path;
        if (!id.empty()) path.values.emplace_back("id", id);
        auto query = (*type)->parse(parameters, path);
        if (!query) return std::unexpected(std::move(query.error()));
        auto answer = models.answer(name, tenant, house_.clock().now(), query->get());
        if (!answer) return std::unexpected(std::move(answer.error()));
        EXPECT_EQ(answer->position, store->read(records.view(), tenant).position());
        return kernel::json::parse_own(answer->body);
    }
    void feed(std::uint64_t from, std::uint64_t to) {
        std::vector<eventstore::CommittedEvent> events;
        for (auto position = from; position <= to; ++position)
            events.push_back(house_.seen(position));
        runtime.committed(events);
    }

  private:
    House& house_;

  public:
    std::unique_ptr<ViewStore> store;
    RecordsProjection records;
    ReadModels models;
    const Projection& availability;
    const Availability& slots;
    RecordQueries queries;
    Runtime runtime;
};

}  // namespace almanac::projections
