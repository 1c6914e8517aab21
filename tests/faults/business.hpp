// A small business on a data directory that may fail: events of one to three per command, sealed
// values, tags, an unsynced past nobody was told of; and the look at what is left of it.
// Small write buffers, so that tables, manifests and write-ahead logs come and go. Every command is
// waited for, so that calls of the disk come in nearly the same order in every run.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "eventstore/backup.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/partition_keys.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::faults {

// Answers as they were given, whatever becomes of the disk. By event id.
struct Told {
    struct Event {
        std::uint64_t position;
        std::string subject;
        std::string plain;  // what is sealed in it
    };
    std::map<std::string, Event> asked;         // position 0: no answer, or none that says where
    std::map<std::string, Event> acknowledged;  // a part of `asked`
    std::uint64_t commands = 0;
};

class Business {
  public:
    struct Options {
        std::size_t alone_jobs_max = 64;
        int mark_interval_ms = 0;
        // Not 0: prepared.wal's thread makes calls of its own, in another order in every run.
        std::uint64_t wal_prepared_bytes = 0;
        bool checks_first = true;  // a look at everything, before the first command
    };
    explicit Business(std::filesystem::path data) : data_(std::move(data)) {}

    kernel::Result<void> create();
    kernel::Result<void> open(const Options& options);
    // Until one is not acknowledged; answers how many were.
    int run(Told& told, int commands);
    void close();

    // What is there against what was told, or `corrupt`. A wrong answer is a failure of the test.
    kernel::Result<void> check(const Told& told);
    // The same of a directory that is only read: detected, or the first thing that is wrong.
    static kernel::Result<void> look(const std::filesystem::path& data, const Told& told);

    const eventstore::Log& log() const { return *partition_->log; }
    eventstore::WriterStatus status() const { return writer_->status(); }
    std::string failure() const { return failure_; }
    std::filesystem::path ballast() const { return data_ / "p0000" / "ballast"; }
    eventstore::BackupSource source() const;  // while it is open
    static void write_master_key(const std::filesystem::path& file);

  private:
    static kernel::Result<void> compare(const eventstore::Log& log, eventstore::Keyring& keyring,
                                        const Told& told);
    std::filesystem::path data_;
    std::optional<eventstore::DataDirectory> held_;
    std::optional<eventstore::Partition> partition_;
    std::unique_ptr<eventstore::Keyring> keyring_;
    eventstore::ManualClock clock_{eventstore::noon()};
    std::unique_ptr<eventstore::Writer> writer_;
    std::string failure_;
};

}  // namespace almanac::faults
