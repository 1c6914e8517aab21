#include "replay/event_text.hpp"

#include <fmt/format.h>

#include <charconv>

#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

void append_text_or_null(std::string& out, std::string_view name, std::string_view value) {
    out += fmt::format(",\"{}\":", name);
    if (value.empty())
        out += "null";
    else
        json::append_string(out, value);
}

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::uint64_t> number_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value && value->is_uint64()) return value->get_uint64();
    if (value && value->is_int64() && value->get_int64() >= 0) {
        return static_cast<std::uint64_t>(value->get_int64());
    }
    return std::nullopt;
}

std::string object_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_object() ? json::dump(*value) : std::string("{}");
}

std::optional<std::uint64_t> number_of_position(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto done = std::from_chars(text.data() + dash + 1, end, number);
    return done.ec == std::errc{} && done.ptr == end ? std::optional(number) : std::nullopt;
}
}  // namespace

std::string event_text(unsigned partition, std::uint64_t position,
                       const eventstore::RecordView& record) {
    auto out = fmt::format(
        R"({{"id":"{}","type":"{}","version":{},"position":"{}-{}","sequence":{},"time":"{}",)"
        R"("actor":{{"kind":"{}","id":)",
        kernel::to_string(record.id()), record.type(), record.type_version(), partition, position,
        record.sequence(), kernel::to_string(record.time()), record.actor_kind());
    json::append_string(out, record.actor_id());
    out += '}';
    append_text_or_null(out, "correlation_id", record.correlation_id());
    append_text_or_null(out, "causation_id", record.causation_id());
    out += ",\"tags\":[";
    record.for_each_tag([&](std::string_view tag) {
        if (out.back() != '[') out += ',';
        json::append_string(out, tag);
    });
    out += fmt::format("],\"data\":{},\"metadata\":{}}}", record.data(), record.metadata());
    return out;
}

kernel::Result<ReceivedEvent> read_event_text(const json::Value& event) {
    const auto nonsense = [] {
        return kernel::reject(kernel::RejectionKind::corrupt, std::string(code_server),
                              "The server sent something that is no event.");
    };
    if (!event.is_object()) return nonsense();
    const auto& object = event.get_object();
    const auto id = kernel::parse_uuid(text_at(object, "id"));
    const auto time = kernel::parse_instant(text_at(object, "time"));
    const auto version = number_at(object, "version");
    const auto sequence = number_at(object, "sequence");
    ReceivedEvent received;
    received.position_text = text_at(object, "position");
    const auto position = number_of_position(received.position_text);
    if (!id || !time || !version || *version > 65'535 || !sequence || !position) return nonsense();
    received.position = *position;
    auto& record = received.record;
    record.id = kernel::EventId{*id};
    record.type = text_at(object, "type");
    record.type_version = static_cast<std::uint16_t>(*version);
    record.sequence = *sequence;
    record.time = *time;
    if (const auto* actor = object.if_contains("actor"); actor && actor->is_object()) {
        record.actor = {text_at(actor->get_object(), "kind"), text_at(actor->get_object(), "id")};
    }
    record.correlation_id = text_at(object, "correlation_id");
    record.causation_id = text_at(object, "causation_id");
    if (const auto* tags = object.if_contains("tags"); tags && tags->is_array()) {
        for (const auto& tag : tags->get_array()) {
            if (tag.is_string()) record.tags.emplace_back(tag.get_string());
        }
    }
    record.data = object_at(object, "data");
    record.metadata = object_at(object, "metadata");
    return received;
}

}  // namespace almanac::replay
