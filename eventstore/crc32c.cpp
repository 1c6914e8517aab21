#include "eventstore/crc32c.hpp"

#include <isa-l/crc.h>

#include <algorithm>
#include <limits>

namespace almanac::eventstore {
namespace {

// ISA-L neither begins with nor ends in the complement, does not change what it reads although it
// does not say so, and counts bytes in an int.
std::uint32_t extended(std::uint32_t crc, const char* bytes, std::size_t count) {
    constexpr std::size_t most = std::numeric_limits<int>::max();
    crc = ~crc;
    for (std::size_t done = 0; done < count;) {
        const auto piece = std::min(most, count - done);
        auto* from = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes + done));
        crc = crc32_iscsi(from, static_cast<int>(piece), crc);
        done += piece;
    }
    return ~crc;
}
}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    return extended(0, bytes.data(), bytes.size());
}

}  // namespace almanac::eventstore

// Debian builds RocksDB for every x86-64: without the processor's CRC-32C, which is a fortieth of a
// booking. Where RocksDB is linked in, its `crc32c::Extend` is this one (CMakeLists.txt, --wrap).
extern "C" std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc,
                                                                const char* bytes,
                                                                std::size_t count);
extern "C" std::uint32_t __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm(std::uint32_t crc,
                                                                const char* bytes,
                                                                std::size_t count) {
    return almanac::eventstore::extended(crc, bytes, count);
}
