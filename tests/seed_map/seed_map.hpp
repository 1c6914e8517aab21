// Where every column of the client's seed documents went. `columns.tsv` lists their columns;
// `<seed>.tsv` says of each column of a table that is done where it is now:
//   service.name                     a field of what GET answers
//   event:scheduling.service_set     an event, or one of its fields (event:<type>.<field>)
//   view:dashboard.today             a field of a report
//   derived: how · replaced: why     in words; every `name` in backquotes must exist, too
// A judge over one catalogue; belongs to the tests.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/catalogue.hpp"

namespace almanac::seed_map {

struct Column {
    std::string table;
    std::string column;
    auto operator<=>(const Column&) const = default;
};
struct Line {
    Column column;
    std::string where;
};

class Judge {
  public:
    explicit Judge(const kernel::Catalogue& catalogue);

    // What is wrong with the map of one seed, a sentence each: a column of a mapped table without
    // a line or with two, a line for no column, a place that does not exist.
    std::vector<std::string> faults(const std::vector<Column>& columns,
                                    const std::vector<Line>& lines) const;

  private:
    std::string fault_of(std::string_view where) const;  // empty: none
    bool exists(std::string_view place) const;
    bool answers(std::string_view report_and_field) const;

    const kernel::Catalogue& catalogue_;
    std::map<std::string, kernel::json::Object, std::less<>> rows_;  // by kind
    kernel::json::Object api_;                                       // the OpenAPI document
};

// By seed ("001"), in the order of the file. Throws std::runtime_error where a file is not as
// above.
std::map<std::string, std::vector<Column>> read_columns(const std::string& file);
std::vector<Line> read_map(const std::string& file);

}  // namespace almanac::seed_map
