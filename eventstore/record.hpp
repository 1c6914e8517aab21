// The record: one event as it is written for ever. Its position is the key in the log, never in
// the record, so that a tenant moves to another partition without changing a byte.
//
// DO NOT CHANGE. Format version 1; integers are big-endian, [n] is a length followed by n bytes:
//     1        format version, 0x01
//     16       event id (UUIDv7)
//     1 + [n]  type, u8 length 1..100, a lower-case letter, then [a-z0-9_.]
//     2        type version, u16, from 1
//     16       tenant id
//     8        sequence, u64, gapless within the tenant, from 0
//     8        time, i64, µs since 1970-01-01T00:00:00Z, 0 .. kernel::instant_us_max
//     1 + [n]  actor kind, u8 length 1..32, a lower-case letter, then [a-z0-9_]
//     1 + [n]  actor id, u8 length 0..128, UTF-8 without control characters
//     1 + [n]  correlation id, u8 length 0..128, visible ASCII (0x21..0x7e)
//     1 + [n]  causation id, u8 length 0..128, visible ASCII
//     2        index of this event within its command, u16, from 0
//     2        count of the command's events, u16, 1..1000, above the index
//     2        number of tags, u16, 0..256
//              each: 1 + [n], u8 length 3..200, `kind:key`, UTF-8 without control characters,
//              no tag twice; the identity tag is the first
//     4 + [n]  data, u32 length, a JSON object
//     4 + [n]  metadata, u32 length, a JSON object
//     32       leaf = SHA-256(0x00 ‖ everything before it), the leaf hash of RFC 6962
// The whole is at most 1 MiB. Golden bytes: tests/golden/record_*.hex.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/actor.hpp"
#include "domain/kernel/digest.hpp"
#include "domain/kernel/id.hpp"
#include "domain/kernel/result.hpp"
#include "domain/kernel/time.hpp"

namespace almanac::eventstore {

using kernel::Actor;
using kernel::EventId;
using kernel::Instant;
using kernel::Result;
using kernel::TenantId;
using Hash = kernel::Sha256;

inline constexpr std::uint8_t record_format_version = 1;
inline constexpr std::size_t record_bytes_max = 1'048'576;
inline constexpr std::size_t tags_per_event_max = 256;
inline constexpr std::size_t tag_bytes_max = 200;
inline constexpr std::size_t type_bytes_max = 100;
inline constexpr std::size_t actor_kind_bytes_max = 32;
inline constexpr std::size_t actor_id_bytes_max = 128;
inline constexpr std::size_t correlation_bytes_max = 128;
inline constexpr std::size_t events_per_command_max = 1'000;

struct Record {
    EventId id;
    std::string type;
    std::uint16_t type_version = 1;
    TenantId tenant;
    std::uint64_t sequence = 0;
    Instant time{};
    Actor actor;
    std::string correlation_id;
    std::string causation_id;
    std::uint16_t index = 0;
    std::uint16_t count = 1;
    std::vector<std::string> tags;
    std::string data = "{}";
    std::string metadata = "{}";
    Hash leaf{};  // set by encode and decode
    bool operator==(const Record&) const = default;
};

// The bytes as documented above; sets `record.leaf`. Rejections: `limit_reached` (too many, too
// long), `invalid_event` (a type, tag, actor, id, time or JSON that is not of the form above).
Result<std::string> encode(Record& record);
Result<void> encode_to(std::string& out, Record& record);  // appended; unchanged where refused
// Every rule above and the leaf are checked; `corrupt` says what is wrong.
Result<Record> decode(std::string_view bytes);

// SHA-256(0x00 ‖ body).
Hash leaf_hash(std::string_view body);

// A record read in place: views into bytes that must outlive it. `parse` checks that every length
// fits (so no accessor reads outside), not the leaf and not the contents.
class RecordView {
  public:
    static Result<RecordView> parse(std::string_view bytes);

    std::string_view bytes() const { return bytes_; }
    EventId id() const;
    std::string_view type() const { return slice(type_at_); }
    std::uint16_t type_version() const;
    TenantId tenant() const;
    std::uint64_t sequence() const;
    Instant time() const;
    std::string_view actor_kind() const { return slice(actor_kind_at_); }
    std::string_view actor_id() const { return slice(actor_id_at_); }
    std::string_view correlation_id() const { return slice(correlation_at_); }
    std::string_view causation_id() const { return slice(causation_at_); }
    std::uint16_t index() const;
    std::uint16_t count() const;
    std::size_t tag_count() const { return tag_count_; }
    template <class Visit>
    void for_each_tag(Visit visit) const {
        for (std::size_t at = tags_at_, i = 0; i < tag_count_; ++i) {
            const auto tag = slice(at);
            visit(tag);
            at += 1 + tag.size();
        }
    }
    bool has_tag(std::string_view tag) const;
    std::string_view data() const { return bytes_.substr(data_at_, data_bytes_); }
    std::string_view metadata() const { return bytes_.substr(metadata_at_, metadata_bytes_); }
    Hash leaf() const;
    bool leaf_matches() const;

  private:
    std::string_view slice(std::size_t at) const {
        return bytes_.substr(at + 1, static_cast<std::uint8_t>(bytes_[at]));
    }
    std::string_view bytes_;
    std::uint32_t type_at_ = 0, fixed_at_ = 0, actor_kind_at_ = 0, actor_id_at_ = 0;
    std::uint32_t correlation_at_ = 0, causation_at_ = 0, place_at_ = 0, tags_at_ = 0;
    std::uint32_t data_at_ = 0, data_bytes_ = 0, metadata_at_ = 0, metadata_bytes_ = 0;
    std::uint16_t tag_count_ = 0;
};

}  // namespace almanac::eventstore
