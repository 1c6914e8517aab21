// The schemas of the document: rows, command bodies and the fixed ones by name, nested shapes found
// in several places (Money, Address, …) taken out and shared by $ref. Owned by build_openapi while
// it runs; not thread-safe; borrows the catalogue.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/route_table.hpp"

namespace almanac::gateway {

using kernel::json::Array;
using kernel::json::Object;
using kernel::json::Value;

Object ref_to(std::string_view kind, std::string_view name);  // #/components/<kind>/<name>
std::string camel_case(std::string_view snake_case);          // book_appointment -> BookAppointment

// What GET of one answers: the fold's fields, id, revision, times; personal fields may be null.
Object row_schema(const kernel::Collection& collection);
// What a query answers; personal fields may be null.
Object answer_schema(const kernel::QueryType& query);
std::string row_schema_name(const kernel::Collection& collection);
// Where a command's body is found; all that take an empty one share `EmptyBody`.
std::string body_schema_name(const kernel::CommandType& command);
// Adds the pattern a format means, where a regular expression can say it.
void add_patterns(Value& schema);

class SchemaBook {
  public:
    void add(std::string name, Object schema);
    // Of an answer: shapes of its own bear its name, `AppointmentStatsRow` those of its `data`.
    void add_answer(const std::string& name, Object schema);
    // All of them by name, in alphabetical order, every shared shape a component of its own.
    Object finish();

  private:
    struct Shape {
        Object schema;
        std::string name;
        std::vector<std::string> candidates;  // names to choose from, best first
        int uses = 0;
        std::size_t order = 0;
    };
    void collect(const Value& schema, const std::string& owner, const std::string& property,
                 bool is_root);
    void name_shapes();
    Value shared(const Value& schema, bool is_root);

    std::map<std::string, Object> named_;
    std::vector<std::string> order_;
    std::set<std::string> answers_;
    std::map<std::string, Shape> shapes_;  // by canonical text
};

}  // namespace almanac::gateway
