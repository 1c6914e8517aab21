#include "gateway/http_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/none.hpp>
#include <cstdint>
#include <limits>
#include <optional>

namespace almanac::gateway {

namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

// The shortest last chunk, "0" and its two line ends. Beast 1.81 aborts where asserts are compiled
// in when less of it comes first and more of it, still not all, after that.
constexpr std::size_t last_chunk_bytes_min = 5;

std::string text(string_view from) {
    return {from.data(), from.size()};
}

std::string lower_case(string_view from) {
    std::string out(from.data(), from.size());
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

// Writes straight into a Request. Limits were checked on the raw bytes before, so Beast's are off.
class BeastParser : public http::basic_parser<true> {
  public:
    explicit BeastParser(Request& into) : into_(&into) {
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(boost::none);
    }
    void set_target(Request& into) { into_ = &into; }
    // What comes next is not content but a chunk's line.
    bool awaits_chunk_line() const { return chunked() && chunk_bytes_left_ == 0; }

  private:
    void on_request_impl(http::verb, string_view method, string_view target, int version,
                         error_code&) override {
        into_->method = text(method);
        into_->target = text(target);
        into_->version_minor = version % 10;
    }
    void on_response_impl(int, string_view, int, error_code& ec) override {
        ec = http::error::bad_version;
    }
    void on_field_impl(http::field, string_view name, string_view value, error_code& ec) override {
        if (head_done_) {  // a trailer: never mixed with the headers
            ec = http::error::bad_field;
            return;
        }
        into_->headers.push_back({lower_case(name), text(value)});
    }
    void on_header_impl(error_code&) override { head_done_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view bytes, error_code&) override {
        into_->body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t bytes, string_view, error_code&) override {
        chunk_bytes_left_ = bytes;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
        chunk_bytes_left_ -= bytes.size();
        into_->body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(error_code&) override {}

    Request* into_;
    bool head_done_ = false;
    std::uint64_t chunk_bytes_left_ = 0;
};

}  // namespace

class RequestParser::Impl {
  public:
    std::optional<BeastParser> parser;
};

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

bool RequestParser::parse_head(std::string_view head, Request& into) {
    BeastParser& parser = impl_->parser.emplace(into);
    into.headers.clear();
    into.headers.reserve(
        static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::ranges::count(head, '\n') - 2, 0)));
    error_code ec;
    const std::size_t used = parser.put(boost::asio::const_buffer(head.data(), head.size()), ec);
    return !ec && used == head.size() && parser.is_header_done();
}

std::size_t RequestParser::parse_body(std::string_view bytes, Request& into) {
    BeastParser& parser = *impl_->parser;
    parser.set_target(into);
    std::size_t used = 0;
    while (used < bytes.size() && !parser.is_done()) {
        if (parser.awaits_chunk_line() && bytes.size() - used < last_chunk_bytes_min) break;
        error_code ec;
        const std::size_t n =
            parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), ec);
        used += n;
        if (ec == http::error::need_more) break;
        if (ec) return npos;
    }
    return used;
}

bool RequestParser::done() const {
    return impl_->parser && impl_->parser->is_done();
}

bool RequestParser::keep_alive() const {
    return impl_->parser->keep_alive();
}

}  // namespace almanac::gateway
