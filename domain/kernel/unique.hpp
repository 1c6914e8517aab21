// Unique fields as folds: one tag per value says who owns it now. Values that are personal are
// never written: the tag holds the random claim id of the value (log.md, "Keyring and claims").
#pragma once
#include "domain/kernel/event.hpp"

namespace almanac::kernel {

struct UniqueKey {
    using Key = std::string;
    static constexpr std::uint32_t version = 1;
    std::optional<Uuid> owner;  // nobody while empty
    BOOST_DESCRIBE_CLASS(UniqueKey, (), (owner), (), ())
};

// `slug:<collection>/<slug>`
struct Slug : UniqueKey {
    static constexpr std::string_view kind = "slug";
    static constexpr std::string_view field = "slug";
    static constexpr bool is_claim = false;
    static constexpr std::string_view code = "slug_taken";
    static constexpr std::string_view sentence = "Another one has this slug.";
    BOOST_DESCRIBE_CLASS(Slug, (UniqueKey), (), (), ())
};
// `email:<claim id>`: unique among live clients
struct EmailClaim : UniqueKey {
    static constexpr std::string_view kind = "email";
    static constexpr std::string_view field = "email";
    static constexpr bool is_claim = true;
    static constexpr std::string_view code = "email_taken";
    static constexpr std::string_view sentence = "Another one has this e-mail address.";
    BOOST_DESCRIBE_CLASS(EmailClaim, (UniqueKey), (), (), ())
};
struct PhoneClaim : UniqueKey {
    static constexpr std::string_view kind = "phone";
    static constexpr std::string_view field = "phone";
    static constexpr bool is_claim = true;
    static constexpr std::string_view code = "phone_taken";
    static constexpr std::string_view sentence = "Another one has this phone number.";
    BOOST_DESCRIBE_CLASS(PhoneClaim, (UniqueKey), (), (), ())
};

template <class... Keys>
struct UniqueKeys {};

// The slug of a record that has one; records with other unique fields write their own `key_value`.
template <class T>
    requires requires(const T& t) { t.slug; }
std::optional<std::string> key_value(const T& value, std::string_view kind) {
    return kind == Slug::kind ? value.slug : std::nullopt;
}

}  // namespace almanac::kernel
