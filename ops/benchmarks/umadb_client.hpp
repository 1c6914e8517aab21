// Callers of an UmaDB over gRPC, as cheap for the machine that is measured as can be: HTTP/2 by
// nghttp2, one connection and one request under way for each caller, all on the calling thread.
// Every request appends one event of 600 bytes of data with three tags, on the condition that no
// event carries the first one. Throws std::runtime_error where a connection fails or an append is
// refused.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace almanac::benchmarks {

class UmaDbClient {
  public:
    UmaDbClient(std::uint16_t port, unsigned connections);  // on 127.0.0.1
    ~UmaDbClient();
    UmaDbClient(const UmaDbClient&) = delete;
    UmaDbClient& operator=(const UmaDbClient&) = delete;
    // Appends for so long; gives how many were done in a second.
    double per_second(double seconds);

  private:
    struct Connection;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::uint64_t next_ = 0;
};

}  // namespace almanac::benchmarks
