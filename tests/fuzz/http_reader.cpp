// The loop below is that of gateway/http_session.cpp (advance_head, begin_message, advance_body)
// without the connection, the deadlines and the answers.
#include <algorithm>
#include <optional>
#include <vector>

#include "gateway/http_framing.hpp"
#include "gateway/http_parser.hpp"
#include "gateway/http_target.hpp"
#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
using namespace gateway;

constexpr std::size_t header_bytes_max = 16 * 1024;
constexpr std::size_t header_fields_max = 64;
constexpr std::uint64_t body_bytes_max = 64 * 1024;

struct ReadRequest {
    std::string method, origin, path, body;
    std::vector<std::string> segments;
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<Header> headers;
    bool chunked = false;
    bool operator==(const ReadRequest&) const = default;
};

// One connection, fed piece by piece; `refused` or `closed` once nothing more is read from it.
class Connection {
  public:
    void feed(std::string_view bytes) {
        buffer_ += bytes;
        while (!over() && (in_body_ ? advance_body() : advance_head())) {
        }
    }
    bool over() const { return refused || closed; }

    std::vector<ReadRequest> requests;
    bool refused = false;
    bool closed = false;  // by Connection: close, after a whole request

  private:
    bool refuse() {
        refused = true;
        return false;
    }
    // Each answers whether there may be more to do with the bytes that are here.
    bool advance_head() {
        if (!blank_line_skipped_ && buffer_.starts_with("\r\n")) {
            buffer_.erase(0, 2);
            blank_line_skipped_ = true;
        }
        if (!blank_line_skipped_ && buffer_ == "\r") return false;
        const auto found = find_head_end(buffer_, scan_, header_bytes_max);
        if (!found) return refuse();
        if (*found == 0) return false;
        require(*found <= buffer_.size(), "a head lies within the bytes that came");
        const auto head = std::string_view(buffer_).substr(0, *found);
        const auto framing = check_head(head, header_fields_max);
        if (!framing) return refuse();
        auto target = parse_target(framing->method, framing->target, framing->host);
        if (!parser_.parse_head(head, request_)) return refuse();
        check_head_parts(*framing);
        keep_alive_ = parser_.keep_alive() && request_.version_minor == 1;
        if (!target) return refuse();
        check_target(*target);
        target_ = std::move(*target);
        begin_body(*framing);
        buffer_.erase(0, *found);
        if (!refused && !in_body_) finish_request();
        return !over();
    }
    // Two parsers that disagree are what request smuggling lives on.
    void check_head_parts(const Framing& framing) const {
        require(request_.method == framing.method, "both parsers read the same method");
        require(request_.target == framing.target, "both parsers read the same target");
        require(request_.version_minor == framing.version_minor, "and the same version");
        require(request_.headers.size() <= header_fields_max, "no more than 64 headers");
        require(request_.header("host") == framing.host, "and the same host");
        const auto length = request_.header("content-length");
        require(framing.content_length ? length == std::to_string(*framing.content_length)
                                       : length.empty(),
                "and the same length");
        require(framing.chunked == !request_.header("transfer-encoding").empty(),
                "and the same coding");
        for (const auto& header : request_.headers) {
            require(is_token(header.name), "a header's name is a token");
            require(is_field_value(header.value), "a header's value is clean text");
            require(trim_whitespace(header.value) == header.value, "and trimmed");
        }
    }
    static void check_target(const Target& target) {
        const auto clean = [](std::string_view text) {
            return kernel::is_utf8(text) && !kernel::has_control(text);
        };
        for (const auto& segment : target.segments) {
            require(clean(segment), "a segment is clean text");
            require(segment != "." && segment != "..", "no dot segment arrives");
        }
        for (const auto& [name, value] : target.query)
            require(clean(name) && clean(value), "a query is clean text");
        require(target.segments.size() <= path_segments_max, "no more than 64 segments");
        require(target.query.size() <= query_parameters_max, "no more than 128 parameters");
    }
    void begin_body(const Framing& framing) {
        chunked_ = framing.chunked;
        chunks_ = ChunkScanner(body_bytes_max);
        body_bytes_left_ = framing.content_length.value_or(0);
        vouched_bytes_ = 0;
        in_body_ = chunked_ || body_bytes_left_ > 0;
        if (body_bytes_left_ > body_bytes_max) refuse();
    }
    bool advance_body() {
        bool complete = false;
        if (chunked_) {
            const auto used = chunks_.feed(std::string_view(buffer_).substr(vouched_bytes_));
            if (!used) return refuse();
            vouched_bytes_ += *used;
            complete = chunks_.done();
        } else {
            const auto here = static_cast<std::size_t>(
                std::min<std::uint64_t>(buffer_.size() - vouched_bytes_, body_bytes_left_));
            vouched_bytes_ += here;
            body_bytes_left_ -= here;
            complete = body_bytes_left_ == 0;
        }
        const auto used =
            parser_.parse_body(std::string_view(buffer_).substr(0, vouched_bytes_), request_);
        if (used == RequestParser::npos) return refuse();
        require(used <= vouched_bytes_, "the parser takes only what belongs to the body");
        buffer_.erase(0, used);
        vouched_bytes_ -= used;
        if (complete != parser_.done() || (complete && vouched_bytes_ > 0)) return refuse();
        require(request_.body.size() <= body_bytes_max, "no body is larger than allowed");
        if (!complete) return false;
        require(!chunked_ || chunks_.body_bytes() == request_.body.size(),
                "the chunks announced what came");
        finish_request();
        return !over();
    }
    void finish_request() {
        requests.push_back({request_.method, target_.origin, target_.path, request_.body,
                            target_.segments, target_.query, request_.headers, chunked_});
        closed = !keep_alive_;
        request_ = {};
        scan_ = {};
        in_body_ = false;
        blank_line_skipped_ = false;
    }

