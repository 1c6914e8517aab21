// Boost.Beast's request parser behind a small door: it turns a head that http_framing.hpp has
// vouched for into a Request, and unwraps the body. What Beast refuses is refused too: both must
// agree. One per connection, reused for every request; not thread-safe.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/http_message.hpp"

namespace almanac::gateway {

class RequestParser {
  public:
    RequestParser();
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    // Begins a new message: fills method, version and headers (names in lower case). `head` is
    // whole, with its CRLFCRLF. False: Beast does not agree that it is a request.
    bool parse_head(std::string_view head, Request& into);
    // Takes what it can of `bytes`, which all belong to this message's body, and appends the
    // content to `into.body`. Answers how many bytes it took (the rest must be given again with
    // more behind it), or npos where Beast does not agree.
    std::size_t parse_body(std::string_view bytes, Request& into);
    bool done() const;        // head and body are complete
    bool keep_alive() const;  // after parse_head: what Connection and the version say

    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace almanac::gateway
