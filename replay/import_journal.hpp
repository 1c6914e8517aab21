// What is remembered of an import beside its file, so that another run goes on where this one was
// cut off, however long ago: which file it is (SHA-256), for which tenant, the last line that was
// answered, and the counts so far. Written by renaming, about once a second; lines answered since
// are sent again under the same keys and answered from what the server remembers (seven days).
//     clients.csv.salon.import   {"file_sha256": …, "line": 8192, "done": 8190, …}
// Refused lines go to `--errors FILE` as NDJSON {line, status, error, input}, each once. What is
// written is never what is read.
#pragma once
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>

#include "replay/import_run.hpp"

namespace almanac::replay {

struct ImportPlace {
    std::string file;
    std::string server;
    std::string tenant;
    std::string state;   // "": beside the file
    std::string errors;  // "": none are written
    std::string how;     // what else decides what lines are made of the file ("clients", mapping)
    bool start_over = false;
};

struct ImportTotals {
    std::uint64_t line = 0;  // the last one answered
    std::uint64_t done = 0;
    std::uint64_t replayed = 0;  // of these
    std::uint64_t refused = 0;
    bool complete = false;
    kernel::json::Object to_json() const;
};

// {line, status, error: {code, detail, errors}, input}
kernel::json::Object error_line(const LineAnswer& answer);

// That what is written is neither the file that is read nor each other (`bad_arguments`).
Result<void> check_apart(const ImportPlace& place);

struct FileDigest {
    std::string sha256;       // of the digests of its blocks, hex
    std::uint64_t lines = 0;  // line ends, and what stands behind the last one
};
Result<FileDigest> digest_file(const std::string& path);

class ImportJournal {
  public:
    // Reads what an earlier run left; refuses a file that has changed since (`bad_arguments`).
    static Result<ImportJournal> open(ImportPlace place);

    // What keys made here begin with: the same for the same file.
    const std::string& run() const { return run_; }
    const ImportTotals& totals() const { return totals_; }
    std::uint64_t file_lines() const { return digest_.lines; }
    Result<void> note(const LineAnswer& answer);
    Result<void> save(bool complete);

  private:
    ImportJournal() = default;
    Result<void> read_state();
    Result<void> open_errors();

    ImportPlace place_;
    FileDigest digest_;
    std::string run_;
    ImportTotals totals_;
    std::ofstream errors_;
    std::string errors_of_;  // the last --errors FILE, and how much of it counts
    std::uint64_t errors_bytes_ = 0;
    std::chrono::steady_clock::time_point next_save_{};
};

}  // namespace almanac::replay
