#include "gateway/calendar_feeds.hpp"

#include "domain/kernel/digest.hpp"
#include "domain/scheduling/icalendar.hpp"

namespace almanac::gateway {
namespace {
using namespace kernel;

constexpr std::string_view extension = ".ics";
constexpr std::size_t token_length = 43;  // 256 bits as base64url

// The text of a sealed name; empty where there is none or its person was erased.
template <class Sealed>
Result<std::string> name_of(const Call& call, const Sealed& sealed) {
    if (sealed.sealed.empty()) return std::string();
    const auto text =
        call.partition->keyring().open(call.tenant.id, sealed.sealed, sealed.of, Sealed::field_id);
    if (!text) return std::unexpected(text.error());
    if (!*text) return std::string();
    const auto value = json::parse_own(**text);
    return value.is_string() ? std::string(value.get_string()) : std::string();
}

// `If-None-Match`: `*`, or one of these tags, weak ones too (RFC 9110, 13.1.2).
bool matches(std::string_view header, std::string_view etag) {
    return header == "*" || header.find(etag) != header.npos;
}
}  // namespace

void CalendarFeeds::get(CallPtr call) {
    if (auto none = parameters_of(call->request, {}); !none) return call->refuse(none.error());
    const auto& file = *call->parameters.find("file");
    const auto tenant = store_.tenants().find(*call->parameters.find("tenant"));
    if (!tenant || file.size() != token_length + extension.size() || !file.ends_with(extension))
        return call->refuse(not_found().error());
    call->tenant = *tenant;
    call->partition = &store_.partition_for(tenant->id);
    // As fresh as any read: one that was revoked is so at once.
    views_.when_fresh_on_worker(
        call, Reads::reports,
        [this, call, token = file.substr(0, token_length)] { answer(call, token); });
}

Result<std::string> CalendarFeeds::title_of(const Call& call, const projections::FeedContents& feed,
                                            const projections::FeedAppointment& appointment) {
    auto title = appointment.service_name;
    if (!feed.with_names || !appointment.customer) return title;
    const auto first = name_of(call, appointment.customer->first_name);
    if (!first) return std::unexpected(first.error());
    auto name = *first;
    if (appointment.customer->last_name) {
        const auto last = name_of(call, *appointment.customer->last_name);
        if (!last) return std::unexpected(last.error());
        if (!last->empty()) name += (name.empty() ? "" : " ") + *last;
    }
    return name.empty() ? title : title + " – " + name;
}

void CalendarFeeds::answer(const CallPtr& call, std::string_view token) {
    const auto& models = *views_.of(*call).models;
    const auto feed = models.feed(call->tenant.id, token, store_.clock().now());
    if (!feed) return call->refuse(feed.error());
    if (!*feed) return call->refuse(not_found().error());
    std::vector<scheduling::CalendarEvent> events;
    for (const auto& each : (*feed)->appointments) {
        auto title = title_of(*call, **feed, each);
        if (!title) return call->refuse(title.error());
        events.push_back({to_string(each.id) + "@almanac", std::move(*title), each.reference,
                          each.start, each.end, each.created, each.changed, each.sequence,
                          each.status});
    }
    Response response;
    response.content_type = "text/calendar; charset=utf-8";
    response.body = scheduling::write_icalendar((*feed)->calendar_name, events);
    const auto etag = '"' + sha256_hex(response.body).substr(0, 32) + '"';
    if (const auto* known = call->request.find_header("if-none-match");
        known != nullptr && matches(*known, etag)) {
        response.status = 304;
        response.body.clear();
    }
    response.set("ETag", etag);
    call->answer(std::move(response));
}

}  // namespace almanac::gateway
