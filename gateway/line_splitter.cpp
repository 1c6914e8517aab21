#include "gateway/line_splitter.hpp"

#include <utility>

namespace almanac::gateway {

void LineSplitter::feed(std::string bytes) {
    if (begin_ == buffer_.size()) {
        buffer_ = std::move(bytes);
    } else {
        buffer_.erase(0, begin_);
        buffer_ += bytes;
    }
    scanned_ -= begin_;
    begin_ = 0;
}

std::optional<NumberedLine> LineSplitter::take(std::size_t end, std::size_t used) {
    NumberedLine line{++lines_, {}, std::exchange(dropping_, false)};
    if (end - begin_ > line_bytes_max_) line.too_long = true;
    if (!line.too_long) line.text = buffer_.substr(begin_, end - begin_);
    begin_ = scanned_ = used;
    const bool blank = line.text.find_first_not_of(" \t\r") == std::string::npos;
    if (blank && !line.too_long) return std::nullopt;
    return line;
}

std::optional<NumberedLine> LineSplitter::next() {
    while (begin_ < buffer_.size()) {
        const auto end = buffer_.find('\n', scanned_);
        if (end != std::string::npos) {
            if (auto line = take(end, end + 1)) return line;
            continue;
        }
        scanned_ = buffer_.size();
        if (scanned_ - begin_ > line_bytes_max_) {
            dropping_ = true;
            begin_ = scanned_;
        }
        break;
    }
    const bool rest = begin_ < buffer_.size() || dropping_;
    if (!finished_ || !rest) return std::nullopt;
    return take(buffer_.size(), buffer_.size());
}

}  // namespace almanac::gateway
