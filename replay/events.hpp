// `almanac events`: the events of a tenant as NDJSON, oldest first; live against a server.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "replay/source.hpp"

namespace almanac::replay {

struct EventsWish {
    std::string tenant;                  // slug or id
    std::vector<std::string> types;      // any of them; none: all
    std::vector<std::string> tags;       // all of them
    std::optional<std::uint64_t> after;  // a sequence
    std::optional<std::uint64_t> limit;
    bool follow = false;  // goes on as events happen; servers only
};

// A line per event; `out` is flushed after each while following. A lost connection is taken up
// again where it broke; `notes` hears of it.
Result<void> print_events(const Source& source, const kernel::Catalogue& catalogue,
                          const EventsWish& wish, std::ostream& out, std::ostream& notes);

}  // namespace almanac::replay
