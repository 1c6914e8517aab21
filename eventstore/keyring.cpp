#include "eventstore/keyring.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <vector>

#include "eventstore/keyring_state.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Result;
using kernel::TenantId;

const unsigned char* octets(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Result<void> check_place(std::string_view subject, std::string_view field_id) {
    if (subject.empty() || subject.size() > subject_bytes_max) {
        return kernel::reject("sealing_subject", "A subject has 1 to 200 bytes.");
    }
    if (field_id.empty() || field_id.size() > field_id_bytes_max) {
        return kernel::reject("sealing_field", "A field id has 1 to 200 bytes.");
    }
    return {};
}

// Ed25519's long form, wiped after use.
struct SigningPair {
    explicit SigningPair(const SecretKey& seed) {
        crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
    }
    SigningPair(const SigningPair&) = delete;
    SigningPair& operator=(const SigningPair&) = delete;
    ~SigningPair() { sodium_memzero(secret.data(), secret.size()); }
    Keyring::PublicKey public_key{};
    std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
};
}  // namespace

Keyring::Keyring(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keyring::~Keyring() = default;

Result<std::unique_ptr<Keyring>> Keyring::create(const std::filesystem::path& directory,
                                                 const MasterKey& master_key,
                                                 const kernel::Uuid& log_id,
                                                 const KeyringLimits& limits) {
    auto store = KeyringStore::open(directory, KeyringStore::Mode::create);
    if (!store) return std::unexpected(std::move(store.error()));
    const std::string check(entries::meta_master_check);
    const KeyringChanges first{
        {std::string(entries::meta_format), std::string(1, static_cast<char>(entries::format))},
        {std::string(entries::meta_log_id), std::string(log_id.view())},
        {std::string(entries::meta_generation), entries::encode_u64(1)},
        {check, wrap_key(SecretKey(master_key.bytes()), random_nonce(), check, entries::number_one,
                         SecretKey::random())}};
    if (auto written = (*store)->write(first); !written) {
        return std::unexpected(std::move(written.error()));
    }
    auto state = std::make_unique<State>(master_key, std::move(*store), false, limits);
    if (auto read = state->read_meta(directory); !read) {
        return std::unexpected(std::move(read.error()));
    }
    return std::unique_ptr<Keyring>(new Keyring(std::move(state)));
}

Result<std::unique_ptr<Keyring>> Keyring::open(const std::filesystem::path& directory,
                                               const MasterKey& master_key,
                                               const kernel::Uuid& expected_log_id, bool read_only,
                                               const KeyringLimits& limits) {
    auto look = KeyringStore::open(directory, KeyringStore::Mode::read_only);
    if (!look) return std::unexpected(std::move(look.error()));
    auto state = std::make_unique<State>(master_key, std::move(*look), true, limits);
    if (auto read = state->read_meta(directory); !read) {
        return std::unexpected(std::move(read.error()));
    }
    if (state->log_id != expected_log_id) {
        return kernel::unavailable(
            "keyring_foreign",
            fmt::format("The keyring at {} belongs to the log {}, not to {}.", directory.string(),
                        to_string(state->log_id), to_string(expected_log_id)),
            0);
    }
    if (read_only) return std::unique_ptr<Keyring>(new Keyring(std::move(state)));
    const auto seen = state->generation.load();
    state.reset();
    auto store = KeyringStore::open(directory, KeyringStore::Mode::writable);
    if (!store) return std::unexpected(std::move(store.error()));
    state = std::make_unique<State>(master_key, std::move(*store), false, limits);
    if (auto read = state->read_meta(directory); !read) {
        return std::unexpected(std::move(read.error()));
    }
    if (state->generation < seen)
        return kernel::corrupt("The keyring changed while it was opened.");
    return std::unique_ptr<Keyring>(new Keyring(std::move(state)));
}

Result<std::uint64_t> Keyring::peek_generation(const std::filesystem::path& directory) {
    const auto look = KeyringStore::open(directory, KeyringStore::Mode::read_only);
    if (!look) return std::unexpected(look.error());
    const auto bytes = (*look)->get(entries::meta_generation);
    if (!bytes) return std::unexpected(bytes.error());
    const auto generation = *bytes ? entries::decode_u64(**bytes) : std::nullopt;
    if (!generation) {
        return kernel::reject(kernel::RejectionKind::corrupt, "keyring_damaged",
                              fmt::format("The keyring at {} has no valid generation. Restore it "
                                          "from a backup.",
                                          directory.string()));
    }
    return *generation;
}

std::uint64_t Keyring::generation() const {
    return state_->generation;
}
const kernel::Uuid& Keyring::log_id() const {
    return state_->log_id;
}
std::uint64_t Keyring::epoch() const {
    const std::lock_guard lock(state_->mutex);
    return state_->epoch;
}
Result<void> Keyring::visit_entries(const Visit& visit) const {
    return state_->store->scan("", "", visit);
}
Result<std::uint64_t> Keyring::sync() {
    return state_->sync();
}

Result<void> Keyring::create_tenant(const TenantId& tenant) {
    const std::lock_guard one_creator(state_->create_mutex);
    const auto tenant_entry = entries::tenant_key(tenant);
    const auto present = state_->value(tenant_entry);
    if (!present) return std::unexpected(present.error());
    if (*present) return {};
    if (auto able = state_->writable(); !able) return able;
    const auto key = SecretKey::random();
    const auto stage = [&](const std::string& entry, const SecretKey& wrapping,
                           const SecretKey& secret) {
        state_->staged.insert_or_assign(
            entry, wrap_key(wrapping, random_nonce(), entry, entries::number_one, secret));
    };
    const std::lock_guard together(state_->mutex);  // a sync takes all three or none
    stage(tenant_entry, state_->master_secret(), key);
    stage(entries::claim_key(tenant), key, SecretKey::random());
    stage(entries::signing_key(tenant, entries::number_one), key, SecretKey::random());
    return {};
}

Result<Keyring::PublicKey> Keyring::signing_public_key(const TenantId& tenant) {
    const auto seed = state_->signing_seed(tenant);
    if (!seed) return std::unexpected(seed.error());
    return SigningPair(*seed).public_key;
}

Result<Keyring::Signature> Keyring::sign(const TenantId& tenant, std::string_view bytes) {
    const auto seed = state_->signing_seed(tenant);
    if (!seed) return std::unexpected(seed.error());
    const SigningPair pair(*seed);
    Signature signature;
    crypto_sign_detached(signature.data(), nullptr, octets(bytes), bytes.size(),
                         pair.secret.data());
    return signature;
}

Result<std::string> Keyring::seal(const TenantId& tenant, std::string_view subject,
                                  std::string_view field_id, std::string_view json_text) {
    if (auto place = check_place(subject, field_id); !place) {
        return std::unexpected(std::move(place.error()));
    }
    if (json_text == "null") return std::string(json_text);
    auto sealed = seal_text(tenant, subject, field_id, json_text);
    if (!sealed) return sealed;
    return sealed_object(*sealed, subject);
}

Result<std::string> Keyring::seal_text(const TenantId& tenant, std::string_view subject,
                                       std::string_view field_id, std::string_view json_text) {
    if (auto place = check_place(subject, field_id); !place) {
        return std::unexpected(std::move(place.error()));
    }
    if (json_text.empty() || json_text.size() > sealed_text_bytes_max) {
        return kernel::reject("sealing_size", "A sealed field has 1 byte to 1 MiB of JSON.");
    }
    const auto key = state_->data_key_to_seal(tenant, subject);
    if (!key) return std::unexpected(key.error());
    return seal_value(*key, entries::number_one, random_nonce(),
                      associated_data(tenant, subject, field_id), json_text);
}

Result<std::optional<std::string>> Keyring::open(const TenantId& tenant, std::string_view sealed,
                                                 std::string_view subject,
                                                 std::string_view field_id) {
    if (!check_place(subject, field_id)) return kernel::corrupt("A sealed value names no subject.");
    const auto number = sealed_key_number(sealed);
    if (!number) return std::unexpected(number.error());
    const auto found = state_->data_key(tenant, subject, *number);
    if (!found) return std::unexpected(found.error());
    switch (found->state) {
        case SubjectState::absent:
            return kernel::corrupt("The keyring has no key of the subject of a sealed value.");
        case SubjectState::erased:
            return std::nullopt;
        case SubjectState::active:
            break;
    }
    auto text = open_value(found->key, sealed, associated_data(tenant, subject, field_id));
    if (!text) return std::unexpected(std::move(text.error()));
    return std::optional(std::move(*text));
}

Result<SubjectState> Keyring::subject_state(const TenantId& tenant, std::string_view subject) {
    const auto bytes = state_->value(entries::subject(tenant, subject));
    if (!bytes) return std::unexpected(bytes.error());
    if (!*bytes) return SubjectState::absent;
    const auto decoded = entries::decode_subject(**bytes);
    if (!decoded) return kernel::corrupt("The keyring's entry of a subject is damaged.");
    return decoded->erased ? SubjectState::erased : SubjectState::active;
}

Result<Keyring::Mac> Keyring::result_mac(const TenantId& tenant, std::uint32_t day,
                                         std::string_view body) {
    const auto wrapping = state_->tenant_key(tenant);
    if (!wrapping) return std::unexpected(wrapping.error());
    const auto entry = entries::day_key(day, tenant);
    auto key = state_->find_key(entry, entries::number_one, *wrapping);
    if (!key) return std::unexpected(std::move(key.error()));
    if (!*key) {
        const std::lock_guard one_creator(state_->create_mutex);
        key = state_->find_key(entry, entries::number_one, *wrapping);
        if (!key) return std::unexpected(std::move(key.error()));
        if (!*key) {
            if (auto able = state_->writable(); !able) {
                return std::unexpected(std::move(able.error()));
            }
            *key = SecretKey::random();
            state_->stage(entry,
                          wrap_key(*wrapping, random_nonce(), entry, entries::number_one, **key));
        }
    }
    Mac mac;
    crypto_auth_hmacsha256_state hmac;
    crypto_auth_hmacsha256_init(&hmac, (*key)->data(), 32);
    crypto_auth_hmacsha256_update(&hmac, octets(body), body.size());
    crypto_auth_hmacsha256_final(&hmac, mac.data());
    sodium_memzero(&hmac, sizeof hmac);
    return mac;
}

}  // namespace almanac::eventstore
