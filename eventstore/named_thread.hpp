// Threads bear names, so that `top -H` and profilers tell who is at work.
#pragma once
#include <pthread.h>

#include <thread>
#include <utility>

namespace almanac::eventstore {

// `name`: 15 characters at most, as Linux has it.
template <class Work>
std::thread named_thread(const char* name, Work work) {
    return std::thread([name, work = std::move(work)]() mutable {
        (void)pthread_setname_np(pthread_self(), name);
        work();
    });
}

}  // namespace almanac::eventstore
