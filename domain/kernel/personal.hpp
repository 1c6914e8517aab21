// Personal data: a field whose value exists in the log only as ciphertext (log.md, "Sealed
// values"). `Personal<"client.email">` names the field id once, for ever. A command brings it open;
// a decision copies it into events; the executor seals it with the data key of its subject (`of`)
// before the append. From then on folds, snapshots, views and other events copy the sealed text
// byte for byte.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace almanac::kernel {

template <std::size_t N>
struct FixedString {
    char text[N]{};
    consteval FixedString(const char (&literal)[N]) { std::copy_n(literal, N, text); }
    constexpr std::string_view view() const { return {text, N - 1}; }
};

// Turns the JSON text of one field into `sealed`; implemented over the keyring.
class Sealer {
  public:
    virtual ~Sealer() = default;
    // base64url text of the sealed value (log.md)
    virtual std::string seal(std::string_view subject, std::string_view field_id,
                             std::string_view json_text) = 0;
};

template <FixedString FieldId, class T = std::string>
struct Personal {
    using Value = T;
    static constexpr std::string_view field_id = FieldId.view();

    std::optional<T> open;  // as a command brought it; nothing once it came from the log
    std::string sealed;     // base64url, empty until sealed
    std::string of;         // subject, `client:<id>`

    Personal() = default;
    Personal(T value) : open(std::move(value)) {}  // NOLINT: an open value is a personal value
    bool operator==(const Personal& other) const {
        if (open && other.open) return *open == *other.open;
        return sealed == other.sealed && of == other.of;
    }
};

template <class T>
inline constexpr bool is_personal = false;
template <FixedString FieldId, class T>
inline constexpr bool is_personal<Personal<FieldId, T>> = true;

}  // namespace almanac::kernel
