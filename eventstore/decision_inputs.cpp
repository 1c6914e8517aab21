#include "eventstore/decision_inputs.hpp"

#include <sodium.h>

#include "eventstore/normalize.hpp"

namespace almanac::eventstore {

using kernel::Result;

kernel::Uuid RandomIds::fresh(kernel::Instant now) {
    std::array<std::uint8_t, 10> random{};
    if (used_ + random.size() > pool_.size()) {
        randombytes_buf(pool_.data(), pool_.size());
        used_ = 0;
    }
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), random.size(), random.begin());
    used_ += random.size();
    return kernel::uuid_v7(now, random);
}

std::string RandomIds::secret_token() {
    std::array<unsigned char, 32> random{};
    randombytes_buf(random.data(), random.size());
    constexpr auto variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(random.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), random.data(), random.size(), variant);
    text.pop_back();  // the terminating zero
    sodium_memzero(random.data(), random.size());
    return text;
}

Result<kernel::Uuid> KeyringClaims::claim(std::string_view kind, std::string_view value) {
    const bool email = kind == "email";
    const auto normal = email ? normalize_email(value) : normalize_phone(value);
    if (!normal) return std::unexpected(normal.error());
    return keyring_.claim(tenant_, email ? ClaimKind::email : ClaimKind::phone, *normal, now_);
}

std::string KeyringSigningKeys::public_key(const kernel::TenantId& tenant) {
    if (auto made = keyring_.create_tenant(tenant); !made)
        throw KeyringSealer::Refused{made.error()};
    const auto key = keyring_.signing_public_key(tenant);
    if (!key) throw KeyringSealer::Refused{key.error()};
    constexpr auto variant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(key->size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), key->data(), key->size(), variant);
    text.pop_back();
    return text;
}

std::string KeyringSealer::seal_object(std::string_view subject, std::string_view field_id,
                                       std::string_view text) {
    auto sealed = keyring_.seal(tenant_, subject, field_id, text);
    if (!sealed) throw Refused{std::move(sealed.error())};
    return std::move(*sealed);
}

std::string KeyringSealer::seal(std::string_view subject, std::string_view field_id,
                                std::string_view json_text) {
    auto sealed = keyring_.seal_text(tenant_, subject, field_id, json_text);
    if (!sealed) throw Refused{std::move(sealed.error())};
    return std::move(*sealed);
}

std::optional<std::string> KeyringOpener::open(std::string_view of, std::string_view field_id,
                                               std::string_view sealed) {
    auto text = keyring_.open(tenant_, sealed, of, field_id);
    if (!text) throw KeyringSealer::Refused{std::move(text.error())};
    return std::move(*text);
}

}  // namespace almanac::eventstore
