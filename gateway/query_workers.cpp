#include "gateway/query_workers.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <utility>

#include "eventstore/named_thread.hpp"

namespace almanac::gateway {

QueryWorkers::QueryWorkers(std::size_t threads, std::size_t queue_max) : queue_max_(queue_max) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.push_back(eventstore::named_thread("query", [this] { run(); }));
}

QueryWorkers::~QueryWorkers() {
    stop();
}

bool QueryWorkers::submit(Work&& work) {
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_ || queue_.size() >= queue_max_) return false;
        queue_.push_back(std::move(work));
    }
    wake_.notify_one();
    return true;
}

void QueryWorkers::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void QueryWorkers::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        auto work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        try {
            work();
        } catch (const std::exception& error) {
            spdlog::error("query failed: error={}", error.what());
        }
        work = nullptr;  // what it holds goes before the lock is taken
        lock.lock();
    }
}

}  // namespace almanac::gateway
