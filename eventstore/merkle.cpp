#include "eventstore/merkle.hpp"

#include "domain/kernel/digest.hpp"

namespace almanac::eventstore {
namespace {
Hash node(const Hash& left, const Hash& right) {
    const auto text = [](const Hash& hash) {
        return std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size());
    };
    return kernel::sha256({"\x01", text(left), text(right)});
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
