#include "tests/faults/fault_environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string_view>

#include "tests/faults/fault_state.hpp"

namespace almanac::faults {
namespace {
std::atomic<FaultEnvironment::State*> installed = nullptr;

int error_of(Effect effect) {
    switch (effect) {
        case Effect::io_error:
            return EIO;
        case Effect::no_space:
            return ENOSPC;
        case Effect::ignored:
        case Effect::bit_flip:
            return 0;
    }
    return EIO;
}
}  // namespace

std::uint64_t seed_of_this_run() {
    static const std::uint64_t seed = [] {
        const char* given = std::getenv("ALMANAC_FAULT_SEED");
        if (!given) return static_cast<std::uint64_t>(std::random_device{}());
        const std::string_view text(given);
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size())
            throw std::runtime_error("ALMANAC_FAULT_SEED is not a whole number.");
        return number;
    }();
    return seed;
}

FaultEnvironment::State::State(const std::filesystem::path& root, std::uint64_t seed_given)
    : unsynced(root), seed(seed_given), random_(seed_given) {}

FaultEnvironment::State* FaultEnvironment::State::current() {
    return installed;
}
void FaultEnvironment::State::install(State* state) {
    installed = state;
}

FaultEnvironment::State::Verdict FaultEnvironment::State::judge(Call call,
                                                                const std::filesystem::path& path) {
    const std::scoped_lock lock(mutex_);
    ++calls[static_cast<std::size_t>(call)];
    Verdict verdict;
    verdict.random = random_();
    for (auto& armed : armed_) {
        const auto& fault = armed.fault;
        if (armed.over || fault.call != call) continue;
        if (path.native().find(fault.where) == std::string::npos) continue;
        if (!path.native().ends_with(fault.ends)) continue;
        if (++armed.seen < fault.nth) continue;
        armed.over = !fault.lasting;
        verdict.error = error_of(fault.effect);
        verdict.flips_bit = fault.effect == Effect::bit_flip;
        verdict.ignored = fault.effect == Effect::ignored;
        break;
    }
    if (loss_ && (loss_->call ? call == *loss_->call : call != Call::read) && loss_->left > 0)
        verdict.last = --loss_->left == 0;
    return verdict;
}

std::uint64_t FaultEnvironment::State::random() {
    const std::scoped_lock lock(mutex_);
    return random_();
}

void FaultEnvironment::State::space_freed() {
    const std::scoped_lock lock(mutex_);
    for (auto& armed : armed_)
        if (armed.fault.effect == Effect::no_space && armed.seen >= armed.fault.nth)
            armed.over = true;
}

void FaultEnvironment::State::power_goes() {
    const std::scoped_lock alone(power);
    if (off.exchange(true)) return;
    Then then = Then::calls_fail;
    {
        const std::scoped_lock lock(mutex_);
        if (loss_) then = loss_->then;
    }
    switch (then) {
        case Then::calls_fail:
            return;
        case Then::ends_process:
            break;
    }
    std::mt19937_64 choices(seed);
    unsynced.lose(choices);
    fmt::print(stderr, "The power went (fault seed {}).\n", seed);
    // No destructor, no exit handler, no other thread may write after this.
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

void FaultEnvironment::State::arm_power_loss(std::optional<Call> call, std::uint64_t nth,
                                             Then then) {
    const std::scoped_lock lock(mutex_);
    loss_ = PowerLoss{call, nth, then};
}
void FaultEnvironment::State::arm(Fault fault) {
    if (fault.effect == Effect::no_space) fault.lasting = true;
    const std::scoped_lock lock(mutex_);
    armed_.push_back({std::move(fault)});
}
void FaultEnvironment::State::heal() {
    const std::scoped_lock lock(mutex_);
    armed_.clear();
}

void FaultEnvironment::State::restart() {
    const std::scoped_lock alone(power);
    std::mt19937_64 choices(random());
    unsynced.lose(choices);
    heal();
    {
        const std::scoped_lock lock(mutex_);
        loss_.reset();
    }
    off = false;
}

Admission::Admission(Call call, const std::filesystem::path& path)
    : state_(FaultEnvironment::State::current()) {
    if (state_ == nullptr) return;
    const auto name = plain_path(path);
    if (!state_->unsynced.covers(name)) {
        state_ = nullptr;
        return;
    }
    power_ = std::shared_lock(state_->power);
    if (state_->off) {
        verdict_.error = call == Call::read ? 0 : EIO;
        return;
    }
    verdict_ = state_->judge(call, name);
}

Admission::~Admission() {
    if (state_ == nullptr) return;
    power_.unlock();
    if (verdict_.last) state_->power_goes();
}

std::size_t Admission::part_of(std::size_t bytes) const {
    if (state_ == nullptr || state_->off || bytes == 0) return 0;
    return verdict_.random % 2 == 0 ? 0 : (verdict_.random >> 1) % bytes;
}

FaultEnvironment::FaultEnvironment(const std::filesystem::path& root, std::uint64_t seed)
    : state_(std::make_unique<State>(root, seed)) {
    if (State::current() != nullptr) throw std::logic_error("There is a fault environment.");
    State::install(state_.get());
}
FaultEnvironment::~FaultEnvironment() {
    State::install(nullptr);
}

std::uint64_t FaultEnvironment::seed() const {
    return state_->seed;
}
std::uint64_t FaultEnvironment::calls(Call call) const {
    return state_->calls[static_cast<std::size_t>(call)];
}
std::uint64_t FaultEnvironment::changes() const {
    std::uint64_t sum = 0;
    for (const auto& count : state_->calls) sum += count;
    return sum - calls(Call::read);
}
void FaultEnvironment::fail(Fault fault) {
    state_->arm(std::move(fault));
}
void FaultEnvironment::heal() {
    state_->heal();
}
void FaultEnvironment::power_loss_after(std::uint64_t nth, Then then) {
    state_->arm_power_loss(std::nullopt, nth, then);
}
void FaultEnvironment::power_loss_after(Call call, std::uint64_t nth, Then then) {
    state_->arm_power_loss(call, nth, then);
}
bool FaultEnvironment::has_power() const {
    return !state_->off;
}
void FaultEnvironment::restart() {
    state_->restart();
}

void FaultEnvironment::flip_bit(const std::filesystem::path& file, std::uint64_t byte,
                                unsigned bit) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    char value = 0;
    const auto at = static_cast<off_t>(byte);
    bool done = descriptor >= 0 && ::pread(descriptor, &value, 1, at) == 1;
    value = static_cast<char>(value ^ (1 << bit));
    done = done && ::pwrite(descriptor, &value, 1, at) == 1;
    if (descriptor >= 0) ::close(descriptor);
    if (!done) throw std::runtime_error("Cannot flip a bit of " + file.string());
}

}  // namespace almanac::faults
