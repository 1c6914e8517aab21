#include "replay/csv.hpp"

#include "domain/kernel/format.hpp"

namespace almanac::replay {
namespace {
using kernel::FieldError;

FieldError fault(std::string code, std::string detail) {
    return {"", std::move(code), std::move(detail)};
}
}  // namespace

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

std::optional<CsvRow> CsvReader::next() {
    while (peek() == '\n' || peek() == '\r') {
        if (take_line_end(take())) continue;
        CsvRow row{line_, {}, fault("csv_line_end", "A carriage return without a line feed.")};
        skip_line();
        return row;
    }
    if (peek() == end_of_input) return std::nullopt;
    CsvRow row;
    row.line = line_;
    record_bytes_ = 0;
    while (true) {
        std::string field;
        End end = End::field;
        row.fault = read_field(field, end);
        if (!row.fault && row.fields.size() == csv_fields_max)
            row.fault = fault("csv_too_long", "A record has at most 256 fields.");
        if (row.fault) {
            skip_line();
            return row;
        }
        row.fields.push_back(std::move(field));
        if (end != End::field) return row;
    }
}

}  // namespace almanac::replay
