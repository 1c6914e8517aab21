#include "gateway/openapi_conventions.hpp"

namespace almanac::gateway {
namespace {

kernel::json::Object object_of(std::string_view text) {
    return kernel::json::parse_own(text).get_object();
}

constexpr std::string_view parameters_text = R"json({
  "Tenant": {"name": "tenant", "in": "path", "required": true,
    "description": "the business: its slug or its id",
    "schema": {"type": "string", "minLength": 1, "maxLength": 50},
    "example": "bella-hair-salon"},
  "Id": {"name": "id", "in": "path", "required": true, "description": "its id",
    "schema": {"type": "string", "format": "uuid"},
    "example": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908"},
  "ErrorCode": {"name": "code", "in": "path", "required": true,
    "description": "a stable code, as in `code` of a problem", "schema": {"type": "string"},
    "example": "scheduling.slot_taken"},
  "Limit": {"name": "limit", "in": "query", "description": "rows of one page",
    "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}},
  "EventLimit": {"name": "limit", "in": "query", "description": "events of one page",
    "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}},
  "Cursor": {"name": "cursor", "in": "query",
    "description": "`next_cursor` of the page before, unchanged; opaque, stable under writes",
    "schema": {"type": "string"}},
  "AsOf": {"name": "as_of", "in": "query",
    "description": "the state as it was then: a time (RFC 3339) or a position",
    "schema": {"type": "string"},
    "examples": {"time": {"value": "2026-12-01T09:30:00Z"}, "position": {"value": "0-1042"}}},
  "Deleted": {"name": "deleted", "in": "query",
    "description": "`true`: the deleted ones too",
    "schema": {"type": "boolean", "default": false}},
  "From": {"name": "from", "in": "query", "description": "not before this time",
    "schema": {"type": "string", "format": "date-time"}},
  "To": {"name": "to", "in": "query", "description": "before this time",
    "schema": {"type": "string", "format": "date-time"}},
  "Search": {"name": "q", "in": "query",
    "description": "part of a name, an e-mail address or a phone number",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100}},
  "Email": {"name": "email", "in": "query", "description": "exactly this e-mail address",
    "schema": {"type": "string", "format": "email"}},
  "Phone": {"name": "phone", "in": "query", "description": "exactly this phone number, E.164",
    "schema": {"type": "string", "format": "e164"}},
  "After": {"name": "after", "in": "query",
    "description": "only events after this sequence; without it, from sequence 0",
    "schema": {"type": "integer", "minimum": 0}},
  "Types": {"name": "types", "in": "query", "description": "only these types, comma-separated",
    "style": "form", "explode": false,
    "schema": {"type": "array", "items": {"type": "string"}},
    "example": ["scheduling.appointment_booked"]},
  "Tags": {"name": "tags", "in": "query", "description": "only with all of these tags",
    "style": "form", "explode": false,
    "schema": {"type": "array", "items": {"type": "string"}},
    "example": ["appointment:019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908"]},
  "LastEventId": {"name": "Last-Event-ID", "in": "header",
    "description": "with text/event-stream: goes on after this sequence",
    "schema": {"type": "integer", "minimum": 0}},
  "IdempotencyKey": {"name": "Idempotency-Key", "in": "header",
    "description": "a key of your own for this wish: the same call again gets the first result",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "7f1d0c2e-book-1"},
  "IfMatch": {"name": "If-Match", "in": "header",
    "description": "only if this is still its revision, else 412",
    "schema": {"type": "string", "pattern": "^\"[0-9]+\"$"}, "example": "\"3\""},
  "Prefer": {"name": "Prefer", "in": "header",
    "description": "`return=representation` answers `resource` as well, and is a reading as GET is: recorded where that is; `wait=N` waits up to N seconds, at most 30",
    "schema": {"type": "string"}, "example": "return=representation"},
  "Wait": {"name": "Prefer", "in": "header",
    "description": "`wait=N` waits up to N seconds, at most 30, instead of 2",
    "schema": {"type": "string"}, "example": "wait=5"},
  "MinPosition": {"name": "Almanac-Min-Position", "in": "header",
    "description": "answer only once what is read holds this position, else 503 `view_behind`; a position of another partition is a 400",
    "schema": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}, "example": "0-1042"},
  "Consistency": {"name": "Almanac-Consistency", "in": "header",
    "description": "`eventual`: wait for nothing but `Almanac-Min-Position`, even if what was just written is missing",
    "schema": {"type": "string", "enum": ["eventual"]}},
  "Log": {"name": "Almanac-Log", "in": "header",
    "description": "the log you believe to talk to; another one is refused with 409 `log_forked`",
    "schema": {"type": "string", "format": "uuid"}},
  "Reason": {"name": "Almanac-Reason", "in": "header",
    "description": "why; kept with the events for the audit",
    "schema": {"type": "string", "maxLength": 1000}},
  "RequestId": {"name": "X-Request-Id", "in": "header",
    "description": "your id of this request: returned, and kept with its events",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}},
  "Traceparent": {"name": "traceparent", "in": "header", "description": "W3C Trace Context",
    "schema": {"type": "string"},
    "example": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
})json";

constexpr std::string_view headers_text = R"json({
  "ETag": {"description": "the revision, for If-Match", "schema": {"type": "string"},
    "example": "\"3\""},
  "Location": {"description": "where the new one is read",
    "schema": {"type": "string", "format": "uri-reference"}},
  "Position": {"description": "position of the view or of the last event written",
    "schema": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}, "example": "0-1042"},
  "Log": {"description": "the log this was answered from; another one after a restore",
    "schema": {"type": "string", "format": "uuid"}},
  "Replayed": {"description": "`true`: this Idempotency-Key was answered before, nothing new happened",
    "schema": {"type": "string", "enum": ["true"]}},
  "RetryAfter": {"description": "seconds after which a retry is worth while",
    "schema": {"type": "integer", "minimum": 0}},
  "RequestId": {"description": "the id of this request, for your logs and ours",
    "schema": {"type": "string"}},
  "RateLimit": {"description": "where requests are limited: for each policy how many are left (`r`) and the seconds until there are more (`t`)",
    "schema": {"type": "string"}, "example": "\"principal\";r=50;t=1"},
  "RateLimitPolicy": {"description": "where requests are limited: for each policy how many may come at once (`q`) and the seconds in which so many come back (`w`)",
    "schema": {"type": "string"}, "example": "\"principal\";q=100;w=1, \"tenant\";q=1000;w=1"},
  "Authenticate": {"description": "`Bearer`", "schema": {"type": "string"}}
})json";

