// Codes any call may meet: framing, authentication, conventions, load.
#include <array>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway::detail {
namespace {

constexpr auto codes = std::to_array<ErrorCode>({
    {"append_condition_failed", 409, "Something else happened first",
     "The events were to be appended only if nothing else had happened to the same things; "
     "something had.",
     "Read the present state, decide again and repeat the call."},
    {"body_too_large", 413, "Body too large",
     "The body is larger than this resource takes; nothing of it was looked at.",
     "Send less at a time, for example a large import in several parts."},
    {"clock_jumped", 503, "The server's clock jumped",
     "The wall clock of the server moved by minutes; writes wait so that no event gets a wrong "
     "time.",
     "Try again later. The operator corrects the clock, or accepts it with `almanac clock "
     "accept`."},
    {"clock_moving", 503, "The clock is being moved",
     "The clock of this sandbox is being moved: what was due meanwhile runs first, and other "
     "commands wait. A move that answers this goes on, unless its answer says otherwise.",
     "Repeat the call after Retry-After; a move to the same time answers once everything has run."},
    {"corrupt", 500, "Damaged data",
     "What is stored does not match its checksum or its format. The server refuses to guess.",
     "Tell the operator, who runs `almanac verify` and restores what is damaged. Retrying does not "
     "help."},
    {"denied", 403, "Not permitted",
     "The key is valid, but none of its scopes allows this; each operation of the documentation "
     "names the permission it asks for.",
     "Use a key whose scopes cover the permission, for example `scheduling.appointment:create`."},
    {"disk_full", 503, "Disk full", "The server has no space left to write; reads go on.",
     "Try again later with the same Idempotency-Key. The operator makes space."},
    {"email_taken", 409, "E-mail address taken",
     "Another live client has this e-mail address. Addresses are compared trimmed and without "
     "case.",
     "Find the client with `GET clients?email=` and use it, or give another address."},
    {"expectation_failed", 417, "Unknown expectation",
     "The Expect header asks for something other than 100-continue.",
     "Leave the Expect header out."},
    {"header_too_large", 431, "Headers too large",
     "The request line and headers together are too large, or there are more than 64 headers.",
     "Send fewer or shorter headers."},
    {"http_version_not_supported", 505, "HTTP version not supported",
     "The server speaks HTTP/1.1 and HTTP/1.0.", "Use HTTP/1.1."},
    {"idempotency_in_progress", 409, "The first call is still running",
     "A call with this Idempotency-Key was received and is not decided yet.",
     "Wait as long as Retry-After says and repeat the same call with the same key."},
    {"idempotency_key_reused", 422, "Idempotency-Key used for another body",
     "This key was used on this route before, with another body.",
     "Use a fresh key for every new wish; the same key only to repeat the same one."},
    {"import_line_invalid", 422, "Not a line of an import",
     "The line is JSON, but not a command of a business with what its path and body need; `errors` "
     "points into the line.",
     "Give `command`, `body`, and `id` or `path` where the command's path has such places."},
    {"internal_error", 500, "Internal error",
     "The request could not be answered; the fault is ours.",
     "Retry with the same Idempotency-Key, and report the request id in `instance`."},
    {"invalid_event", 500, "Invalid event",
     "A decision made an event that cannot be written; nothing was. The fault is ours.",
     "Report the request id in `instance`."},
    {"io_error", 503, "The disk failed",
     "Reading or writing failed; writes stop until the operator has looked at it.",
     "Try again later with the same Idempotency-Key."},
    {"keyring_failed", 503, "The keyring fails",
     "The keys of personal data cannot be read or written just now.",
     "Try again later; the operator looks at the disk."},
    {"limit_reached", 422, "A limit is reached",
     "There is a fixed upper limit of such things, named in `detail`.",
     "Delete or retire what is no longer needed."},
    {"log_forked", 409, "Another log",
     "The Almanac-Log header or a cursor names another log than this one: the server was restored "
     "from a backup, and what you remember may not have happened here.",
     "Drop remembered positions and cursors, read the present state and begin again without the "
     "header."},
    {"malformed_json", 400, "Not JSON",
     "The body is not one JSON value: broken syntax, a key twice, deeper than 32, an integer that "
     "does not fit, or not UTF-8.",
     "Send well-formed JSON (RFC 8259); `detail` says what and where."},
    {"malformed_request", 400, "Malformed request",
     "The request breaks the rules of HTTP/1.1, or two readers of it could disagree on where it "
     "ends.",
     "Use an ordinary HTTP client and leave framing headers to it."},
    {"malformed_target", 400, "Malformed target",
     "The path or query is not percent-encoded as it should be, or holds dot segments.",
     "Percent-encode every segment and value as UTF-8."},
    {"method_not_allowed", 405, "Method not allowed",
     "The path exists, but not with this method; the Allow header lists those it has.",
     "Use one of the methods in Allow."},
    {"method_not_implemented", 501, "Method not implemented",
     "The server does not know this method.", "Use GET, POST, PUT, PATCH or DELETE."},
    {"not_acceptable", 406, "No such representation",
     "The Accept header asks for a media type this resource does not have.",
     "Accept application/json; the documentation of the operation names the others."},
    {"not_filterable", 422, "Not a filter",
     "The field is sealed: it is stored only as ciphertext and cannot be compared.",
     "Filter by another field; clients are found by `q`, `email` and `phone`."},
    {"not_found", 404, "Not found",
     "There is no such thing here. What belongs to another business gets the same answer as what "
     "does not exist.",
     "Check the id, the tenant in the path and which business the key belongs to."},
    {"not_started", 503, "Not started",
     "The server could not begin to write; nothing of this happened.",
     "Repeat the call after Retry-After."},
    {"outcome_unknown", 503, "Outcome unknown",
     "The disk failed while this was written: it may or may not have happened.",
     "Repeat the call with the same Idempotency-Key; the answer tells which."},
    {"overloaded", 503, "Overloaded", "The server holds as many request bodies as it can just now.",
     "Repeat the call after Retry-After, with growing pauses."},
    {"phone_taken", 409, "Phone number taken", "Another live client has this phone number.",
     "Find the client with `GET clients?phone=` and use it, or give another number."},
    {"precondition_failed", 412, "It has changed",
     "The revision in If-Match is not the present one; `detail` says which is.",
     "Read the thing again, apply your change to what you find and send its ETag."},
    {"queue_full", 503, "Too much is waiting",
     "More is waiting to be written than the server takes; nothing of this happened.",
     "Repeat the call after Retry-After, with growing pauses."},
    {"rate_limited", 429, "Too many requests",
     "The key, its business, or the network address of a call without a valid key has used up the "
     "requests of its window. RateLimit-Policy says how many there are, RateLimit how many are "
     "left and when there are more.",
     "Wait as long as Retry-After says."},
    {"read_only", 503, "Read-only",
     "The disk failed, so nothing can be written until the operator has looked at it; reads go on.",
     "Try again later with the same Idempotency-Key."},
    {"request_timeout", 408, "Too slow", "The request did not arrive completely in time.",
     "Send it again on a new connection."},
    {"search_not_ready", 503, "Search is being built",
     "The index that finds clients by name is not in memory yet.",
     "Repeat the call after Retry-After."},
    {"search_too_large", 503, "Too many clients to search",
     "The business has more clients than can be searched in the time allowed.",
     "Find them by `email` or `phone`, or list them without `q`."},
    {"slug_taken", 409, "Slug taken", "Another one of the same kind has this slug.",
     "Give another slug."},
    {"stopping", 503, "Stopping", "The server is stopping; nothing of this happened.",
     "Repeat the call; another process or the restarted one answers."},
    {"subject_erased", 422, "The person was erased",
     "The data of this person was erased for good; nothing can be added to it.",
     "Create a new client if the person comes back."},
    {"too_many_connections", 503, "Too many connections",
     "The server has as many connections as it takes.",
     "Reuse connections, and try again after Retry-After."},
    {"unauthenticated", 401, "No valid key",
     "There is no Authorization header, or its key is unknown, revoked or expired.",
     "Send `Authorization: Bearer alk_…` with a key that is in force."},
    {"unavailable", 503, "Not available", "The server could not begin; nothing of this happened.",
     "Repeat the call after Retry-After."},
    {"unsupported_media_type", 415, "Unsupported media type",
     "The body is of a type this operation does not take.",
     "Send application/json; PATCH also takes application/merge-patch+json, an import "
     "application/x-ndjson."},
    {"uri_too_long", 414, "Request line too long", "The request line is longer than 8 KiB.",
     "Send fewer or shorter parameters."},
    {"validation_failed", 422, "Some fields are not valid",
     "One or more fields break their rules; `errors` lists every one of them with its JSON "
     "Pointer.",
     "Correct all the listed fields and send it again."},
    {"view_behind", 503, "The view is behind",
     "The view that answers has not yet applied what you asked it to include, within the time "
     "allowed.",
     "Repeat the call after Retry-After, or send Almanac-Consistency: eventual to take what is "
     "there."},
    {"search_timeout", 503, "The search took too long",
     "The business has so many clients that they were read one by one, and the time allowed ran "
     "out.",
     "Find them by `email` or `phone`, or give more of the name."},
    {"line_too_long", 413, "Line too long",
     "A line of an import has more bytes than are taken; the other lines are not touched by it.",
     "Say it in several commands."},
    {"too_many_imports", 503, "Too many imports",
     "The server, or this business, has as many imports running as it may.",
     "Wait for one to end, and try again after Retry-After."},
    {"too_many_streams", 503, "Too many live streams",
     "The server has as many live streams open as it takes.",
     "Close streams that nobody reads, and try again after Retry-After."},
});

}  // namespace

std::span<const ErrorCode> request_codes() {
    return codes;
}

}  // namespace almanac::gateway::detail
