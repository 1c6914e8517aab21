// `almanac import FILE`: the lines of an NDJSON file as commands, with progress, and gone on with
// where an earlier run was cut off. A line without an idempotency_key is sent with one made of the
// file and its number. And what both imports share: journal, progress, the tale of bad lines.
#pragma once
#include <iosfwd>
#include <string>

#include "replay/import_journal.hpp"

namespace almanac::replay {

struct ImportWish {
    std::string file;
    std::string tenant;
    std::string errors;
    std::string state;
    bool start_over = false;
};

// Where an import says what it does.
struct ImportTerminal {
    std::ostream& err;
    bool err_is_terminal = false;
};

Result<ImportTotals> import_file(const ImportWish& wish, const ServerAddress& server,
                                 ImportTerminal terminal);

// Sends what the source gives, from behind the last line that was answered in an earlier run.
Result<ImportTotals> run_import(ImportJournal& journal, HttpClient& client,
                                const std::string& tenant, LineSource& source,
                                ImportTerminal terminal);

// The line with `"idempotency_key": key` where it is an object that has none.
std::string with_key(std::string line, const std::string& key);

// "line 17: 422 validation_failed: Some fields are not valid.\n  /email: …"
std::string tell_line(const LineAnswer& answer);

}  // namespace almanac::replay
