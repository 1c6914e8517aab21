#include <algorithm>

#include "eventstore/keyring_entries.hpp"
#include "eventstore/policy_entries.hpp"
#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
using namespace eventstore;

void check_checkpoint(std::string_view key, std::string_view value) {
    const auto read = decode_checkpoint(key, value);
    if (!read) return;
    require(checkpoint_key(read->first) == key, "a checkpoint has the key that it had");
    require(encode(read->second) == value, "a checkpoint is encoded to the same bytes");
}

void check_timer(std::string_view key, std::string_view value) {
    const auto timer = decode_timer(key, value);
    if (!timer) return;
    require(timer_key(*timer) == key, "a timer has the key that it had");
    require(encode(*timer) == value, "a timer is encoded to the same bytes");
    const auto due = decode_due(due_key(*timer));
    require(due && due->due == timer->due && timer_key(*due) == key,
            "its due entry names the same timer");
}

void check_due(std::string_view key) {
    const auto timer = decode_due(key);
    if (timer) require(due_key(*timer) == key, "a due entry has the key that it had");
}

void check_set_aside(std::string_view key, std::string_view value) {
    const auto aside = decode_set_aside(key, value);
    if (!aside) return;
    require(set_aside_key(*aside) == key, "what is set aside has the key that it had");
    require(encode(*aside) == value, "what is set aside is encoded to the same bytes");
}

void check_keyring(std::string_view key, std::string_view value) {
    if (const auto number = entries::decode_u64(value))
        require(entries::encode_u64(*number) == value, "a number is encoded to the same bytes");
    if (const auto subject = entries::decode_subject(value)) {
        require(subject->erased == (value == entries::erased_subject()), "erased or not");
        for (const std::uint32_t number : {0U, 1U, 2U}) {
            const auto wrap = subject->wrap(number);
            require(!wrap || entries::active_subject(number, *wrap).size() <= value.size(),
                    "a wrap lies within its entry");
        }
    }
    if (const auto place = entries::decode_place(value))
        require(entries::encode(*place) == value, "a claim's place is encoded to the same bytes");
    if (const auto pending = entries::parse_pending(key))
        require(entries::pending(pending->made_at, pending->tenant, pending->id) == key,
                "a pending claim has the key that it had");
}
}  // namespace

void stored_entries(std::string_view input) {
    if (input.empty()) return;
    const auto key_bytes =
        std::min<std::size_t>(static_cast<unsigned char>(input[0]), input.size() - 1);
    const auto key = input.substr(1, key_bytes);
    const auto value = input.substr(1 + key_bytes);
    check_checkpoint(key, value);
    check_timer(key, value);
    check_due(key);
    check_set_aside(key, value);
    check_keyring(key, value);
}

}  // namespace almanac::fuzz