constexpr std::string_view schemas_text = R"json({
  "Problem": {"type": "object", "description": "Why it was refused (RFC 9457).",
    "properties": {
      "type": {"type": "string", "format": "uri-reference",
        "description": "the page that explains the code"},
      "title": {"type": "string"},
      "status": {"type": "integer"},
      "detail": {"type": "string", "description": "a sentence for people"},
      "instance": {"type": "string", "description": "the id of this request"},
      "code": {"type": "string", "description": "stable, for programs"},
      "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"},
        "description": "every bad field at once"},
      "retryable": {"type": "boolean", "description": "whether the same call can succeed later"}},
    "required": ["type", "title", "status", "code"],
    "examples": [{"type": "/docs/errors/validation_failed", "title": "Unprocessable Content",
      "status": 422, "detail": "Some fields are not valid.",
      "instance": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908", "code": "validation_failed",
      "errors": [{"pointer": "/start", "code": "required", "detail": "This field is required."}],
      "retryable": false}]},
  "FieldError": {"type": "object", "description": "One bad field.",
    "properties": {
      "pointer": {"type": "string", "description": "where (RFC 6901); empty: the whole body"},
      "code": {"type": "string", "description": "stable, for programs"},
      "detail": {"type": "string", "description": "a sentence for people"}},
    "required": ["pointer", "code", "detail"]},
  "ImportLine": {"type": "object", "description": "One line of an import: a command of a business.",
    "properties": {
      "command": {"type": "string", "description": "its operationId"},
      "idempotency_key": {"type": "string", "minLength": 1, "maxLength": 255,
        "description": "as the header Idempotency-Key on the command's own route, and one with it"},
      "id": {"type": "string", "description": "the {id} of its path, where it has one"},
      "path": {"type": "object", "additionalProperties": {"type": "string"},
        "description": "other parameters of its path by name, but the tenant"},
      "body": {"description": "what its own route takes as body"}},
    "required": ["command"], "additionalProperties": false,
    "examples": [{"command": "create_client", "idempotency_key": "row-17",
      "body": {"first_name": "Lucía", "email": "lucia@example.com"}}]},
  "ImportAnswer": {"type": "object", "description": "What became of one line.",
    "properties": {
      "line": {"type": "integer", "minimum": 1, "description": "its number"},
      "status": {"type": "integer", "description": "as its own route would have answered"},
      "id": {"type": "string", "format": "uuid", "description": "as its own route would have answered"},
      "replayed": {"type": "boolean",
        "description": "true: the first answer to this idempotency_key, once more"},
      "error": {"$ref": "#/components/schemas/Problem"}},
    "required": ["line", "status"],
    "examples": [{"line": 1, "status": 201, "id": "019b0c5e-7a10-7c3e-8f21-5d4c3b2a1908"}]},
  "EmptyBody": {"type": "object", "description": "Nothing to say: no body, or an empty object.",
    "properties": {}, "additionalProperties": false},
  "CommandAnswer": {"type": "object", "description": "What a command did.",
    "properties": {
      "id": {"type": "string", "format": "uuid", "readOnly": true,
        "description": "what it was done to, or what was made"},
      "revision": {"type": "integer", "readOnly": true},
      "position": {"type": "string", "description": "of its last event: `<partition>-<n>`"},
      "sequence": {"type": "integer", "description": "of its last event within the tenant"},
      "events": {"type": "array", "items": {"$ref": "#/components/schemas/EventName"},
        "description": "what happened, in order; empty where nothing changed"},
      "resource": {"type": "object",
        "description": "with `Prefer: return=representation`, what GET would answer; not for a key that may not read it"}},
    "required": ["id", "revision", "position", "sequence", "events"]},
  "EventName": {"type": "object",
    "properties": {
      "id": {"type": "string", "format": "uuid", "readOnly": true},
      "type": {"type": "string", "description": "e.g. `scheduling.appointment_booked`"}},
    "required": ["id", "type"]},
  "Actor": {"type": "object",
    "properties": {
      "kind": {"type": "string", "description": "api_key, user, system or policy"},
      "id": {"type": "string"}},
    "required": ["kind", "id"]},
  "Event": {"type": "object", "description": "One fact of the log; it never changes.",
    "properties": {
      "id": {"type": "string", "format": "uuid", "readOnly": true},
      "type": {"type": "string"},
      "version": {"type": "integer", "minimum": 1, "description": "of the type's data"},
      "position": {"type": "string", "description": "`<partition>-<n>`"},
      "sequence": {"type": "integer", "minimum": 0, "description": "gapless within the tenant"},
      "revision": {"type": "integer",
        "description": "in a history: the revision of the thing after it"},
      "time": {"type": "string", "format": "date-time"},
      "actor": {"$ref": "#/components/schemas/Actor"},
      "correlation_id": {"type": ["string", "null"], "description": "the request it came from"},
      "causation_id": {"type": ["string", "null"], "description": "what it followed from"},
      "tags": {"type": "array", "items": {"type": "string"},
        "description": "what it belongs to; the first is its identity"},
      "data": {"type": "object"},
      "metadata": {"type": "object"}},
    "required": ["id", "type", "version", "position", "sequence", "time", "actor", "tags", "data"]},
  "EventPage": {"type": "object",
    "properties": {
      "data": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}},
      "next_cursor": {"type": ["string", "null"], "description": "null: there is no more"}},
    "required": ["data", "next_cursor"]},
  "SlotList": {"type": "object",
    "properties": {
      "data": {"type": "array", "items": {"$ref": "#/components/schemas/Slot"}},
      "days": {"type": "array", "items": {"$ref": "#/components/schemas/SlotDay"}}},
    "required": ["data", "days"]},
  "Slot": {"type": "object", "description": "A start that can be booked.",
    "properties": {
      "start": {"type": "string", "format": "date-time"},
      "end": {"type": "string", "format": "date-time"},
      "remaining": {"type": "integer", "minimum": 1, "description": "places left"},
      "resources": {"type": "array", "items": {"$ref": "#/components/schemas/SlotResource"}}},
    "required": ["start", "end", "remaining", "resources"]},
  "SlotResource": {"type": "object", "description": "Who or what would serve it.",
    "properties": {"role": {"type": "string"}, "id": {"type": "string", "format": "uuid"}},
    "required": ["role", "id"]},
  "SlotDay": {"type": "object",
    "properties": {
      "date": {"type": "string", "format": "date"},
      "slots": {"type": "integer", "minimum": 0},
      "reason": {"type": ["string", "null"], "description": "why there are none",
        "enum": ["closed", "full", "notice", "window", "no_resource", null]}},
    "required": ["date", "slots", "reason"]}
})json";

