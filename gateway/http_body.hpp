// A request's body that is read while the request is answered, for routes that take more than fits
// into memory (ServerOptions::stream_body). The handler asks for one piece after another; nothing
// is read from the network before it asks, so a slow handler slows the sender. Pieces have passed
// every framing rule of http_framing.hpp. Given by a Session, or by a test.
#pragma once
#include <functional>
#include <string>

#include "gateway/http_framing.hpp"

namespace almanac::gateway {

struct BodyPiece {
    enum class End {
        more,      // there may be more
        complete,  // these were the last bytes
        broken     // it never became complete: `fault` says why, and no more comes
    };
    std::string bytes = {};
    End end = End::more;
    Fault fault = {};
};

class BodySource {
  public:
    using Callback = std::move_only_function<void(BodyPiece)>;
    virtual ~BodySource() = default;
    // The next piece, on the connection's thread: keep the callback short. From any thread, one at
    // a time; after a complete or broken piece there is none.
    virtual void next(Callback callback) = 0;
};

}  // namespace almanac::gateway
