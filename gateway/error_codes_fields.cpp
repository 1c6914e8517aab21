// Codes of single fields: `errors[].code`.
#include <array>

#include "gateway/error_codes_parts.hpp"

namespace almanac::gateway::detail {
namespace {

using enum CodePlace;

constexpr auto codes = std::to_array<ErrorCode>({
    {"before_effective_from", 422, "Ends before it begins",
     "The last date of the schedule lies before its first.",
     "Give an effective_until at or after effective_from.", field},
    {"before_maintenance_from", 422, "Ends before it begins",
     "The last day of maintenance lies before its first.",
     "Give a maintenance_until at or after maintenance_from.", field},
    {"before_start", 422, "Before the start",
     "An appointment cannot be completed before it starts.",
     "Give a time at or after its start, or leave it out.", field},
    {"candidates_or_match", 422, "Either candidates or a match",
     "A requirement names the resources that can fill it, or what fits; not both and not neither.",
     "Give exactly one of `candidates` and `match`.", field},
    {"currency", 422, "Another currency",
     "The amount is not in the currency of the price it belongs to.",
     "Give the amount in the currency of the price.", field},
    {"cursor", 422, "Not a cursor of this list",
     "The cursor is not one this list gave, or it was given for other filters or another order.",
     "Begin again without a cursor, and pass on next_cursor unchanged.", field},
    {"default_location", 422, "The default location stays",
     "The default location of a business stays active and is never deleted.",
     "Make another location for what you need.", field},
    {"enum", 422, "Not one of the names",
     "The value is not one of the names this field takes; `detail` lists them.",
     "Use one of the listed names, in lower snake_case.", field},
    {"fee", 422, "Fee and kind do not fit",
     "A fixed fee has `money`, a rate fee has `rate_ppm`, and no fee has neither.",
     "Give what belongs to the kind.", field},
    {"fixed", 422, "Never changes", "The field is set when the thing is made and stays.",
     "Leave the field out.", field},
    {"format", 422, "Not in its format",
     "The text is not what this field takes, such as an e-mail address, a phone number in E.164 or "
     "an IANA zone.",
     "Follow the example in `detail`.", field},
    {"future", 422, "In the future",
     "The time has not come yet, and this records what has happened.",
     "Give a time that is not after now, or leave it out.", field},
    {"inactive", 422, "Not active", "What the field names exists but is not active.",
     "Activate it, or name another one.", field},
    {"items", 422, "Too few or too many items",
     "The list has fewer or more items than this field takes.", "Keep to the limits in `detail`.",
     field},
    {"length", 422, "Too short or too long",
     "The text has fewer or more characters than this field takes, or only white space.",
     "Keep to the limits in `detail`; characters are counted, not bytes.", field},
    {"max", 422, "Too large", "The number is above the largest this field takes.",
     "Keep to the limit in `detail`.", field},
    {"method", 422, "Not with this method",
     "The field is only allowed with another booking method.",
     "Use the method that `detail` names, or leave the field out.", field},
    {"min", 422, "Too small", "The number is below the smallest this field takes.",
     "Keep to the limit in `detail`.", field},
    {"not_with_closed", 422, "Closed dates have no windows",
     "A date is either closed or has windows of its own.", "Leave out `windows`, or `closed`.",
     field},
    {"out_of_range", 422, "Not a time of day here",
     "A window starts from 00:00 to 23:59 and ends from 00:00 to 24:00.",
     "Give a time within the day.", field},
    {"outside_windows", 422, "A break outside its windows",
     "A break lies inside a window of the same schedule.", "Move the break, or leave it out.",
     field},
    {"overlap", 422, "Windows overlap", "Two windows share a minute in which both are in force.",
     "Make one window of them, or move one.", field},
    {"past", 422, "In the past", "The time is over already.", "Give a time after now.", field},
    {"range", 422, "Too large a number", "The number does not fit into this field.",
     "Give a smaller number.", field},
    {"repeated", 422, "Twice the same", "A list holds the same thing twice where each stands once.",
     "Leave the second one out.", field},
    {"required", 422, "Missing", "The field must be given, and cannot be cleared.",
     "Give the field.", field},
    {"sealed", 422, "Not a sealed value",
     "Stored personal data must be a sealed value; this is not one.",
     "This concerns stored events, never a body you send; tell the operator.", field},
    {"taken", 422, "Taken", "Another one has this value, and it is unique.", "Give another value.",
     field},
    {"type", 422, "Wrong type", "The JSON type is not the one this field takes.",
     "Send the type `detail` names; integers without quotes or fraction.", field},
    {"unknown_field", 422, "No such field",
     "The body or query has a field this operation does not know. Unknown fields are never passed "
     "over.",
     "Check the spelling, or leave it out.", field},
    {"unknown_parameter", 422, "No such parameter",
     "The query has a parameter this operation does not know. Unknown parameters are never passed "
     "over.",
     "Check the spelling, or leave it out.", field},
    {"zero_length", 422, "Has no length",
     "Start and end are the same; only 00:00 to 00:00 means the whole day.",
     "Give an end after the start; at or before it means the next day.", field},
    {"before_from", 422, "Ends before it begins", "The end of the range lies before its beginning.",
     "Give a `to` after `from`.", field},
    {"not_together", 422, "Not together",
     "Two parameters were given of which only one can be used.", "Leave one of them out.", field},
    {"unknown_filter", 422, "No such filter",
     "This list cannot be filtered by that; `detail` names what it can be filtered by.",
     "Use one of the named filters.", field},
    {"unknown_sort", 422, "No such order",
     "This list cannot be sorted by that; `detail` names the orders it has.",
     "Use one of the named orders; a dash before it turns it around.", field},
});

}  // namespace

std::span<const ErrorCode> field_codes() {
    return codes;
}

}  // namespace almanac::gateway::detail
