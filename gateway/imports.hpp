// `POST /v1/tenants/{tenant}/import`: lines of commands in, a line of answer for each out, in
// order, in memory that does not grow with either. One thread serves all imports: it parses lines
// and submits them in their order to the tenant's writer, many in flight at once; decisions and so
// effects keep that order. Each line is authorised, idempotent and answered as a request of its own
// on the command's route would be. What stops an import (the server stops, its disk failed, the key
// was revoked, the body breaks off) is the answer of the first line that was not tried; none
// follow. Limits: lines of `line_bytes_max`, `lines_in_flight_max` and `bytes_in_flight_max` not
// yet decided, `answer_bytes_max` not yet taken by the client: where any is reached nothing more is
// read; an answer names `line_errors_max` faults. Lines count against the rate limits: an import
// waits where a request would be refused, and leaves half of what there is to others.
#pragma once
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "gateway/auth.hpp"
#include "gateway/call_limits.hpp"
#include "gateway/http_body.hpp"
#include "gateway/import_line.hpp"
#include "gateway/line_splitter.hpp"

namespace almanac::gateway {

struct ImportOptions {
    std::size_t line_bytes_max = 1UL << 20;
    std::size_t lines_in_flight_max = 256;
    std::size_t bytes_in_flight_max = 8UL << 20;
    std::size_t answer_bytes_max = 4UL << 20;
    std::size_t imports_max = 64;
    std::size_t imports_of_tenant_max = 8;
};

struct ImportStatus {
    std::size_t open = 0;
    std::uint64_t lines_done = 0;     // accepted, first or again, since start
    std::uint64_t lines_refused = 0;  // since start
    std::uint64_t stalls = 0;         // times a client that did not read held up its import
};

struct ImportRun;  // import_run.hpp
using ImportRunPtr = std::shared_ptr<ImportRun>;

class Imports {
  public:
    Imports(eventstore::Store& store, const ApiKeyTable& keys, CallLimits& limits,
            std::span<const RouteEntry> table, PublicUrl url, ImportOptions options = {});
    ~Imports();  // stop
    Imports(const Imports&) = delete;
    Imports& operator=(const Imports&) = delete;

    // A key that may do nothing a line could say is refused before any is read.
    bool may_any(const Principal& principal) const { return reader_.may_any(principal); }
    void handle(const CallPtr& call);
    void stop();  // before the store is closed
    ImportStatus status() const;

  private:
    enum class Settled { done, refused, halting };
    kernel::Result<void> take_place(const kernel::TenantId& tenant);
    void give_back(const kernel::TenantId& tenant);
    void begin(const CallPtr& call, std::shared_ptr<BodySource> body, std::shared_ptr<void> place,
               BodyPiece first);
    void wake();
    void run();
    bool pump(const ImportRunPtr& run);  // false: it ended
    void submit_lines(const ImportRunPtr& run);
    bool has_room(const ImportRun& run);
    bool paced(ImportRun& run);
    kernel::Result<eventstore::CommandRequest> request_of(ImportRun& run, const NumberedLine& line);
    kernel::Result<eventstore::CommandRequest> read(ImportRun& run, const NumberedLine& line);
    void submit(const ImportRunPtr& run, const NumberedLine& line);
    void settle(ImportRun& run, std::uint64_t slot, std::uint64_t number,
                const kernel::Rejection& rejection);
    void settle(ImportRun& run, std::uint64_t slot, std::string answer, Settled how);
    void ask_for_more(const ImportRunPtr& run);
    bool ended(ImportRun& run);

    eventstore::Store& store_;
    const ApiKeyTable& keys_;
    CallLimits& limits_;
    const ImportLineReader reader_;
    const PublicUrl url_;
    const ImportOptions options_;
    std::atomic<std::uint64_t> lines_done_{0};
    std::atomic<std::uint64_t> lines_refused_{0};
    std::atomic<std::uint64_t> stalls_{0};
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::list<ImportRunPtr> runs_;
    std::map<kernel::TenantId, std::size_t> open_;  // places taken, by tenant
    std::size_t open_total_ = 0;
    bool dirty_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace almanac::gateway
