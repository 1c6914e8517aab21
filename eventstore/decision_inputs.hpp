// What a decision gets from outside the log, over the partition's keyring: fresh ids, claims,
// signing keys, seals, and what was sealed before. Owned by the executor; decision thread only.
#pragma once
#include <array>
#include <optional>

#include "domain/kernel/command.hpp"
#include "eventstore/keyring.hpp"

namespace almanac::eventstore {

// What the metadata of an event is sealed under; never renamed, as log.md has it.
inline constexpr std::string_view address_field_id = "event.address";
inline constexpr std::string_view user_agent_field_id = "event.user_agent";
inline constexpr std::string_view reason_field_id = "event.reason";
inline constexpr std::array metadata_field_ids{address_field_id, user_agent_field_id,
                                               reason_field_id};

class RandomIds final : public kernel::Ids {
  public:
    kernel::Uuid fresh(kernel::Instant now) override;
    std::string secret_token() override;

  private:
    std::array<std::uint8_t, 4096> pool_{};
    std::size_t used_ = 4096;
};

class KeyringClaims final : public kernel::Claims {
  public:
    KeyringClaims(Keyring& keyring, const kernel::TenantId& tenant, kernel::Instant now)
        : keyring_(keyring), tenant_(tenant), now_(now) {}
    kernel::Result<kernel::Uuid> claim(std::string_view kind, std::string_view value) override;

  private:
    Keyring& keyring_;
    kernel::TenantId tenant_;
    kernel::Instant now_;
};

class KeyringSigningKeys final : public kernel::SigningKeys {
  public:
    explicit KeyringSigningKeys(Keyring& keyring) : keyring_(keyring) {}
    std::string public_key(const kernel::TenantId& tenant) override;

  private:
    Keyring& keyring_;
};

// Throws `Refused` where the keyring refuses (an erased subject, a failed disk).
class KeyringSealer final : public kernel::Sealer {
  public:
    struct Refused {
        kernel::Rejection why;
    };
    KeyringSealer(Keyring& keyring, const kernel::TenantId& tenant)
        : keyring_(keyring), tenant_(tenant) {}
    std::string seal(std::string_view subject, std::string_view field_id,
                     std::string_view json_text) override;
    // The whole sealed object as JSON text.
    std::string seal_object(std::string_view subject, std::string_view field_id,
                            std::string_view text);

  private:
    Keyring& keyring_;
    kernel::TenantId tenant_;
};

// Throws `KeyringSealer::Refused` where the keyring cannot tell.
class KeyringOpener final : public kernel::Opener {
  public:
    KeyringOpener(Keyring& keyring, const kernel::TenantId& tenant)
        : keyring_(keyring), tenant_(tenant) {}
    std::optional<std::string> open(std::string_view of, std::string_view field_id,
                                    std::string_view sealed) override;

  private:
    Keyring& keyring_;
    kernel::TenantId tenant_;
};

}  // namespace almanac::eventstore
