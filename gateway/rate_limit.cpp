#include "gateway/rate_limit.hpp"

#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace almanac::gateway {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

static_assert(std::tuple_size_v<RateLimiter::HashKey> == crypto_shorthash_KEYBYTES);

std::uint64_t hash_of(std::string_view who, const RateLimiter::HashKey& key) {
    std::array<unsigned char, crypto_shorthash_BYTES> hash;
    crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(who.data()), who.size(),
                     key.data());
    return std::bit_cast<std::uint64_t>(hash);
}

std::uint32_t seconds_up(std::int64_t ns) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(1, (ns + second_ns - 1) / second_ns));
}

void append_number(std::string& text, std::uint64_t number) {
    std::array<char, 20> digits;
    auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end);
}

// Written rather than formatted: every answer bears both.
template <class Numbers>
std::string items_of(std::span<const RateNote> notes, std::string_view first,
                     std::string_view second, Numbers&& numbers_of) {
    std::string text;
    text.reserve(48 * notes.size());
    for (const auto& note : notes) {
        const auto [a, b] = numbers_of(note);
        text.append(text.empty() ? "\"" : ", \"").append(note.policy).append("\"").append(first);
        append_number(text, a);
        text.append(second);
        append_number(text, b);
    }
    return text;
}
}  // namespace

RateLimiter::RateLimiter(const RateLimit& limit, const HashKey& key, std::size_t buckets_max)
    : limit_(limit), key_(key) {
    if (limit.per_second < 1 || limit.per_second > rate_per_second_max || limit.burst_seconds < 1 ||
        limit.burst_seconds > rate_burst_seconds_max) {
        throw std::logic_error("a rate limit that is none");
    }
    token_ns_ = second_ns / limit.per_second;
    full_ns_ = token_ns_ * static_cast<std::int64_t>(limit.quota());
    const auto sets = std::max(shard_count, std::bit_floor(buckets_max / ways));
    buckets_.resize(sets * ways);
}

// Its own place, else the one of its set that is nearest to full. Under the shard's lock.
RateLimiter::Bucket& RateLimiter::bucket_of(std::uint64_t who, std::size_t set) {
    const std::span places(buckets_.data() + set * ways, ways);
    const auto own = std::ranges::find(places, who, &Bucket::who);
    if (own != places.end()) return *own;
    auto& fullest = *std::ranges::min_element(places, {}, &Bucket::full_at_ns);
    fullest = {who, 0};
    return fullest;
}

RateStanding RateLimiter::take(std::string_view who, Time now) {
    const auto now_ns =
        std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    const auto hash = hash_of(who, key_);
    const auto set = static_cast<std::size_t>(hash) & (buckets_.size() / ways - 1);
    RateStanding standing;
    std::int64_t missing_ns = 0;  // until it is full
    {
        const std::scoped_lock lock(shards_[set % shard_count].mutex);
        auto& bucket = bucket_of(hash, set);
        missing_ns = std::max<std::int64_t>(0, bucket.full_at_ns - now_ns);
        standing.allowed = missing_ns + token_ns_ <= full_ns_;
        if (standing.allowed) {
            missing_ns += token_ns_;
            bucket.full_at_ns = now_ns + missing_ns;
        }
    }
    const auto left_ns = std::max<std::int64_t>(0, full_ns_ - missing_ns);
    standing.remaining = static_cast<std::uint64_t>(left_ns / token_ns_);
    standing.more_in_seconds = seconds_up(token_ns_ - left_ns % token_ns_);
    return standing;
}

std::string rate_limit_policy_header(std::span<const RateNote> notes) {
    return items_of(notes, ";q=", ";w=", [](const RateNote& note) {
        return std::pair{note.limit.quota(), note.limit.burst_seconds};
    });
}

std::string rate_limit_header(std::span<const RateNote> notes) {
    return items_of(notes, ";r=", ";t=", [](const RateNote& note) {
        return std::pair{note.standing.remaining, note.standing.more_in_seconds};
    });
}

std::string rate_limit_network(std::string_view remote_address) {
    const std::string text(remote_address.substr(0, remote_address.find('%')));
    in6_addr v6{};
    if (text.find(':') == text.npos || ::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
    const auto* bytes = reinterpret_cast<const char*>(v6.s6_addr);
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
        std::array<char, INET_ADDRSTRLEN> v4{};
        ::inet_ntop(AF_INET, bytes + 12, v4.data(), v4.size());
        return v4.data();
    }
    return "v6" + std::string(bytes, 8);
}

}  // namespace almanac::gateway
