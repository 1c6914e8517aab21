// What policies keep in the log's database, in the batch of their effects: how far each has
// reacted, its timers, and what was set aside. Only the partition's writer changes them.
//
// clang-format off
// Keys and values of the column family `policies`, DO NOT CHANGE (integers big-endian; a policy's
// name and a timer's key are UTF-8 without 0x00; a tenant's entries of one kind lie together):
//     'c' ‖ policy                                        checkpoint
//         0x01 ‖ policy version u32 ‖ position u64        all events up to it were reacted to
//     't' ‖ tenant 16 ‖ policy ‖ 0x00 ‖ key 1..128        timer
//         0x01 ‖ due i64 (µs since 1970) ‖ timer id 16 ‖ cause 16 ‖ data 0..4096
//     'd' ‖ due i64 ‖ tenant 16 ‖ policy ‖ 0x00 ‖ key     the same timer by its due instant
//         (empty)
//     'a' ‖ tenant 16 ‖ policy ‖ 0x00 ‖ source 16         set aside: source = event id or timer id
//         0x01 ‖ 0x00 ‖ position u64 ‖ error              an event
//         0x01 ‖ 0x01 ‖ due i64 ‖ cause 16 ‖ key length u8 ‖ key ‖ data length u16 ‖ data ‖ error
// `cause` is the id of the event that led to the timer, over any timers between. A timer id is
// SHA-256("timer" ‖ source 16 ‖ policy ‖ 0x00 ‖ key) cut to 16 bytes with version 8 and the variant
// of RFC 9562: set again by the same source, it is the same timer.
// Golden bytes: tests/golden/policy_entries_v1.hex.
// clang-format on
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eventstore/record.hpp"

namespace almanac::eventstore {

struct PolicyCheckpoint {
    std::uint32_t version = 1;
    std::uint64_t position = 0;
    bool operator==(const PolicyCheckpoint&) const = default;
};

struct Timer {
    TenantId tenant;
    std::string policy;
    std::string key;
    Instant due{};
    kernel::Uuid id;
    kernel::Uuid cause;
    std::string data;
    bool operator==(const Timer&) const = default;
};

// What its policy could not react to; one of the two kinds.
struct SetAside {
    TenantId tenant;
    std::string policy;
    kernel::Uuid source;
    std::uint64_t position = 0;  // of the event; 0: it is a timer
    std::optional<Timer> timer;
    std::string error;
    bool operator==(const SetAside&) const = default;
};

inline constexpr std::size_t set_aside_error_bytes_max = 500;
inline constexpr std::string_view timer_prefix = "t";
inline constexpr std::string_view due_prefix = "d";
inline constexpr std::string_view set_aside_prefix = "a";

std::string checkpoint_key(std::string_view policy);
std::string encode(const PolicyCheckpoint& checkpoint);
std::string timer_key(const Timer& timer);
std::string encode(const Timer& timer);
std::string due_key(const Timer& timer);
std::string set_aside_key(const SetAside& aside);
std::string encode(const SetAside& aside);

// `corrupt` where the bytes are not of the form above.
Result<std::pair<std::string, PolicyCheckpoint>> decode_checkpoint(std::string_view key,
                                                                   std::string_view value);
Result<Timer> decode_timer(std::string_view key, std::string_view value);
Result<Timer> decode_due(std::string_view key);  // who and when; the rest is the timer's own entry
Result<SetAside> decode_set_aside(std::string_view key, std::string_view value);

kernel::Uuid timer_id(const kernel::Uuid& source, std::string_view policy, std::string_view key);

}  // namespace almanac::eventstore
