// Backups of the running server, asked for by an administrator: one at a time, on a thread of its
// own, which reads the logs, views and keyrings while they are written (eventstore/backup.hpp).
// `start` answers 202 at once, `status` how far it is or how it ended. A stop of the server ends
// it; then nothing of it is left. Thread-safe.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "eventstore/backup.hpp"
#include "gateway/backup_wish.hpp"
#include "gateway/call.hpp"
#include "gateway/views.hpp"

namespace almanac::gateway {

class Backups {
  public:
    Backups(eventstore::Store& store, Views& views) : store_(store), views_(views) {}
    ~Backups();  // stop
    Backups(const Backups&) = delete;
    Backups& operator=(const Backups&) = delete;

    void start(const CallPtr& call);
    void status(const CallPtr& call);
    void stop();  // before store and views are closed

  private:
    kernel::Result<BackUp> wish_of(const Call& call) const;
    kernel::Result<void> begin(BackUp wish);
    void run(const BackUp& wish);
    kernel::json::Object state() const;

    eventstore::Store& store_;
    Views& views_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;  // what follows
    std::thread thread_;
    bool running_ = false;
    std::string directory_;
    eventstore::BackupProgress progress_;
    std::optional<kernel::Result<eventstore::BackupReport>> ended_;
};

}  // namespace almanac::gateway
