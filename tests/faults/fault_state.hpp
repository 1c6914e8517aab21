// What the fault environment's parts share: one call's way past the faults and the power.
#pragma once
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "tests/faults/fault_environment.hpp"
#include "tests/faults/unsynced.hpp"

namespace almanac::faults {

class FaultEnvironment::State {
  public:
    State(const std::filesystem::path& root, std::uint64_t seed);
    static State* current();  // null: the plain disk
    static void install(State* state);

    Unsynced unsynced;
    const std::uint64_t seed;

    struct Verdict {
        int error = 0;
        bool flips_bit = false;
        bool ignored = false;
        bool last = false;         // the power goes once this call is done
        std::uint64_t random = 0;  // for the call's own choices
    };
    Verdict judge(Call call, const std::filesystem::path& path);
    std::uint64_t random();
    void space_freed();
    void power_goes();
    void arm_power_loss(std::optional<Call> call, std::uint64_t nth, Then then);
    void arm(Fault fault);
    void heal();
    void restart();

    // Held shared by every call while it changes the disk, alone by the loss.
    std::shared_mutex power;
    std::atomic<bool> off = false;
    std::array<std::atomic<std::uint64_t>, calls_count> calls{};

  private:
    struct Armed {
        Fault fault;
        std::uint64_t seen = 0;
        bool over = false;
    };
    struct PowerLoss {
        std::optional<Call> call;
        std::uint64_t left = 0;
        Then then = Then::calls_fail;
    };
    std::mutex mutex_;
    std::mt19937_64 random_;
    std::vector<Armed> armed_;
    std::optional<PowerLoss> loss_;
};

// One call: admitted or refused when it is made, and the end of the power when it is over.
class Admission {
  public:
    Admission(Call call, const std::filesystem::path& path);
    ~Admission();
    Admission(const Admission&) = delete;
    Admission& operator=(const Admission&) = delete;

    // Null where the call is not the environment's business.
    FaultEnvironment::State* environment() const { return state_; }
    int error() const { return verdict_.error; }  // not 0: the call is not to be made
    const FaultEnvironment::State::Verdict& verdict() const { return verdict_; }
    // How much of a refused write happens all the same: a part, or nothing.
    std::size_t part_of(std::size_t bytes) const;

  private:
    FaultEnvironment::State* state_ = nullptr;
    FaultEnvironment::State::Verdict verdict_;
    std::shared_lock<std::shared_mutex> power_;
};

}  // namespace almanac::faults
