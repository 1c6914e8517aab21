// Cursors: where the next page of one query begins. Opaque to callers, base64url of
//     0x01 ‖ log_id 16 ‖ query hash 8 ‖ inclusive u8 ‖ place ‖ checksum 4
// so that a cursor of another log or query, or a garbled one, is refused and never misread. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"

namespace almanac::projections {

struct Place {
    std::string at;          // the key behind the index prefix
    bool inclusive = false;  // begins at it, not after it
};

class CursorCoder {
  public:
    // `query`: everything that makes the query what it is, but for its limit.
    CursorCoder(const kernel::Uuid& log_id, std::string_view query);
    std::string encode(const Place& place) const;
    // Field error /cursor where it is not one of this query and log.
    kernel::Result<Place> decode(std::string_view cursor) const;

  private:
    std::string head_;
};

}  // namespace almanac::projections
