// `almanac generate`: seeded, realistic history through the real commands: businesses with people,
// rooms, services, schedules and clients; then, day by day, bookings at free times, confirmations,
// moves, cancellations, completions and no-shows. The same commands for a seed, options and
// starting time; only the ids differ.
// In a sandbox (`sandbox`) its clock runs along, so events have true times. Elsewhere the clock
// stands where it is: bookings of the last weeks are recorded by staff with a reason and completed,
// later ones stay open.
#pragma once
#include <functional>
#include <map>
#include <optional>

#include "replay/command_target.hpp"

namespace almanac::replay {

struct GenerateWish {
    std::size_t tenants = 3;
    std::uint64_t appointments = 1'000;  // over all of them
    std::uint64_t seed = 1;
    std::optional<std::size_t> clients;  // of each; none: one for every six appointments
    bool sandbox = false;                // move the clock
};

struct GenerateSummary {
    std::vector<std::string> tenants;  // slugs
    std::uint64_t clients = 0;
    std::uint64_t appointments = 0;  // booked
    std::uint64_t commands = 0;
    std::uint64_t events = 0;
    std::map<std::string, std::uint64_t> rejected;  // by code
    std::string first_rejection;                    // in full
    Instant from{};
    Instant until{};  // where the clock stands
    double seconds = 0;
    kernel::json::Object to_json() const;
};

// Called between steps with what was booked and how many events there are.
using GenerateProgress = std::function<void(std::uint64_t booked, std::uint64_t events)>;

// Ends early where the target fails (not where it refuses a command); `generated_before` where the
// seed's businesses are there already.
Result<GenerateSummary> generate(const GenerateWish& wish, CommandTarget& target,
                                 const GenerateProgress& progress);

}  // namespace almanac::replay
