// Schemas as field tables. Reads the document it was given; pure; any thread while that lives.
#pragma once
#include <string>
#include <string_view>

#include "domain/kernel/json.hpp"

namespace almanac::gateway {

class SchemaPrinter {
  public:
    explicit SchemaPrinter(const kernel::json::Object& openapi) : openapi_(openapi) {}

    // What a local $ref leads to, or the object itself.
    const kernel::json::Object& resolve(const kernel::json::Object& object) const;
    // "list of <a href=#schema-Window>Window</a>", "string or null"; HTML.
    std::string type(const kernel::json::Object& schema) const;
    // What may stand in it, as a sentence: description, limits, names; HTML.
    std::string rules(const kernel::json::Object& schema) const;
    // The members as a table, those of shared shapes below their field; "" where it has none.
    std::string table(const kernel::json::Object& schema, std::string_view caption) const;

  private:
    void rows(std::string& out, const kernel::json::Object& schema, const std::string& prefix,
              int depth) const;
    const kernel::json::Object& openapi_;
};

// The name at the end of "#/components/schemas/Money"; "" where the schema is no $ref.
std::string_view ref_name(const kernel::json::Object& schema);
// Text at `key`; "" where there is none.
std::string_view text_at(const kernel::json::Object& object, std::string_view key);

}  // namespace almanac::gateway
