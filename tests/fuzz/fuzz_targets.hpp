// What the bytes of strangers must never break. A target takes any bytes, feeds them to one reader
// of the house and throws BrokenProperty where a property of that reader does not hold. libFuzzer
// drives them (ops/fuzz, libfuzzer/driver.cpp); every test run replays tests/fuzz/corpus through
// them (corpus_test.cpp). Stateless, any thread, no file, no clock, no randomness.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace almanac::fuzz {

struct BrokenProperty : std::logic_error {
    using std::logic_error::logic_error;
};

inline void require(bool holds, const char* property) {
    if (!holds) throw BrokenProperty(property);
}

// A connection's bytes: the same requests come out however the network cuts them, and written out
// plainly they are read again as they were.
void http_reader(std::string_view input);
// A body: what is accepted is JSON to another parser too, is written and read again as the same
// value, nests at most 32 deep, and would be refused with one of its keys twice.
void json_reader(std::string_view input);
// A record of the log: what is decoded is encoded to the same bytes, and reading it in place
// agrees. The input is tried as it stands and with its hash made to match.
void record_decoder(std::string_view input);
// A recurrence rule, and behind a line feed when it begins and which days are asked for: what is
// accepted keeps its limits and can be written again; its starts are sorted, within the range, no
// more a day than promised, and the same when the range is asked for in two parts.
void recurrence_rule(std::string_view input);
// Entries of policies and of the keyring (key ‖ value): what is decoded is encoded to the same
// bytes.
void stored_entries(std::string_view input);

}  // namespace almanac::fuzz
