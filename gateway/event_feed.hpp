// `GET /v1/tenants/{tenant}/events`: history page by page, or live as server-sent events. Both read
// the log itself, durable events only. One thread serves all streams: it wakes on commits, sends
// what is new in pages, heartbeats every 15 s, and lets a slow reader's own buffer hold it back.
// Limits: `streams_max` streams; a page looks at 20,000 events at most.
#pragma once
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "gateway/call.hpp"

namespace almanac::gateway {

struct EventFilter {
    std::vector<std::string> types;  // any of them; none = all
    std::vector<std::string> tags;   // all of them
    bool matches(const eventstore::RecordView& record) const;
};

class EventFeed {
  public:
    explicit EventFeed(std::size_t streams_max = 1'000);
    ~EventFeed();
    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

    void handle(CallPtr call);
    void committed();  // from any commit thread
    void stop();
    std::size_t streams() const { return open_.load(); }

  private:
    struct Stream;
    void answer_page(const CallPtr& call, const EventFilter& filter, std::uint64_t from,
                     std::size_t limit);
    void open_stream(const CallPtr& call, EventFilter filter, std::uint64_t from);
    void run();
    bool pump(Stream& stream);  // false: it ended

    std::size_t streams_max_;
    std::atomic<std::size_t> open_{0};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::list<std::shared_ptr<Stream>> streams_;
    bool dirty_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

// One event as JSON: record fields and position, data and metadata as they are stored (sealed).
std::string event_json(unsigned partition, std::uint64_t position,
                       const eventstore::RecordView& record);

}  // namespace almanac::gateway
