#include "eventstore/merkle.hpp"

#include "domain/kernel/digest.hpp"

namespace almanac::eventstore {
namespace {
Hash node(const Hash& left, const Hash& right) {
    std::string bytes(1, '\x01');
    bytes.append(reinterpret_cast<const char*>(left.data()), left.size());
    bytes.append(reinterpret_cast<const char*>(right.data()), right.size());
    return kernel::sha256(bytes);
}
}  // namespace

void MerkleRoot::add(const Hash& leaf) {
    auto hash = leaf;
    for (auto carry = size_; (carry & 1) != 0; carry >>= 1) {
        hash = node(peaks_.back(), hash);
        peaks_.pop_back();
    }
    peaks_.push_back(hash);
    ++size_;
}

Hash MerkleRoot::root() const {
    if (peaks_.empty()) return kernel::sha256("");
    auto hash = peaks_.back();
    for (auto at = peaks_.rbegin() + 1; at != peaks_.rend(); ++at) hash = node(*at, hash);
    return hash;
}

}  // namespace almanac::eventstore
