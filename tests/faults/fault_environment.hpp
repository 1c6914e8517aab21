// The disk under log, keyring, views, mark and small files of one data directory, as a test wants
// it: calls fail with EIO or ENOSPC, read bits flip, directories list in any order, and at a power
// loss everything that no sync has covered is lost in part or whole (unsynced.hpp).
// A program that links this folder's library uses this disk; without an environment, or outside its
// root, the disk does as it is told. At most one environment at a time; thread-safe. What is random
// follows the seed, which is printed when the power goes and by the test program.
#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>

namespace almanac::faults {

enum class Call : std::uint8_t {
    create,          // a file or a directory, by open, mkdir or link
    write,           // appended, written at a place, or reserved
    sync,            // fsync or fdatasync of a file
    sync_directory,  // fsync of a directory
    rename,
    remove,
    read,  // by RocksDB
};
inline constexpr std::size_t calls_count = 7;

enum class Effect : std::uint8_t {
    io_error,  // EIO; of a write, seeded, a part may have happened
    no_space,  // ENOSPC, and again until a file is removed; of a write as above
    bit_flip,  // reads only: one bit of the answer
    ignored,   // syncs only: answered well, and nothing is durable
};

struct Fault {
    Call call = Call::sync;
    std::uint64_t nth = 1;  // from now on, of the calls that `where` admits
    Effect effect = Effect::io_error;
    bool lasting = false;    // every call from the nth on; no_space always lasts until a removal
    std::string where = {};  // a part of the path; empty = anywhere below the root
    std::string ends = {};   // how the path ends; empty = in any way
};

// ALMANAC_FAULT_SEED, or a random one; decided once in a program.
std::uint64_t seed_of_this_run();

class FaultEnvironment {
  public:
    explicit FaultEnvironment(const std::filesystem::path& root,
                              std::uint64_t seed = seed_of_this_run());
    ~FaultEnvironment();  // whoever still has files open uses the plain disk from here on
    FaultEnvironment(const FaultEnvironment&) = delete;
    FaultEnvironment& operator=(const FaultEnvironment&) = delete;

    std::uint64_t seed() const;
    std::uint64_t calls(Call call) const;  // tried, failed ones included
    std::uint64_t changes() const;         // all calls but reads

    void fail(Fault fault);  // may be armed several times; a later one is looked at later
    void heal();             // no call fails any more

    // Once the nth change from now on (of this kind) is made and before its call returns, the power
    // goes: no call changes anything any more.
    enum class Then : std::uint8_t {
        ends_process,  // what is unsynced is lost on disk; SIGKILL
        calls_fail,    // with EIO; the test closes everything and calls `restart`
    };
    void power_loss_after(std::uint64_t nth, Then then);
    void power_loss_after(Call call, std::uint64_t nth, Then then);
    bool has_power() const;
    // The power goes now, if it has not gone before; what is unsynced is lost on disk, the power
    // is back, no fault is armed. Nothing below the root may be open.
    void restart();

    // Damage at rest: this bit of the file.
    static void flip_bit(const std::filesystem::path& file, std::uint64_t byte, unsigned bit);

    class State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace almanac::faults
