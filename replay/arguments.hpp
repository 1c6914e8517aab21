// Everything the arguments of `almanac` say, and the commands with their options, help and
// examples.
#pragma once
#include <string>

#include "replay/backup.hpp"
#include "replay/csv_import.hpp"
#include "replay/events.hpp"
#include "replay/generate.hpp"
#include "replay/inspect.hpp"
#include "replay/source.hpp"

namespace CLI {
class App;
}

namespace almanac::replay {

struct InspectWish {
    std::string tenant;
    std::string tag;
};
struct SampleWish {
    std::string name;
};

// Filled while CLI11 parses.
struct Arguments {
    Source source;
    bool json = false;
    EventsWish events;
    InspectWish inspect;
    SampleWish sample;
    GenerateWish generate;
    ImportWish import;
    CsvWish csv;
    bool verify_views = false;  // verify --views
    BackupWish backup;
    RestoreWish restore;
    std::string key_name = "administrator";
    unsigned partition = 0;
    bool confirmed = false;      // accept-loss --yes
    bool accepts_clock = false;  // clock accept
    unsigned connections = 16;
};

// `arguments` outlives `app`.
void add_commands(CLI::App& app, Arguments& arguments);

}  // namespace almanac::replay
