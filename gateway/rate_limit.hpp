// How many requests somebody may make: a token bucket for each name, in a table of fixed size.
// A bucket is one number, the time at which it is full again, so a full bucket and none are the
// same, and forgetting one that is full loses nothing. Where a place is needed, the bucket that is
// nearest to full goes: who floods stays known, however many names come along with him; in the
// worst case, a table full of exhausted buckets, newcomers are let through rather than refused.
// The time is passed in. Thread-safe: the table is sharded, a call holds one lock for some tens of
// nanoseconds and allocates nothing.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace almanac::gateway {

inline constexpr std::uint32_t rate_per_second_max = 1'000'000;
inline constexpr std::uint32_t rate_burst_seconds_max = 3'600;

struct RateLimit {
    std::uint32_t per_second = 0;     // requests; 0: no limit
    std::uint32_t burst_seconds = 1;  // a full bucket holds what so many seconds bring

    bool is_on() const { return per_second > 0; }
    std::uint64_t quota() const { return std::uint64_t{per_second} * burst_seconds; }
};

// Of a server.
struct RateLimitOptions {
    std::uint32_t principal_per_second = 0;  // also of an address without a key; 0: no limit
    std::uint32_t tenant_per_second = 0;     // 0: no limit
    std::uint32_t burst_seconds = 1;
};

// What a request found in its bucket.
struct RateStanding {
    bool allowed = true;
    std::uint64_t remaining = 0;        // requests that would be taken right after it
    std::uint32_t more_in_seconds = 1;  // rounded up: until there is at least one more
};

class RateLimiter {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using HashKey = std::array<unsigned char, 16>;  // secret: nobody chooses names that collide

    // `limit` is on and within the maxima above. 16 bytes a bucket, held from the start.
    RateLimiter(const RateLimit& limit, const HashKey& key, std::size_t buckets_max = 65'536);

    // Takes one token of `who`, where there is one. A time before the last one brings no token.
    RateStanding take(std::string_view who, Time now);

    const RateLimit& limit() const { return limit_; }
    std::size_t buckets() const { return buckets_.size(); }

  private:
    struct Bucket {
        std::uint64_t who = 0;
        std::int64_t full_at_ns = 0;  // of the steady clock
    };
    struct alignas(64) Shard {
        std::mutex mutex;
    };
    static constexpr std::size_t shard_count = 64;
    static constexpr std::size_t ways = 8;  // places a name can lie in: two cache lines

    Bucket& bucket_of(std::uint64_t who, std::size_t set);

    RateLimit limit_;
    HashKey key_;
    std::int64_t token_ns_;
    std::int64_t full_ns_;  // an empty bucket takes so long to fill
    std::vector<Bucket> buckets_;
    std::array<Shard, shard_count> shards_;
};

// One item of the two headers below.
struct RateNote {
    std::string_view policy;  // "principal", "tenant", "address"; outlives the note
    RateLimit limit;
    RateStanding standing;
};

// What one request was counted against.
class RateNotes {
  public:
    static constexpr std::size_t most = 2;
    void add(const RateNote& note) { notes_.at(count_++) = note; }
    bool empty() const { return count_ == 0; }
    operator std::span<const RateNote>() const { return {notes_.data(), count_}; }

  private:
    std::array<RateNote, most> notes_{};
    std::size_t count_ = 0;
};

// draft-ietf-httpapi-ratelimit-headers: `"principal";q=100;w=1, "tenant";q=1000;w=1`, what holds,
std::string rate_limit_policy_header(std::span<const RateNote> notes);
// and `"principal";r=50;t=1, …`: what is left, and the seconds until there is more.
std::string rate_limit_header(std::span<const RateNote> notes);

// What counts as one network address: an IPv4 address, or the /64 of an IPv6 address, because
// that is what one household or machine is given. Bytes, not text.
std::string rate_limit_network(std::string_view remote_address);

}  // namespace almanac::gateway
