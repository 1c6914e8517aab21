// `almanac sample`: loads a sample business through the ordinary commands, once. Everything is
// looked up first (slug, e-mail, the sample's number in an appointment's metadata) and bears an
// Idempotency-Key of its own, so a second run changes nothing, and one that was cut off is gone on
// with. Weeks of bookings from tomorrow, by the target's clock.
#pragma once
#include <iosfwd>
#include <map>

#include "replay/command_target.hpp"
#include "replay/dice.hpp"
#include "replay/sample_business.hpp"

namespace almanac::replay {

struct SampleSummary {
    std::string sample;
    std::string tenant_id;
    std::map<std::string, int> created;  // by kind: "services" …
    std::map<std::string, int> found;    // was there already
    int changes = 0;                     // commands that made events
    kernel::json::Object to_json() const;
};

// Lines of progress go to `notes`.
Result<SampleSummary> load_sample(const SampleBusiness& business, CommandTarget& target,
                                  BusinessLookup& lookup, std::ostream& notes);

}  // namespace almanac::replay
