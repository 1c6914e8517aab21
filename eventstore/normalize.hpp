// Normal forms of what people type: e-mail and phone for claims and exact search, names for the
// search by parts. Pure; libunistring does the folding. Thread-safe.
// The e-mail and phone forms are hashed into claims: DO NOT CHANGE what they answer for any input
// that was ever accepted; characters that this Unicode does not know yet are therefore refused.
// The search form is never stored and may become better.
#pragma once
#include <string>
#include <string_view>

#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

// Trimmed, NFC, full Unicode case folding, NFC again (`Straße` and `STRASSE` are one). Field error
// `format` at `pointer` with the reason: one `@` with something on both sides, ≤ 254 bytes before
// and after folding, valid UTF-8, no space, control, invisible or unassigned character.
kernel::Result<std::string> normalize_email(std::string_view text, std::string_view pointer = "");

// E.164: `+` and 7..15 digits, the first not 0. Accepts the international form only, beginning with
// `+` or `00`, with spaces, dots, dashes and pairs of parentheses between digits. Field error
// `format` at `pointer` with the reason; a trunk zero in parentheses `(0)` is refused, not guessed.
kernel::Result<std::string> normalize_phone(std::string_view text, std::string_view pointer = "");

// For searching: NFKD, marks stripped, case folded, Latin letters with strokes and ligatures opened
// (ø o, ł l, æ ae …), runs of white space one space, trimmed. Invalid UTF-8 folds to U+FFFD.
std::string fold_for_search(std::string_view text);

}  // namespace almanac::eventstore
