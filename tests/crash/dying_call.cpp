// Preloaded into a server by the crash campaign: counts the system calls by which anything leaves
// the process (files, their names, sockets) and kills it, as kill -9 does, at the one that was
// asked for. The file named by ALMANAC_DYING_CALL holds three native 64-bit numbers that the
// campaign shares: how many calls are left (0: not armed), how to die, and how many were counted.
// Ways to die: 0 before the call, 1 in the middle of what it writes, 2 after it, 3 while it hangs
// and the other threads go on, until they have made a few calls or had their turn often enough.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>

namespace {
struct Order {
    std::atomic<std::int64_t> left;
    std::atomic<std::int64_t> way;
    std::atomic<std::int64_t> counted;
};
constexpr std::int64_t way_torn = 1, way_after = 2, way_hanging = 3, alive = -1;

Order* the_order() {
    static Order* const order = []() -> Order* {
        const char* file = ::getenv("ALMANAC_DYING_CALL");
        if (!file) return nullptr;
        const auto descriptor = static_cast<int>(::syscall(SYS_open, file, O_RDWR | O_CLOEXEC, 0));
        if (descriptor < 0) return nullptr;
        void* at =
            ::mmap(nullptr, sizeof(Order), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        ::syscall(SYS_close, descriptor);
        return at == MAP_FAILED ? nullptr : static_cast<Order*>(at);
    }();
    return order;
}

[[noreturn]] void die() {
    for (;;) ::kill(::getpid(), SIGKILL);
}

// Counts a call; the way to die of it, or that it lives.
std::int64_t next_call() {
    auto* order = the_order();
    if (!order) return alive;
    order->counted.fetch_add(1, std::memory_order_relaxed);
    if (order->left.load(std::memory_order_relaxed) <= 0) return alive;
    if (order->left.fetch_sub(1, std::memory_order_relaxed) != 1) return alive;
    return order->way.load(std::memory_order_relaxed);
}

void let_others_go_on() {
    constexpr std::int64_t calls = 4;
    constexpr int turns = 20'000;
    const auto until = the_order()->counted.load(std::memory_order_relaxed) + calls;
    for (int turn = 0; turn < turns; ++turn) {
        if (the_order()->counted.load(std::memory_order_relaxed) >= until) return;
        ::sched_yield();
    }
}

template <class... Arguments>
long through(long number, Arguments... arguments) {
    const auto way = next_call();
    if (way == alive) return ::syscall(number, arguments...);
    if (way == way_hanging) let_others_go_on();
    if (way == way_after) ::syscall(number, arguments...);
    die();
}

template <class... Rest>
ssize_t write_through(long number, int descriptor, const void* bytes, std::size_t size,
                      Rest... rest) {
    auto* order = the_order();
    const bool torn = order && order->left.load(std::memory_order_relaxed) == 1 &&
                      order->way.load(std::memory_order_relaxed) == way_torn;
    if (torn && next_call() == way_torn) {
        ::syscall(number, descriptor, bytes, size / 2, rest...);
        die();
    }
    return through(number, descriptor, bytes, size, rest...);
}

mode_t mode_of(int flags, std::va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}
long open_through(const char* path, int flags, mode_t mode) {
    if ((flags & O_CREAT) == 0) return ::syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    return through(SYS_openat, AT_FDCWD, path, flags, mode);
}
}  // namespace

extern "C" {
ssize_t write(int descriptor, const void* bytes, std::size_t size) {
    return write_through(SYS_write, descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void* bytes, std::size_t size, off_t at) {
    return write_through(SYS_pwrite64, descriptor, bytes, size, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t at) {
    return write_through(SYS_pwrite64, descriptor, bytes, size, at);
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
    return through(SYS_writev, descriptor, parts, count);
}
ssize_t sendmsg(int socket, const msghdr* message, int flags) {
    return through(SYS_sendmsg, socket, message, flags);
}
ssize_t send(int socket, const void* bytes, std::size_t size, int flags) {
    return through(SYS_sendto, socket, bytes, size, flags, nullptr, 0);
}
int fsync(int descriptor) {
    return static_cast<int>(through(SYS_fsync, descriptor));
}
int fdatasync(int descriptor) {
    return static_cast<int>(through(SYS_fdatasync, descriptor));
}
int sync_file_range(int descriptor, off64_t from, off64_t size, unsigned flags) {
    return static_cast<int>(through(SYS_sync_file_range, descriptor, from, size, flags));
}
int ftruncate(int descriptor, off_t size) noexcept {
    return static_cast<int>(through(SYS_ftruncate, descriptor, size));
}
int ftruncate64(int descriptor, off64_t size) noexcept {
    return static_cast<int>(through(SYS_ftruncate, descriptor, size));
}
int fallocate(int descriptor, int mode, off_t from, off_t size) {
    return static_cast<int>(through(SYS_fallocate, descriptor, mode, from, size));
}
int fallocate64(int descriptor, int mode, off64_t from, off64_t size) {
    return static_cast<int>(through(SYS_fallocate, descriptor, mode, from, size));
}
int rename(const char* from, const char* to) noexcept {
    return static_cast<int>(through(SYS_rename, from, to));
}
int link(const char* from, const char* to) noexcept {
    return static_cast<int>(through(SYS_link, from, to));
}
int unlink(const char* path) noexcept {
    return static_cast<int>(through(SYS_unlink, path));
}
int mkdir(const char* path, mode_t mode) noexcept {
    return static_cast<int>(through(SYS_mkdir, path, mode));
}
int open(const char* path, int flags, ...) {
    std::va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_through(path, flags, mode));
}
int open64(const char* path, int flags, ...) {
    std::va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_of(flags, arguments);
    va_end(arguments);
    return static_cast<int>(open_through(path, flags, mode));
}
}
