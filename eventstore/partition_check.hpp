// What is read and compared before a partition is opened for real; nothing on disk changes here.
// For partition_open.cpp and loss.cpp only.
#pragma once
#include <memory>
#include <optional>

#include "eventstore/data_directory.hpp"

namespace almanac::eventstore {

struct Inspected {
    std::unique_ptr<Log> log;  // read-only
    std::optional<Fork> fork;
};
// Log, mark and keyring agree, or a refusal.
Result<Inspected> inspect(const Partition& partition, const OpenOptions& options);
// The log alone, believed as far as `mark` tells whether its list of files is whole.
Result<Inspected> open_read_only(const Partition& partition, const std::optional<Mark>& mark,
                                 const OpenOptions& options);
Result<void> compare_keyring(const Partition& partition, const Log& log,
                             const std::optional<Mark>& mark, const std::optional<Fork>& fork,
                             const OpenOptions& options);
// The mark that says what the log holds now.
Result<Mark> mark_of(const Log& log);
// For real. A disk that is full gets the ballast's room to recover in.
Result<std::unique_ptr<Log>> open_writable(const Partition& partition, const OpenOptions& options);

}  // namespace almanac::eventstore
