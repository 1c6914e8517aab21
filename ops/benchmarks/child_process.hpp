// A server started for a measurement: its standard output is read until the line that says where it
// listens, then ignored. Ended with SIGTERM by the destructor, and by the kernel if this process
// dies first. Not thread-safe. Throws std::runtime_error where it cannot be started.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace almanac::benchmarks {

class ChildProcess {
  public:
    // Waits until a line of its output begins with `ready`; the rest of that line is `ready_text`.
    ChildProcess(const std::vector<std::string>& command, const std::string& ready);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    const std::string& ready_text() const { return ready_text_; }
    std::uint16_t port() const;  // at the end of `ready_text`
    double seconds_until_ready() const { return seconds_until_ready_; }
    std::chrono::milliseconds cpu_time() const;
    // Of the threads that have one of these names and live.
    std::chrono::nanoseconds cpu_time_of(const std::vector<std::string>& threads) const;
    // Threads of these names run from now on while nobody else wants the processor (SCHED_IDLE).
    void leave_for_idle_times(const std::vector<std::string>& threads) const;
    std::uint64_t resident_bytes() const;
    // Waits until it uses less than 3% of a core; gives the seconds that took, at most `limit`.
    double wait_until_quiet(std::chrono::seconds limit) const;
    int stop();  // SIGTERM, then its exit status
    void kill();

  private:
    int reap();
    pid_t pid_ = -1;
    int output_ = -1;
    std::string ready_text_;
    double seconds_until_ready_ = 0;
};

// The same of this process, whose database goes on packing what was written.
double wait_until_quiet(std::chrono::seconds limit);

// Standard output of a command that ends with status 0.
std::string output_of(const std::vector<std::string>& command);

}  // namespace almanac::benchmarks
