// CSV as RFC 4180 has it, strictly: quoted fields with doubled quotes and line ends inside, CRLF or
// LF, a UTF-8 byte order mark; every field is UTF-8. What does not keep to it is told with its
// line, and reading goes on with the next line, so that one run finds every fault. Empty lines are
// passed over. Own code, because what Debian has either takes anything or knows its columns when it
// is compiled (ops/adr/011). One thread; a record has at most 1 MiB and 256 fields.
#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/result.hpp"

namespace almanac::replay {

inline constexpr std::size_t csv_record_bytes_max = 1UL << 20;
inline constexpr std::size_t csv_fields_max = 256;

struct CsvRow {
    std::uint64_t line = 0;  // where it begins, from 1
    std::vector<std::string> fields;
    std::optional<kernel::FieldError> fault;  // then `fields` are those before it
};

// One row as it is written, quoted where it has to be; without a line end.
std::string csv_line(const std::vector<std::string>& fields, char delimiter);

class CsvReader {
  public:
    // `in` outlives it and is at its begin.
    explicit CsvReader(std::istream& in, char delimiter = ',');
    std::optional<CsvRow> next();  // nothing: the end

  private:
    enum class End { field, record, input };
    static constexpr int end_of_input = -1;
    int take();
    int peek();
    bool take_line_end(int c);
    std::optional<kernel::FieldError> read_field(std::string& field, End& end);
    std::optional<kernel::FieldError> read_quoted(std::string& field);
    std::optional<kernel::FieldError> add(std::string& field, int c);
    void skip_line();

    CsvRow bad(CsvRow row, kernel::FieldError why);

    std::streambuf& in_;
    char delimiter_;
    std::uint64_t line_ = 1;
    std::size_t record_bytes_ = 0;
    bool at_line_start_ = true;
};

}  // namespace almanac::replay
