// JSON that is read, looked into and dropped at once: the whole tree lies in one piece of memory
// that is given back as a whole, at a third of the cost of a tree whose every part is allocated and
// freed. What is copied out of it lives on its own. On the stack; not thread-safe.
#pragma once
#include <boost/json/monotonic_resource.hpp>

#include "domain/kernel/json.hpp"

namespace almanac::kernel::json {

class Arena {
  public:
    // As json::parse; the value lives no longer than the arena.
    Result<Value> parse(std::string_view text);

  private:
    unsigned char first_[8'192];  // most events need no more
    boost::json::monotonic_resource memory_{first_, sizeof first_};
};

}  // namespace almanac::kernel::json
