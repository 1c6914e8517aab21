// Which column of a CSV file is which field of a command, and a row as the command's body. The
// fields, their types and so what a cell may hold come from the command's own schema; a column is
// matched by its header (case, spaces and dashes do not matter), by a few names people use, or by
// `--mapping "E-mail=email"` (`"Colour="` leaves a column out). Pure.
#pragma once
#include <map>
#include <set>

#include "domain/kernel/catalogue.hpp"
#include "replay/csv.hpp"

namespace almanac::replay {

using kernel::Result;

// "E-Mail " -> "e_mail"
std::string header_key(std::string_view header);

class CsvFields {
  public:
    // Every leaf of the body's schema but `without`: "first_name", "address.city"; and `more`,
    // which the caller understands itself.
    CsvFields(const kernel::json::Object& schema, const std::set<std::string>& without,
              const std::vector<std::string>& more);
    bool has(const std::string& field) const { return kinds_.contains(field); }
    std::vector<std::string> names() const;
    // A cell as the field's type where it reads as such, else as the text it is: the command's own
    // rules say what is wrong with that.
    kernel::json::Value value(const std::string& field, std::string_view cell) const;

  private:
    enum class Kind { text, whole, boolean, list };
    void add(const kernel::json::Object& schema, const std::string& prefix,
             const std::set<std::string>& without);
    std::map<std::string, Kind> kinds_;
};

class CsvMapping {
  public:
    // Refusals (`bad_arguments`) name every column that is no field, and two that are one.
    static Result<CsvMapping> make(const CsvFields& fields, const std::vector<std::string>& header,
                                   const std::vector<std::string>& wishes,
                                   const std::map<std::string, std::string>& also_known);

    std::size_t columns() const { return fields_.size(); }
    const std::string& field(std::size_t column) const { return fields_[column]; }  // "": left out
    bool has(std::string_view field) const;
    // The cell of a field in a row, trimmed; "" where it has no column.
    std::string cell(const std::vector<std::string>& row, std::string_view field) const;
    // What has a column in this row, as the body says it; empty cells are left out.
    kernel::json::Object body(const CsvFields& fields, const std::vector<std::string>& row,
                              const std::set<std::string>& without) const;
    // The number, from 1, of the first column without a name that holds something in this row.
    std::optional<std::size_t> unnamed(const std::vector<std::string>& row) const;
    // "/address/city" -> `column "City"`; the pointer itself where no column is behind it.
    std::string place(std::string_view pointer) const;

  private:
    std::vector<std::string> header_;
    std::vector<std::string> fields_;
};

std::string trimmed(std::string_view text);
std::string folded(std::string_view text);  // trimmed, ASCII letters in lower case

}  // namespace almanac::replay
