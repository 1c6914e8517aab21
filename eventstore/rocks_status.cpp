#include "eventstore/rocks_status.hpp"

#include <rocksdb/status.h>

#include <string>

namespace almanac::eventstore {
using kernel::Rejection;
using kernel::RejectionKind;

Rejection translate(const rocksdb::Status& status, std::string_view doing) {
    const auto text = std::string(doing) + ": " + status.ToString();
    const auto is = [&](std::string_view part) { return text.find(part) != std::string::npos; };
    if (status.IsNoSpace() || is("No space left on device"))
        return {RejectionKind::unavailable, "disk_full", text};
    if (status.IsCorruption()) return {RejectionKind::corrupt, "corrupt", text};
    if (status.IsNotFound() || status.IsPathNotFound() ||
        (status.IsInvalidArgument() && is("does not exist")))
        return {RejectionKind::corrupt, "log_missing", text};
    if (status.IsInvalidArgument() && is("exists"))
        return {RejectionKind::unavailable, "data_exists", text};
    if (status.IsIOError() && is("lock")) return {RejectionKind::unavailable, "log_locked", text};
    if (status.IsIOError() && is("No such file or directory"))
        return {RejectionKind::corrupt, "corrupt", text};  // a file the log's manifest names
    return {RejectionKind::unavailable, "io_error", text};
}

}  // namespace almanac::eventstore
