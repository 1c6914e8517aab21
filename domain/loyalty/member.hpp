// loyalty/member.hpp — who collects points, and what they are for. Members are clients or guests
// (seed 003 §2, user_loyalty); a thing points come from or go to is named by its kind and id.
#pragma once
#include "domain/kernel/command.hpp"
#include "domain/kernel/record.hpp"

namespace almanac::loyalty {
using namespace kernel;

enum class MemberKind { client, guest };
BOOST_DESCRIBE_ENUM(MemberKind, client, guest)

struct MemberRef {
    MemberKind kind = MemberKind::client;
    Uuid id;
    bool operator==(const MemberRef&) const = default;
};
BOOST_DESCRIBE_STRUCT(MemberRef, (), (kind, id))
inline void append_key(std::string& tag, const MemberRef& member) {
    kernel::append(tag.append(enum_name(member.kind)).append(1, '/'), member.id);
}
// Of the member's personal data: `client:<id>`.
inline std::string subject_of(const MemberRef& member) {
    std::string subject(enum_name(member.kind));
    kernel::append(subject.append(1, ':'), member.id);
    return subject;
}

// `appointment` and its id.
struct ThingRef {
    std::string kind;
    Uuid id;
    bool operator==(const ThingRef&) const = default;
};
BOOST_DESCRIBE_STRUCT(ThingRef, (), (kind, id))
inline void append_key(std::string& tag, const ThingRef& thing) {
    kernel::append(tag.append(thing.kind).append(1, '/'), thing.id);
}

struct Account;
using AccountId = Id<Account>;
struct Redemption;
using RedemptionId = Id<Redemption>;

// Above what any member collects; small enough that no sum of them overflows.
inline constexpr std::int64_t points_max = 1'000'000'000;              // of one booking
inline constexpr std::int64_t balance_points_max = 1'000'000'000'000;  // of one account

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto rules<loyalty::MemberRef> =
    fields(field(&loyalty::MemberRef::kind, "a client or a guest"),
           field(&loyalty::MemberRef::id, "of the client or guest"));
template <>
inline constexpr auto rules<loyalty::ThingRef> =
    fields(field(&loyalty::ThingRef::kind, "e.g. appointment").length(1, 50).format(Format::text),
           field(&loyalty::ThingRef::id, "its id"));
}  // namespace almanac::kernel
