// Old event versions are read through chained steps, each from one version of a type to the next.
// Records are never rewritten: what is stored keeps its version, what is read has the newest.
// Built once at start-up, then read by any thread. A step may rename the type.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "domain/kernel/json.hpp"
#include "domain/kernel/result.hpp"

namespace almanac::eventstore {

struct VersionedData {
    std::string type;
    std::uint16_t version = 1;
    kernel::json::Value data;
};

class Upcasters {
  public:
    using Step = std::function<kernel::Result<kernel::json::Value>(kernel::json::Value data)>;

    // From (type, version) to (type, version + 1). Throws std::logic_error on a second step from
    // the same place.
    void add(std::string type, std::uint16_t version, Step step);
    // From (type, version) to version 1 of a new type.
    void add_rename(std::string type, std::uint16_t version, std::string new_type, Step step);

    bool is_current(std::string_view type, std::uint16_t version) const;
    // As far as steps lead. A step's refusal is `corrupt`, naming type and version.
    kernel::Result<VersionedData> apply(VersionedData stored) const;

  private:
    struct Next {
        std::string type;
        std::uint16_t version;
        Step step;
    };
    void add(std::string type, std::uint16_t version, Next next);
    const Next* find(std::string_view type, std::uint16_t version) const;
    // The type as it stands in a record -> version -> next
    std::map<std::string, std::map<std::uint16_t, Next>, std::less<>> steps_;
};

}  // namespace almanac::eventstore
