#include "domain/kernel/digest.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace almanac::kernel {

Sha256 sha256(std::initializer_list<std::string_view> parts) {
    // Fetched once: a lookup for each digest would cost more than the digest itself.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    Sha256 hash;
    bool done = algorithm && context && EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1;
    for (const auto part : parts)
        done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
    if (!done || EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    return hash;
}

Sha256 sha256(std::string_view bytes) {
    return sha256({bytes});
}

std::string sha256_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex(2 * sizeof(Sha256), '0');
    std::size_t at = 0;
    for (const auto byte : sha256(bytes)) {
        hex[at++] = digits[byte >> 4];
        hex[at++] = digits[byte & 15];
    }
    return hex;
}

}  // namespace almanac::kernel