    std::string buffer_;
    RequestParser parser_;
    Request request_;
    Target target_;
    HeadScan scan_;
    ChunkScanner chunks_;
    std::uint64_t body_bytes_left_ = 0;
    std::size_t vouched_bytes_ = 0;
    bool chunked_ = false;
    bool in_body_ = false;
    bool keep_alive_ = false;
    bool blank_line_skipped_ = false;
};

// Pieces of 1 to `piece_bytes_max` bytes, their sizes from a fixed sequence.
void feed_in_pieces(Connection& connection, std::string_view input, std::size_t piece_bytes_max) {
    std::uint32_t state = 2'463'534'242;
    while (!input.empty() && !connection.over()) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        const auto bytes = std::min<std::size_t>(1 + state % piece_bytes_max, input.size());
        connection.feed(input.substr(0, bytes));
        input.remove_prefix(bytes);
    }
}

void check_same_in_pieces(const Connection& whole, std::string_view input,
                          std::size_t piece_bytes_max) {
    Connection pieces;
    feed_in_pieces(pieces, input, piece_bytes_max);
    require(whole.requests == pieces.requests, "however cut, the same requests come out");
    require(whole.refused == pieces.refused, "however cut, the same bytes are refused");
    require(whole.closed == pieces.closed, "however cut, it ends at the same place");
}

// The requests as a plain client would send them: lengths instead of chunks.
std::string written(const std::vector<ReadRequest>& requests) {
    std::string out;
    for (const auto& request : requests) {
        out += request.method + ' ' + request.origin + " HTTP/1.1\r\n";
        for (const auto& header : request.headers) {
            if (header.name == "content-length" || header.name == "transfer-encoding" ||
                header.name == "connection")
                continue;
            out += header.name + ": " + header.value + "\r\n";
        }
        if (!request.body.empty())
            out += "content-length: " + std::to_string(request.body.size()) + "\r\n";
        out += "\r\n" + request.body;
    }
    return out;
}

void check_written(std::vector<ReadRequest> requests) {
    // HTTP/1.0 needs no host; it is the last request of its connection.
    if (std::ranges::none_of(requests.back().headers,
                             [](const Header& header) { return header.name == "host"; }))
        requests.pop_back();
    Connection again;
    again.feed(written(requests));
    require(!again.refused, "what was read can be sent again");
    require(again.requests.size() == requests.size(), "and is as many requests");
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto &was = requests[i], &is = again.requests[i];
        require(is.method == was.method && is.origin == was.origin && is.body == was.body &&
                    is.segments == was.segments && is.query == was.query,
                "and the same ones");
    }
}
}  // namespace

void http_reader(std::string_view input) {
    Connection whole;
    whole.feed(input);
    check_same_in_pieces(whole, input, 1);
    check_same_in_pieces(whole, input, 7);
    check_same_in_pieces(whole, input, 200);
    if (!whole.requests.empty()) check_written(whole.requests);
}

}  // namespace almanac::fuzz
