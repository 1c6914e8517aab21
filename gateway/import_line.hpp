// One line of an import: a command by its name, where it applies, its body and its idempotency key.
//     {"command": "book_appointment", "idempotency_key": "row-17", "body": {…}}
//     {"command": "cancel_appointment", "id": "0190…", "body": {"by": "client"}}
// `id` is the {id} of the command's route; other parameters of it stand in `path`, by name. What a
// line may name are the routes below /v1/tenants/{tenant}: a business, not the house. Immutable;
// shared by threads; borrows the route table.
#pragma once
#include <map>
#include <span>

#include "gateway/command_request.hpp"

namespace almanac::gateway {

struct ImportLine {
    const RouteEntry* route = nullptr;
    kernel::PathParameters parameters;  // without the tenant
    kernel::json::Value body;
    std::string body_text;  // as it stands in the line; "" where there is none
    std::optional<std::string> idempotency_key;
};

class ImportLineReader {
  public:
    explicit ImportLineReader(std::span<const RouteEntry> table);
    // Refusals: `malformed_json`, or `import_line_invalid` with pointers into the line.
    kernel::Result<ImportLine> read(std::string_view text) const;
    // Whether there is a command at all that somebody may import.
    bool may_any(const Principal& principal) const;

  private:
    void read_route(const kernel::json::Object& line, ImportLine& into,
                    std::vector<kernel::FieldError>& errors) const;
    std::map<std::string_view, const RouteEntry*> routes_;  // by command
};

// The text of one member of a JSON object that parses, as it stands there.
std::string_view member_text(std::string_view object, std::string_view name);

}  // namespace almanac::gateway
