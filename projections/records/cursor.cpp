#include "projections/records/cursor.hpp"

#include <sodium.h>

#include "domain/kernel/digest.hpp"

namespace almanac::projections {
namespace {
constexpr std::size_t checksum_bytes = 4;
constexpr std::size_t cursor_chars_max = 8'192;
constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string digest_of(std::string_view bytes, std::size_t size) {
    const auto digest = kernel::sha256(bytes);
    return {reinterpret_cast<const char*>(digest.data()), size};
}
}  // namespace

CursorCoder::CursorCoder(const kernel::Uuid& log_id, std::string_view query) : head_("\x01") {
    head_.append(log_id.view()).append(digest_of(query, 8));
}

std::string CursorCoder::encode(const Place& place) const {
    auto bytes = head_;
    bytes += place.inclusive ? '\1' : '\0';
    bytes.append(place.at);
    bytes.append(digest_of(bytes, checksum_bytes));
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(),
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    text.pop_back();  // its 0x00
    return text;
}

kernel::Result<Place> CursorCoder::decode(std::string_view cursor) const {
    const auto refuse = [] {
        return kernel::invalid_field("/cursor", "cursor", "This cursor is not of this query.");
    };
    if (cursor.size() > cursor_chars_max) return refuse();
    std::string bytes(cursor.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                          cursor.data(), cursor.size(), nullptr, &size, nullptr, variant) != 0) {
        return refuse();
    }
    bytes.resize(size);
    if (bytes.size() < head_.size() + 1 + checksum_bytes || !bytes.starts_with(head_))
        return refuse();
    const auto body = std::string_view(bytes).substr(0, bytes.size() - checksum_bytes);
    if (digest_of(body, checksum_bytes) != bytes.substr(body.size())) return refuse();
    const auto flag = body[head_.size()];
    if (flag != '\0' && flag != '\1') return refuse();
    return Place{std::string(body.substr(head_.size() + 1)), flag == '\1'};
}

}  // namespace almanac::projections
