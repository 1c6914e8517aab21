// Threads for queries that had to wait until a view was fresh enough: a slow one holds back neither
// the thread that keeps the views nor one that serves connections. In order of arrival; bounded.
// Thread-safe. What throws is logged, and its call answers 500 as it is dropped.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace almanac::gateway {

class QueryWorkers {
  public:
    using Work = std::move_only_function<void()>;

    explicit QueryWorkers(std::size_t threads = 2, std::size_t queue_max = 10'000);
    ~QueryWorkers();  // stop
    QueryWorkers(const QueryWorkers&) = delete;
    QueryWorkers& operator=(const QueryWorkers&) = delete;

    // False: `queue_max` wait already, or it stops; `work` is untouched.
    bool submit(Work&& work);
    void stop();  // after all that waits; idempotent

  private:
    void run();

    std::size_t queue_max_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Work> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace almanac::gateway
