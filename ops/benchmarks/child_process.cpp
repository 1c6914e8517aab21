#include "ops/benchmarks/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace almanac::benchmarks {
namespace {
struct Started {
    pid_t pid;
    int output;
};

Started start(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    close(ends[1]);
    return {pid, ends[0]};
}

std::string slurp(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::chrono::milliseconds cpu_time_of_process(pid_t pid) {
    // proc(5): after the command's name in parentheses, utime and stime are the 12th and 13th.
    const auto stat = slurp(fmt::format("/proc/{}/stat", pid));
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

template <class Fn>
void for_each_thread(pid_t pid, const std::vector<std::string>& names, Fn fn) {
    for (const auto& task :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
        std::istringstream name(slurp((task.path() / "comm").string()));
        std::string comm;
        std::getline(name, comm);
        if (std::ranges::find(names, comm) != names.end()) fn(task.path());
    }
}

double wait_until_quiet_of(pid_t pid, std::chrono::seconds limit) {
    constexpr auto step = std::chrono::milliseconds(330);
    const auto begun = std::chrono::steady_clock::now();
    auto busy_until = begun;
    auto used = cpu_time_of_process(pid);
    while (std::chrono::steady_clock::now() - begun < limit) {
        std::this_thread::sleep_for(step);
        const auto now_used = cpu_time_of_process(pid);
        if (now_used - used <= step / 33) break;
        used = now_used;
        busy_until = std::chrono::steady_clock::now();
    }
    return std::chrono::duration<double>(busy_until - begun).count();
}
}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& ready) {
    const auto begun = std::chrono::steady_clock::now();
    const auto started = start(command);
    pid_ = started.pid;
    output_ = started.output;
    std::string text;
    std::array<char, 4096> part{};
    while (true) {
        const auto count = read(output_, part.data(), part.size());
        if (count <= 0) {
            const int status = reap();
            close(output_);
            throw std::runtime_error(
                fmt::format("{} ended with {} before it was ready", command.front(), status));
        }
        text.append(part.data(), static_cast<std::size_t>(count));
        const auto at = text.find(ready);
        if (at == std::string::npos) continue;
        const auto end = text.find('\n', at);
        if (end == std::string::npos) continue;
        ready_text_ = text.substr(at + ready.size(), end - at - ready.size());
        break;
    }
    seconds_until_ready_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

ChildProcess::~ChildProcess() {
    stop();
    if (output_ >= 0) close(output_);
}

std::uint16_t ChildProcess::port() const {
    std::uint16_t port = 0;
    const auto colon = ready_text_.rfind(':');
    if (colon != std::string::npos)
        std::from_chars(&ready_text_[colon + 1], ready_text_.data() + ready_text_.size(), port);
    if (port == 0) throw std::runtime_error("no port in: " + ready_text_);
    return port;
}

std::chrono::milliseconds ChildProcess::cpu_time() const {
    return cpu_time_of_process(pid_);
}

std::chrono::nanoseconds ChildProcess::cpu_time_of(const std::vector<std::string>& threads) const {
    std::chrono::nanoseconds sum{0};
    for_each_thread(pid_, threads, [&](const std::filesystem::path& task) {
        // Linux, sched-stats: the first of the fields is the time spent on the processor.
        std::istringstream fields(slurp((task / "schedstat").string()));
        std::int64_t used = 0;
        fields >> used;
        sum += std::chrono::nanoseconds(used);
    });
    if (sum.count() == 0) throw std::runtime_error("the kernel does not count what threads use");
    return sum;
}

void ChildProcess::leave_for_idle_times(const std::vector<std::string>& threads) const {
    for_each_thread(pid_, threads, [](const std::filesystem::path& task) {
        const sched_param none{};
        if (sched_setscheduler(std::stoi(task.filename().string()), SCHED_IDLE, &none) != 0)
            throw std::runtime_error("a thread keeps its place");
    });
}

std::uint64_t ChildProcess::resident_bytes() const {
    std::istringstream fields(slurp(fmt::format("/proc/{}/statm", pid_)));
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    fields >> total >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double ChildProcess::wait_until_quiet(std::chrono::seconds limit) const {
    return wait_until_quiet_of(pid_, limit);
}
double wait_until_quiet(std::chrono::seconds limit) {
    return wait_until_quiet_of(getpid(), limit);
}

int ChildProcess::reap() {
    if (pid_ < 0) return 0;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int ChildProcess::stop() {
    if (pid_ < 0) return 0;
    ::kill(pid_, SIGTERM);
    return reap();
}

void ChildProcess::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    reap();
}

std::string output_of(const std::vector<std::string>& command) {
    const auto started = start(command);
    std::string text;
    std::array<char, 4096> part{};
    ssize_t count = 0;
    while ((count = read(started.output, part.data(), part.size())) > 0)
        text.append(part.data(), static_cast<std::size_t>(count));
    close(started.output);
    int status = 0;
    waitpid(started.pid, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw std::runtime_error(command.front() + " failed");
    return text;
}

}  // namespace almanac::benchmarks
