// One thread that writes all that was submitted meanwhile in one synced RocksDB batch, then says
// so: what a server does at least that acknowledges only what is durable. `submit` may be called
// from any thread. The reference of ops/bench: no domain, no checks.
#pragma once
#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace almanac::benchmarks {

struct CommitOptions {
    std::filesystem::path directory;
    bool equal = false;               // hash, notes sealed, three column families
    unsigned keys = 3;                // per request, the record's own included
    std::size_t record_bytes = 1150;  // of each record (equal only; bare stores the body)
};

// A request on its way through the commit. The body must live until `done`.
struct Entry {
    std::string_view body;
    std::array<std::string_view, 3> ids;  // service, client, start: what keys are made of
    std::uint64_t position = 0;           // set before `done`
    void* owner = nullptr;
};

class GroupCommit {
  public:
    using Done = std::function<void(std::vector<Entry*>&&)>;  // on the commit's thread
    GroupCommit(const CommitOptions& options, Done done);     // throws std::runtime_error
    ~GroupCommit();
    void submit(Entry* entry);

  private:
    struct Store;
    void run();
    void put(Entry& entry);
    void put_bare(const Entry& entry);
    void put_equal(const Entry& entry);
    void append_sealed(std::string& out) const;

    CommitOptions options_;
    Done done_;
    std::unique_ptr<Store> store_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Entry*> queued_;
    bool stopping_ = false;
    std::uint64_t position_ = 0;
    std::thread thread_;
};

}  // namespace almanac::benchmarks
