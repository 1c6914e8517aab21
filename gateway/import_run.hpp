// One import while it runs: what was read, which lines are in flight, which answers wait. Internal
// to Imports. The first part belongs to the thread of all imports, the second to its mutex: answers
// come on the commit threads, the body and the client's leaving on the connection's.
#pragma once
#include <chrono>
#include <deque>
#include <mutex>

#include "gateway/call.hpp"
#include "gateway/http_body.hpp"
#include "gateway/line_splitter.hpp"

namespace almanac::gateway {

struct ImportRun {
    using Time = std::chrono::steady_clock::time_point;
    struct Slot {
        std::size_t bytes = 0;
        std::string answer;
        bool done = false;
    };

    ImportRun(CallPtr c, std::shared_ptr<BodySource> b, std::shared_ptr<void> p,
              std::size_t line_bytes_max)
        : call(std::move(c)), body(std::move(b)), place(std::move(p)), lines(line_bytes_max) {}

    const CallPtr call;
    const std::shared_ptr<BodySource> body;  // null: there is none
    const std::shared_ptr<void> place;       // among those that may run
    LineSplitter lines;
    std::optional<NumberedLine> held;  // its turn has not come
    bool hungry = true;                // no whole line is left
    bool body_ended = false;
    std::optional<Problem> farewell;  // answers the first line that is not tried
    Time not_before = Time::max();

    std::mutex mutex;
    StreamHandle stream;
    std::vector<BodyPiece> inbox;
    bool asked = false;     // for a piece
    bool halted = false;    // no line is tried any more
    bool stopping = false;  // the server is
    bool starved = false;   // the client takes no more just now
    std::deque<Slot> slots;
    std::uint64_t first_slot = 0;
    std::size_t bytes_in_flight = 0;
    std::string ready;  // answers that the stream did not take yet
    std::uint64_t done = 0;
    std::uint64_t refused = 0;

    void flush();  // with the mutex held
};

inline constexpr std::size_t line_errors_max = 100;  // that an answer names

std::string answer_line(std::uint64_t number, const kernel::CommandType& type,
                        const eventstore::CommandAnswer& answer);
std::string answer_line(std::uint64_t number, const Problem& problem, std::string_view request_id,
                        bool replayed);
Problem problem_of(const Fault& fault);

}  // namespace almanac::gateway
