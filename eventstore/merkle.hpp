// The RFC 6962 Merkle tree hash of leaves that come one by one, in memory of log2(n) hashes.
// Leaf hashes are the records' own (record.hpp); an inner node is SHA-256(0x01 ‖ left ‖ right).
#pragma once
#include <vector>

#include "eventstore/record.hpp"

namespace almanac::eventstore {

class MerkleRoot {
  public:
    void add(const Hash& leaf);
    std::uint64_t size() const { return size_; }
    Hash root() const;  // of no leaves: SHA-256 of nothing

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_;  // of the complete subtrees, the largest first
};

}  // namespace almanac::eventstore
