// The one place where RocksDB's statuses become this house's rejections.
#pragma once
#include <string_view>

#include "domain/kernel/result.hpp"

namespace rocksdb {
class Status;
}

namespace almanac::eventstore {

// `corrupt`, `disk_full`, `io_error`, `log_missing`, `log_locked`; `doing` says what was tried.
kernel::Rejection translate(const rocksdb::Status& status, std::string_view doing);

}  // namespace almanac::eventstore
