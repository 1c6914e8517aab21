#include "eventstore/policy_entries.hpp"

#include "eventstore/log.hpp"

namespace almanac::eventstore {
namespace {
constexpr char format = 0x01;
constexpr std::uint8_t an_event = 0x00;
constexpr std::uint8_t a_timer = 0x01;

std::unexpected<kernel::Rejection> damaged() {
    return kernel::corrupt("What a policy keeps in the log cannot be read.");
}

void append_instant(std::string& out, Instant time) {
    append_u64(out, static_cast<std::uint64_t>(kernel::micros(time)));
}

// Takes an entry apart from its front; once something is missing, it stays so.
class Cutter {
  public:
    explicit Cutter(std::string_view bytes) : rest_(bytes) {}
    std::string_view take(std::size_t count) {
        whole_ = whole_ && rest_.size() >= count;
        if (!whole_) return {};
        const auto part = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return part;
    }
    bool expect(char byte) {
        whole_ = take(1) == std::string_view(&byte, 1);
        return whole_;
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t n = 0;
        for (const char c : take(bytes)) n = n << 8 | static_cast<std::uint8_t>(c);
        return n;
    }
    Instant instant() {
        const auto us = number(8);
        whole_ = whole_ && us <= static_cast<std::uint64_t>(kernel::instant_us_max);
        return kernel::instant_from_micros(whole_ ? static_cast<std::int64_t>(us) : 0);
    }
    kernel::Uuid uuid() {
        const auto bytes = take(16);
        return whole_ ? kernel::uuid_from_bytes(bytes) : kernel::Uuid{};
    }
    std::string text_to_zero() {
        const auto end = rest_.find('\0');
        whole_ = whole_ && end != std::string_view::npos;
        if (!whole_) return {};
        std::string text(take(end));
        take(1);
        return text;
    }
    std::string rest() { return std::string(take(rest_.size())); }
    bool whole() const { return whole_; }

  private:
    std::string_view rest_;
    bool whole_ = true;
};

std::string place_of(const Timer& timer) {
    std::string place(timer.tenant.view());
    place.append(timer.policy).append(1, '\0').append(timer.key);
    return place;
}

void read_place(Cutter& in, Timer& timer) {
    timer.tenant = TenantId{in.uuid()};
    timer.policy = in.text_to_zero();
    timer.key = in.rest();
}
}  // namespace

std::string checkpoint_key(std::string_view policy) {
    return 'c' + std::string(policy);
}

std::string encode(const PolicyCheckpoint& checkpoint) {
    std::string value(1, format);
    append_u32(value, checkpoint.version);
    append_u64(value, checkpoint.position);
    return value;
}

std::string timer_key(const Timer& timer) {
    return 't' + place_of(timer);
}

std::string encode(const Timer& timer) {
    std::string value(1, format);
    append_instant(value, timer.due);
    return value.append(timer.id.view()).append(timer.cause.view()).append(timer.data);
}

std::string due_key(const Timer& timer) {
    std::string key(1, 'd');
    append_instant(key, timer.due);
    return key + place_of(timer);
}

std::string set_aside_key(const SetAside& aside) {
    std::string key(1, 'a');
    key.append(aside.tenant.view()).append(aside.policy).append(1, '\0');
    return key.append(aside.source.view());
}

std::string encode(const SetAside& aside) {
    std::string value(1, format);
    if (const auto& timer = aside.timer) {
        value += static_cast<char>(a_timer);
        append_instant(value, timer->due);
        value.append(timer->cause.view());
        value += static_cast<char>(timer->key.size());
        value += timer->key;
        value += static_cast<char>(timer->data.size() >> 8);
        value += static_cast<char>(timer->data.size());
        value += timer->data;
    } else {
        value += static_cast<char>(an_event);
        append_u64(value, aside.position);
    }
    return value.append(aside.error, 0, set_aside_error_bytes_max);
}

Result<std::pair<std::string, PolicyCheckpoint>> decode_checkpoint(std::string_view key,
                                                                   std::string_view value) {
    Cutter of_key(key);
    of_key.expect('c');
    Cutter in(value);
    in.expect(format);
    PolicyCheckpoint checkpoint;
    checkpoint.version = static_cast<std::uint32_t>(in.number(4));
    checkpoint.position = in.number(8);
    if (!of_key.whole() || !in.whole() || !in.rest().empty()) return damaged();
    return std::pair{of_key.rest(), checkpoint};
}

Result<Timer> decode_timer(std::string_view key, std::string_view value) {
    Timer timer;
    Cutter of_key(key);
    of_key.expect('t');
    read_place(of_key, timer);
    Cutter in(value);
    in.expect(format);
    timer.due = in.instant();
    timer.id = in.uuid();
    timer.cause = in.uuid();
    timer.data = in.rest();
    if (!of_key.whole() || !in.whole()) return damaged();
    return timer;
}

Result<Timer> decode_due(std::string_view key) {
    Timer timer;
    Cutter in(key);
    in.expect('d');
    timer.due = in.instant();
    read_place(in, timer);
    if (!in.whole()) return damaged();
    return timer;
}

Result<SetAside> decode_set_aside(std::string_view key, std::string_view value) {
    SetAside aside;
    Cutter of_key(key);
    of_key.expect('a');
    aside.tenant = TenantId{of_key.uuid()};
    aside.policy = of_key.text_to_zero();
    aside.source = of_key.uuid();
    Cutter in(value);
    in.expect(format);
    const auto kind = in.number(1);
    if (kind == a_timer) {
        auto& timer = aside.timer.emplace();
        timer.tenant = aside.tenant;
        timer.policy = aside.policy;
        timer.id = aside.source;
        timer.due = in.instant();
        timer.cause = in.uuid();
        timer.key = in.take(in.number(1));
        timer.data = in.take(in.number(2));
    } else if (kind == an_event) {
        aside.position = in.number(8);
    } else {
        return damaged();
    }
    aside.error = in.rest();
    const bool fits = aside.error.size() <= set_aside_error_bytes_max;
    if (!of_key.whole() || !of_key.rest().empty() || !in.whole() || !fits) return damaged();
    return aside;
}

kernel::Uuid timer_id(const kernel::Uuid& source, std::string_view policy, std::string_view key) {
    const auto hash =
        kernel::sha256({"timer", source.view(), policy, std::string_view("\0", 1), key});
    kernel::Uuid id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = hash[i];
    id.bytes[6] = static_cast<std::uint8_t>(0x80 | (id.bytes[6] & 0x0f));
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

}  // namespace almanac::eventstore
