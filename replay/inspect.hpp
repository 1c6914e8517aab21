// `almanac inspect <tag>`: a fold with its events, step by step. Of a directory every fold of the
// house; against a server things with an address of their own through their history and `as_of`
// (personal data as the key may see it), all other folds made here from the events of their tag.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "domain/kernel/catalogue.hpp"
#include "replay/source.hpp"

namespace almanac::replay {

struct FoldStep {
    std::uint64_t revision = 0;  // of the tag: the first event makes 1
    kernel::json::Object event;  // {id, type, version, position, sequence, time, actor, data}
    // The fold after the event; nothing where the server cannot tell (inside a command).
    std::optional<kernel::json::Value> state;
};
using StepFn = std::function<void(const FoldStep&)>;

// `not_found` where nothing carries the tag, bad arguments where no fold has its kind.
Result<void> inspect(const Source& source, const kernel::Catalogue& catalogue,
                     const std::string& tenant, const std::string& tag, const StepFn& step);

// One line of JSON: {revision, event, changed: [pointer…], state}.
std::string step_line(const FoldStep& step, const kernel::json::Value& before);
// For people, changed members marked.
std::string step_text(const FoldStep& step, const kernel::json::Value& before, bool color);

}  // namespace almanac::replay
