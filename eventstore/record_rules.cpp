#include "eventstore/record_rules.hpp"

#include <algorithm>
#include <string>

namespace almanac::eventstore {
namespace {
using kernel::Rejection;
using kernel::RejectionKind;

Rejection over(std::string what) {
    return {RejectionKind::rejected, "limit_reached", std::move(what)};
}
Rejection malformed(std::string what) {
    return {RejectionKind::invalid, "invalid_event", std::move(what)};
}

// A lower-case letter, then lower-case letters, digits, `_` and what else is allowed.
bool is_name(std::string_view text, std::string_view also) {
    if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
    return std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               also.find(c) != std::string_view::npos;
    });
}

bool is_json_object(std::string_view text) {
    return text.size() >= 2 && text.front() == '{' && text.back() == '}' && is_utf8(text);
}

std::optional<Rejection> find_flaw_in_tags(const std::vector<std::string>& tags) {
    if (tags.size() > tags_per_event_max)
        return over("An event has " + std::to_string(tags.size()) + " tags; 256 are the most.");
    for (const auto& tag : tags) {
        if (tag.size() > tag_bytes_max)
            return over("A tag has " + std::to_string(tag.size()) + " bytes; 200 are the most.");
        if (!is_valid_tag(tag)) return malformed("A tag is not of the form kind:key.");
    }
    constexpr std::size_t few = 16;
    bool repeated = false;
    if (tags.size() <= few) {
        for (std::size_t i = 1; i < tags.size(); ++i)
            for (std::size_t j = 0; j < i; ++j) repeated = repeated || tags[i] == tags[j];
    } else {
        std::vector<std::string_view> sorted(tags.begin(), tags.end());
        std::ranges::sort(sorted);
        repeated = std::ranges::adjacent_find(sorted) != sorted.end();
    }
    if (repeated) return malformed("An event carries a tag twice.");
    return std::nullopt;
}
}  // namespace

bool is_clean_utf8(std::string_view text) {
    return !kernel::has_control(text) && kernel::is_utf8(text);
}

bool is_valid_tag(std::string_view tag) {
    const auto colon = tag.find(':');
    return tag.size() <= tag_bytes_max && colon != std::string_view::npos &&
           colon + 1 < tag.size() && is_name(tag.substr(0, colon), "") && is_clean_utf8(tag);
}

bool is_event_type(std::string_view type) {
    return type.size() <= type_bytes_max && is_name(type, ".");
}

std::optional<Rejection> find_flaw(const Record& record, std::size_t encoded_bytes) {
    if (encoded_bytes > record_bytes_max)
        return over("An event has " + std::to_string(encoded_bytes) + " bytes; 1 MiB is the most.");
    if (record.count > events_per_command_max) return over("A command has more than 1,000 events.");
    if (!is_event_type(record.type)) return malformed("An event's type is not of its form.");
    if (record.type_version == 0) return malformed("Versions of event types count from 1.");
    const auto time_us = kernel::micros(record.time);
    if (time_us < 0 || time_us > kernel::instant_us_max)
        return malformed("An event's time is outside 1970..2200.");
    if (record.actor.kind.size() > actor_kind_bytes_max || !is_name(record.actor.kind, ""))
        return malformed("An actor's kind is not of its form.");
    if (record.actor.id.size() > actor_id_bytes_max || !is_clean_utf8(record.actor.id))
        return malformed("An actor's id is not of its form.");
    for (const auto* id : {&record.correlation_id, &record.causation_id})
        if (id->size() > correlation_bytes_max || !is_visible_ascii(*id))
            return malformed("A correlation or causation id is not ≤ 128 visible ASCII.");
    if (record.index >= record.count) return malformed("An event's index is not below its count.");
    if (auto flaw = find_flaw_in_tags(record.tags)) return flaw;
    if (!is_json_object(record.data)) return malformed("An event's data is not a JSON object.");
    if (!is_json_object(record.metadata))
        return malformed("An event's metadata is not a JSON object.");
    return std::nullopt;
}

}  // namespace almanac::eventstore
