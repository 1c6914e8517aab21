// Bytes in pieces of any size -> lines, in memory bounded by the longest line and one piece. Lines
// end in LF; a CR before it stays (JSON takes it for white space). Lines are numbered from 1, empty
// ones too, but those are not given. Pure; one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace almanac::gateway {

struct NumberedLine {
    std::uint64_t number = 0;
    std::string text;
    bool too_long = false;  // then without its text
};

class LineSplitter {
  public:
    explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

    void feed(std::string bytes);
    void finish() { finished_ = true; }             // what is left is the last line, if anything is
    std::optional<NumberedLine> next();             // nothing: feed more
    std::uint64_t lines() const { return lines_; }  // ended so far
    std::size_t buffered_bytes() const { return buffer_.size() - begin_; }

  private:
    std::optional<NumberedLine> take(std::size_t end, std::size_t used);

    std::size_t line_bytes_max_;
    std::string buffer_;
    std::size_t begin_ = 0;    // of the line
    std::size_t scanned_ = 0;  // no LF between begin_ and here
    std::uint64_t lines_ = 0;
    bool dropping_ = false;  // inside a line that is too long
    bool finished_ = false;
};

}  // namespace almanac::gateway
