// Preloaded into a server by clock_test.py: CLOCK_REALTIME is off by the seconds that stand in the
// file named by WANDERING_CLOCK_SECONDS. The machine's own clock is left alone.
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const auto answer = ::syscall(SYS_clock_gettime, clock, now);
    const char* file = clock == CLOCK_REALTIME ? ::getenv("WANDERING_CLOCK_SECONDS") : nullptr;
    if (answer != 0 || !file) return static_cast<int>(answer);
    const int descriptor = ::open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    std::array<char, 32> text{};
    if (::read(descriptor, text.data(), text.size() - 1) > 0)
        now->tv_sec += std::strtol(text.data(), nullptr, 10);
    ::close(descriptor);
    return 0;
}
