#include "gateway/compress.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

#include "gateway/http_framing.hpp"
#include "gateway/http_message.hpp"

namespace almanac::gateway {

namespace {

constexpr int level = 4;  // JSON: a fifth of the time of level 9 for a tenth more bytes
constexpr int gzip_window_bits = 15 + 16;
constexpr int memory_level = 8;

class Deflater {
  public:
    Deflater() {
        if (deflateInit2(&stream_, level, Z_DEFLATED, gzip_window_bits, memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&stream_); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    // Output is cut at `text`'s size: what does not become smaller is not wanted.
    std::optional<std::string> run(std::string_view text) {
        std::string out(text.size(), '\0');
        deflateReset(&stream_);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
        stream_.avail_in = static_cast<uInt>(text.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return {};
        out.resize(out.size() - stream_.avail_out);
        return out;
    }

  private:
    z_stream stream_{};
};

// RFC 9110 12.4.2: "0" ["." 0*3DIGIT] / "1" ["." 0*3"0"]; only whether it is above zero matters.
bool is_above_zero(std::string_view q) {
    if (q.empty() || q.size() > 5 || (q[0] != '0' && q[0] != '1')) return false;
    if (q.size() > 1 && q[1] != '.') return false;
    bool above = q[0] == '1';
    for (char c : q.substr(std::min<std::size_t>(2, q.size()))) {
        if (c < '0' || c > '9') return false;
        if (c != '0' && q[0] == '1') return false;
        above = above || c != '0';
    }
    return above;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<bool> named;
    bool star = false;
    while (!accept_encoding.empty()) {
        const std::size_t end = std::min(accept_encoding.find(','), accept_encoding.size());
        const std::string_view item = accept_encoding.substr(0, end);
        accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view coding = trim_whitespace(item.substr(0, semicolon));
        bool wanted = true;
        if (semicolon < item.size()) {
            const std::string_view weight = trim_whitespace(item.substr(semicolon + 1));
            wanted = weight.size() > 2 && (weight[0] == 'q' || weight[0] == 'Q') &&
                     weight[1] == '=' && is_above_zero(weight.substr(2));
        }
        if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"))
            named = named.value_or(false) || wanted;
        else if (coding == "*")
            star = wanted;
    }
    return named.value_or(star);
}

bool is_compressible(std::string_view content_type) {
    const std::string_view type = trim_whitespace(
        content_type.substr(0, std::min(content_type.find(';'), content_type.size())));
    std::string lower(type);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (lower == "text/event-stream") return false;
    return lower.starts_with("text/") || lower == "application/json" ||
           lower == "application/x-ndjson" || lower == "application/javascript" ||
           lower == "application/xml" || lower == "application/yaml" || lower.ends_with("+json") ||
           lower.ends_with("+xml");
}

std::optional<std::string> gzip(std::string_view text) {
    if (text.empty() || text.size() > std::numeric_limits<uInt>::max()) return {};
    thread_local Deflater deflater;
    return deflater.run(text);
}

}  // namespace almanac::gateway
