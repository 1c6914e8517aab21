// A partition in a temporary directory with a writer over it, for tests of the store.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "eventstore/data_directory.hpp"
#include "eventstore/writer.hpp"

namespace almanac::eventstore {

class TemporaryDirectory {
  public:
    // Where many directories are made and nothing depends on a real disk, memory is quicker.
    explicit TemporaryDirectory(bool in_memory = false) {
        const std::filesystem::path memory = "/dev/shm";
        const bool use_memory = in_memory && std::filesystem::is_directory(memory);
        const auto parent = use_memory ? memory : std::filesystem::temp_directory_path();
        auto name = (parent / "almanac-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// Opens once; whoever waits goes on then.
class Gate {
  public:
    void open() { opened_.set_value(); }
    void pass() { future_.wait(); }

  private:
    std::promise<void> opened_;
    std::shared_future<void> future_ = opened_.get_future().share();
};

inline TenantId tenant_number(std::uint8_t number) {
    TenantId tenant;
    tenant.bytes = {1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, number};
    return tenant;
}

inline EventDraft draft(std::string type, std::vector<std::string> tags, std::string data = "{}") {
    static thread_local std::mt19937_64 random(std::random_device{}());
    EventDraft event;
    for (auto& byte : event.id.bytes) byte = static_cast<std::uint8_t>(random());
    event.type = std::move(type);
    event.tags = std::move(tags);
    event.data = std::move(data);
    return event;
}

inline CommandMeta by_test() {
    return {{"user", "test"}, "request-1", ""};
}

inline kernel::Instant noon() {
    return *kernel::parse_instant("2026-12-01T12:00:00Z");
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline CreateOptions small_directory(unsigned partitions = 1, void* env = nullptr) {
    CreateOptions options;
    options.partitions = partitions;
    options.ballast_bytes = 1 << 16;
    options.log.env = env;
    return options;
}
inline OpenOptions small_open(void* env = nullptr) {
    OpenOptions options;
    options.ballast_bytes = 1 << 16;
    options.log.env = env;
    return options;
}

// A data directory of one partition, created at once, opened by `start`.
class WriterTest : public testing::Test {
  protected:
    explicit WriterTest(void* env = nullptr) : env_(env) {
        must(DataDirectory::create(directory_.path() / "data", small_directory(1, env)));
        reopen();
    }
    void reopen() {
        writer_.reset();
        partition_.reset();
        held_.reset();
        held_.emplace(must(DataDirectory::open(directory_.path() / "data")));
        partition_.emplace(must(held_->open_partition(0, small_open(env_))));
    }
    Writer& start(WriterHooks hooks = {}, WriterOptions options = {}) {
        writer_.reset();
        writer_ = std::make_unique<Writer>(*partition_->log, *partition_->mark, clock_,
                                           std::move(hooks), options);
        return *writer_;
    }
    // The commit thread does its work itself: what is queued during a sync is decided meanwhile.
    static WriterOptions never_alone() {
        WriterOptions options;
        options.alone_jobs_max = 0;
        return options;
    }
    Log& log() { return *partition_->log; }
    const Mark& mark() { return partition_->mark->current(); }

    // Submits and answers how it ended, later.
    std::future<Outcome> submit(std::move_only_function<void(Stage&)> decide) {
        auto promise = std::make_shared<std::promise<Outcome>>();
        auto future = promise->get_future();
        Job job;
        job.decide = std::move(decide);
        job.done = [promise](Outcome outcome) { promise->set_value(outcome); };
        must(writer_->submit(std::move(job)));
        return future;
    }
    std::future<Outcome> append(std::vector<std::string> tags, std::uint8_t tenant = 1) {
        return submit([tags = std::move(tags), tenant](Stage& stage) {
            must(stage.append(tenant_number(tenant), by_test(), {draft("test.happened", tags)}));
        });
    }

    TemporaryDirectory directory_;
    void* env_ = nullptr;
    std::optional<DataDirectory> held_;
    std::optional<Partition> partition_;
    ManualClock clock_{noon()};
    std::unique_ptr<Writer> writer_;
};

}  // namespace almanac::eventstore
