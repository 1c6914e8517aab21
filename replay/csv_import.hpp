// `almanac import-csv clients|appointments FILE`: rows as commands. Each row is checked by the very
// rules of the command (the catalogue's parse) before anything is sent; a bad one is told with its
// line, column and reason and never sent, the others are imported like lines of `almanac import`. A
// dry run sends nothing and tells every bad row, also those that another row or a client of the
// business already is. It does not know whether a slot will be free.
#pragma once
#include "replay/import_file.hpp"

namespace almanac::kernel {
class Catalogue;
}

namespace almanac::replay {

struct CsvWish {
    ImportWish import;
    std::string kind;  // clients, appointments
    std::vector<std::string> mapping;
    char delimiter = ',';
    std::string time_zone;  // of local times; "": the business's
    bool dry_run = false;
};

Result<ImportTotals> import_csv(const CsvWish& wish, const kernel::Catalogue& catalogue,
                                const ServerAddress& server, ImportTerminal terminal);

}  // namespace almanac::replay
