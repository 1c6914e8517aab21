// The rules of HTTP/1.x framing (RFC 9112), checked on the raw bytes before Boost.Beast sees them:
// Beast 1.81 accepts several framings on which two parsers may disagree (request smuggling). Pure
// functions and one small state machine; no I/O, no allocation, any thread; safe on any bytes.
// Stricter than the RFC where it allows a choice: no obs-fold, no bare LF or CR, no trailers, no
// list in Content-Length, only `chunked`, only one of the headers that must not be repeated.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "domain/kernel/format.hpp"

namespace almanac::gateway {
using kernel::is_utf8;
using kernel::is_visible_ascii;

// A refusal ready to become a Problem: the texts are literals.
struct Fault {
    int status = 400;
    std::string_view code = "malformed_request";
    std::string_view detail;
};

inline constexpr std::size_t method_bytes_max = 32;
inline constexpr std::size_t request_line_bytes_max = 8 * 1024;  // longer: 414
inline constexpr std::size_t chunk_line_bytes_max = 256;         // one chunk's size and extensions
inline constexpr std::size_t chunk_extension_bytes_max = 4096;   // all of one message

// Looks for the empty line that ends a head, remembering between calls how far it has looked.
struct HeadScan {
    std::size_t scanned_bytes = 0;
    std::size_t line_start = 0;
};
// `buffer` begins with the head and only grows from call to call. Answers the head's length
// including its CRLFCRLF, or 0 where more bytes are needed, or at once the fault that no further
// byte can mend: a first byte that begins no method, a bare LF, a request line or head too long.
std::expected<std::size_t, Fault> find_head_end(std::string_view buffer, HeadScan& scan,
                                                std::size_t header_bytes_max);

struct Framing {
    std::string_view method;  // the views point into the head
    std::string_view target;
    std::string_view host;  // "" where HTTP/1.0 gave none
    int version_minor = 1;
    bool chunked = false;
    bool expect_continue = false;
    std::optional<std::uint64_t> content_length = {};
};
// `head` is one whole head with its CRLFCRLF, as found by find_head_end.
std::expected<Framing, Fault> check_head(std::string_view head, std::size_t header_fields_max);

// Follows a chunked body byte by byte and vouches for the bytes that belong to it.
class ChunkScanner {
  public:
    explicit ChunkScanner(std::uint64_t body_bytes_max = 0) : body_bytes_max_(body_bytes_max) {}
    // Answers how many of `bytes` belong to the body (all, until done()), or the fault (400, 413).
    std::expected<std::size_t, Fault> feed(std::string_view bytes);
    bool done() const { return state_ == State::done; }
    std::uint64_t body_bytes() const { return body_bytes_; }  // announced so far

  private:
    enum class State {
        size_first,
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        end_cr,
        end_lf,
        done
    };
    std::optional<Fault> step(char c);
    std::optional<Fault> end_of_size_line();

    std::uint64_t body_bytes_max_;
    std::uint64_t body_bytes_ = 0;
    std::uint64_t chunk_bytes_left_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t size_digits_ = 0;
    State state_ = State::size_first;
};

// Small grammar shared by the edge (RFC 9110 5.6).
bool is_token(std::string_view text);                     // not empty
bool is_field_value(std::string_view text);               // no control but HTAB; UTF-8
std::string_view trim_whitespace(std::string_view text);  // SP and HTAB at both ends

}  // namespace almanac::gateway