constexpr std::string_view responses_text = R"json({
  "400": {"description": "The request cannot be read: framing, target or JSON."},
  "401": {"description": "No valid key."},
  "403": {"description": "The key's scopes do not allow this."},
  "404": {"description": "There is no such thing, or it belongs to another business."},
  "409": {"description": "It conflicts with what is: taken, in another state, or another log."},
  "412": {"description": "The revision in If-Match is not the present one."},
  "408": {"description": "The request came too slowly."},
  "413": {"description": "The body is too large."},
  "415": {"description": "The body's media type is not taken here."},
  "422": {"description": "Fields are not valid, or a rule of the business refuses it."},
  "429": {"description": "Too many requests of this key, for this business, or from this address."},
  "503": {"description": "Not now: overloaded, behind, read-only, or the outcome is unknown."}
})json";

}  // namespace

kernel::json::Object convention_parameters() {
    return object_of(parameters_text);
}

kernel::json::Object convention_headers() {
    return object_of(headers_text);
}

kernel::json::Object convention_schemas() {
    return object_of(schemas_text);
}

kernel::json::Object convention_responses() {
    auto responses = object_of(responses_text);
    for (auto& [status, response] : responses) {
        kernel::json::Object headers{
            {"X-Request-Id", {{"$ref", "#/components/headers/RequestId"}}}};
        if (status == "429" || status == "503" || status == "409") {
            headers["Retry-After"] = {{"$ref", "#/components/headers/RetryAfter"}};
        }
        if (status == "404" || status == "409" || status == "412" || status == "422") {
            headers["Idempotent-Replayed"] = {{"$ref", "#/components/headers/Replayed"}};
        }
        if (status == "429") {
            headers["RateLimit"] = {{"$ref", "#/components/headers/RateLimit"}};
            headers["RateLimit-Policy"] = {{"$ref", "#/components/headers/RateLimitPolicy"}};
        }
        if (status == "401") {
            headers["WWW-Authenticate"] = {{"$ref", "#/components/headers/Authenticate"}};
        }
        auto& object = response.get_object();
        object["headers"] = std::move(headers);
        object["content"] = {
            {"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}};
    }
    return responses;
}

kernel::json::Object query_answer(std::string_view query) {
    if (query == "find_slots") return {{"$ref", "#/components/schemas/SlotList"}};
    if (query == "list_resource_schedules") return {{"$ref", "#/components/schemas/ScheduleList"}};
    return {{"type", "object"}};
}

}  // namespace almanac::gateway
