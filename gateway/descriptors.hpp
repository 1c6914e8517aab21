// File descriptors of the process, which connections share with the files of the logs and views.
#pragma once
#include <cstddef>
#include <cstdint>

namespace almanac::gateway {

// Raises the soft limit to the hard one; the limit in force. The soft one is low for the sake of
// programs that use select(), which this is not.
std::uint64_t raise_descriptor_limit();

// Connections that so many descriptors allow: at most half of them, so that a flood of connections
// never leaves a log without a descriptor for its next file; at most `most`.
std::size_t connections_within(std::uint64_t descriptors, std::size_t most);

}  // namespace almanac::gateway
