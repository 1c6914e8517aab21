// One import on its way to a server: lines out, answers back in their order, whatever the
// connection does. What is not answered when it breaks, or when the server says "not now", is sent
// again with the same idempotency keys; so every line is answered once and done once. One thread.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "replay/http_client.hpp"

namespace almanac::replay {

// What became of one line of the file.
struct LineAnswer {
    std::uint64_t line = 0;  // of the file, from 1
    int status = 0;          // of the server; 422 where it was not sent at all
    std::string id;
    bool replayed = false;  // it was done before
    std::optional<kernel::Rejection> refused;
    std::string input;  // as it stood in the file
    bool ok() const { return !refused; }
};

// A line to send; or one that is bad as it stands, and only takes its place among the answers.
struct LineToSend {
    std::uint64_t line = 0;
    std::string text;   // NDJSON without its end
    std::string input;  // as it stood in the file: a key made here would refuse it once corrected
    std::optional<kernel::Rejection> bad = {};
};

class LineSource {
  public:
    virtual ~LineSource() = default;
    virtual Result<std::optional<LineToSend>> next() = 0;
};

class ImportRun {
  public:
    using OnAnswer = std::function<Result<void>(LineAnswer)>;
    ImportRun(HttpClient& client, std::string tenant, LineSource& source, OnAnswer on_answer,
              std::ostream& notes);
    // Until every line is answered; or why not: the connection (after some tries without any
    // progress), the key, the tenant, the source.
    Result<void> run();

  private:
    std::string next_piece();
    bool take_answer(std::string_view text);
    bool settle(LineAnswer answer);
    bool settle_bad();
    Result<bool> exchange();  // true: all is answered

    HttpClient& client_;
    std::string tenant_;
    LineSource& source_;
    OnAnswer on_answer_;
    std::ostream& notes_;
    std::deque<LineToSend> waiting_;  // not answered yet, oldest first
    std::size_t sent_ = 0;            // of these, on this connection
    std::uint64_t answered_ = 0;      // on this connection, what was sent
    bool source_ended_ = false;
    bool progress_ = false;
    std::optional<kernel::Rejection> failed_;  // ends the exchange
};

}  // namespace almanac::replay
