// How far a long piece of work is: on a terminal a bar with events per second and the time left,
// redrawn a few times a second; elsewhere a plain line every few seconds. One thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace almanac::replay {

struct ProgressPoint {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::uint64_t events = 0;
    double seconds = 0;  // since the start
};
// "[#####.....] 50%  1,200/2,400 appointments  3,100 events/s  12 s left"
std::string progress_text(const ProgressPoint& point, const std::string& unit, bool bar);
std::string grouped(std::uint64_t number);  // 1,234,567

class Progress {
  public:
    Progress(std::ostream& out, bool is_terminal, std::string unit, std::uint64_t total);
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
    Clock::time_point start_;
    Clock::time_point next_;
};

}  // namespace almanac::replay
