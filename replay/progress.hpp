// How far a long piece of work is: on a terminal a bar with events per second and the time left,
// redrawn a few times a second; elsewhere a plain line every few seconds. One thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace almanac::replay {

struct ProgressPoint {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::uint64_t events = 0;
    double seconds = 0;         // since the start
    bool counts_events = true;  // else there is no speed to tell
};
// "[#####.....] 50%  1,200/2,400 appointments  3,100 events/s  12 s left"
std::string progress_text(const ProgressPoint& point, const std::string& unit, bool bar);
std::string grouped(std::uint64_t number);  // 1,234,567

class Progress {
  public:
    Progress(std::ostream& out, bool is_terminal, std::string unit, std::uint64_t total,
             bool counts_events = true);
    void update(std::uint64_t done, std::uint64_t events);  // prints where it is time to
    void finish(std::uint64_t done, std::uint64_t events);  // prints the last state
    double seconds() const;

  private:
    using Clock = std::chrono::steady_clock;
    void print(std::uint64_t done, std::uint64_t events);
    std::ostream& out_;
    bool is_terminal_;
    std::string unit_;
    std::uint64_t total_;
    bool counts_events_;
    Clock::time_point start_;
    Clock::time_point next_;
};

// Pieces of work one behind the other, each with a line of its own. Silent where all is done soon.
class ProgressOfPieces {
  public:
    ProgressOfPieces(std::ostream& out, bool is_terminal,
                     std::chrono::milliseconds silent_for = std::chrono::seconds{1});
    ~ProgressOfPieces();  // prints the last state, where one was printed before
    ProgressOfPieces(const ProgressOfPieces&) = delete;
    ProgressOfPieces& operator=(const ProgressOfPieces&) = delete;
    // Another unit is another piece; of "events" the speed is told too.
    void update(std::string_view unit, std::uint64_t done, std::uint64_t total);

  private:
    void finish();
    std::ostream& out_;
    bool is_terminal_;
    std::chrono::steady_clock::time_point speaks_from_;
    std::string unit_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    bool has_spoken_ = false;  // of this piece
    std::optional<Progress> piece_;
};

}  // namespace almanac::replay
