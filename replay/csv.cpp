#include "replay/csv.hpp"

#include <fmt/format.h>

#include "domain/kernel/format.hpp"

namespace almanac::replay {
namespace {
using kernel::FieldError;

FieldError fault(std::string code, std::string detail) {
    return {"", std::move(code), std::move(detail)};
}
}  // namespace

std::string csv_line(const std::vector<std::string>& fields, char delimiter) {
    const std::string special{delimiter, '"', '\r', '\n'};
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) line += delimiter;
        if (fields[i].find_first_of(special) == std::string::npos) {
            line += fields[i];
            continue;
        }
        line += '"';
        for (const char c : fields[i]) line.append(c == '"' ? 2 : 1, c);
        line += '"';
    }
    return line;
}

CsvReader::CsvReader(std::istream& in, char delimiter) : in_(*in.rdbuf()), delimiter_(delimiter) {
    constexpr std::string_view mark = "\xef\xbb\xbf";
    for (const char c : mark) {
        if (peek() != static_cast<unsigned char>(c)) break;
        in_.sbumpc();
    }
}

int CsvReader::peek() {
    const auto c = in_.sgetc();
    return c == std::streambuf::traits_type::eof() ? end_of_input : c;
}

int CsvReader::take() {
    const auto c = in_.sbumpc();
    if (c == std::streambuf::traits_type::eof()) return end_of_input;
    at_line_start_ = c == '\n';
    if (at_line_start_) ++line_;
    return c;
}

// CR LF or LF; `c` was taken.
bool CsvReader::take_line_end(int c) {
    if (c == '\r' && peek() == '\n') c = take();
    return c == '\n';
}

void CsvReader::skip_line() {
    if (at_line_start_) return;
    for (int c = take(); c != end_of_input && c != '\n'; c = take()) {
    }
}

std::optional<FieldError> CsvReader::add(std::string& field, int c) {
    if (++record_bytes_ > csv_record_bytes_max)
        return fault("csv_too_long", "A record has at most 1 MiB; is a quote missing?");
    field += static_cast<char>(c);
    return {};
}

// Behind the opening quote, to behind the closing one.
std::optional<FieldError> CsvReader::read_quoted(std::string& field) {
    while (true) {
        const int c = take();
        if (c == end_of_input) return fault("csv_quote", "The file ends inside a quoted field.");
        if (c == '"') {
            if (peek() != '"') return {};
            take();
        }
        if (auto bad = add(field, c)) return bad;
    }
}

std::optional<FieldError> CsvReader::read_field(std::string& field, End& end) {
    bool quoted = false;
    if (peek() == '"') {
        take();
        quoted = true;
        if (auto bad = read_quoted(field)) return bad;
    }
    while (true) {
        const int c = take();
        if (c == end_of_input || c == static_cast<unsigned char>(delimiter_)) {
            end = c == end_of_input ? End::input : End::field;
            break;
        }
        if (take_line_end(c)) {
            end = End::record;
            break;
        }
        if (c == '\r') return fault("csv_line_end", "A carriage return without a line feed.");
        if (quoted) return fault("csv_quote", "Something stands behind the closing quote.");
        if (c == '"')
            return fault("csv_quote", "A quote inside a field that does not begin with one.");
        if (auto bad = add(field, c)) return bad;
    }
    if (kernel::is_utf8(field)) return {};
    return fault("csv_utf8", "The field is not UTF-8; save the file as UTF-8.");
}

// Goes on with the next line, and says where that is if the row has swallowed others.
CsvRow CsvReader::bad(CsvRow row, FieldError why) {
    skip_line();
    const auto next_line = at_line_start_ ? line_ : line_ + 1;
    if (next_line > row.line + 1) {
        why.detail += peek() == end_of_input
                          ? " Nothing behind it is read."
                          : fmt::format(" What stands before line {} is left out.", next_line);
    }
    row.fault = std::move(why);
    return row;
}

std::optional<CsvRow> CsvReader::next() {
    while (peek() == '\n' || peek() == '\r') {
        if (take_line_end(take())) continue;
        return bad({line_, {}, {}},
                   fault("csv_line_end", "A carriage return without a line feed."));
    }
    if (peek() == end_of_input) return std::nullopt;
    CsvRow row;
    row.line = line_;
    record_bytes_ = 0;
    while (true) {
        std::string field;
        End end = End::field;
        if (auto wrong = read_field(field, end)) return bad(std::move(row), std::move(*wrong));
        if (row.fields.size() == csv_fields_max)
            return bad(std::move(row), fault("csv_too_long", "A record has at most 256 fields."));
        row.fields.push_back(std::move(field));
        if (end != End::field) return row;
    }
}

}  // namespace almanac::replay
