// HTTP to an Almanac server: one kept-alive connection, deadlines, and every problem (RFC 9457) as
// the Rejection it was. Owned by one thread; make one per thread.
// Limits: answers of 256 MiB; a transport failure is `server_unreachable`, an answer that is no
// problem although its status says so is `server_error`.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/kernel/json.hpp"

namespace almanac::replay {

using kernel::Result;

struct ServerAddress {
    std::string url;                    // http://127.0.0.1:8080
    std::string key;                    // alk_…; empty: none is sent
    std::string certificate_authority;  // PEM file; empty: the system's
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{60'000};  // of one exchange; streams have none
};

struct HttpAnswer {
    long status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
    bool ok() const { return status >= 200 && status < 300; }
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;
using HttpParameters = std::vector<std::pair<std::string, std::string>>;

// "?a=b&c=d", each value percent-encoded; "" where there is none.
std::string query_text(const HttpParameters& parameters);
std::string percent_encode(std::string_view text);
// What a refused exchange says; precondition: not ok().
kernel::Rejection rejection_of(const HttpAnswer& answer);

// One server-sent event.
struct ServerEvent {
    std::string id;
    std::string type;
    std::string data;
};

// Splits a text/event-stream into events, whatever the sizes of the pieces it comes in.
class EventStreamParser {
  public:
    // Calls `on_event` for every complete event while it answers true; the answer is false where it
    // ended early.
    bool feed(std::string_view piece, const std::function<bool(const ServerEvent&)>& on_event);

  private:
    bool take_line(std::string_view line, const std::function<bool(const ServerEvent&)>& on_event);
    std::string pending_;
    ServerEvent event_;
    bool has_data_ = false;
};

// An upload: what goes next ("" ends it), and what hears each line of the answer meanwhile; once
// that answers false nothing more is asked for.
using NextPiece = std::function<std::string()>;
using OnLine = std::function<bool(std::string_view line)>;

class HttpClient {
  public:
    explicit HttpClient(ServerAddress server);
    ~HttpClient();
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;

    const ServerAddress& server() const;
    // Whatever the server answers, also a problem. `path` begins with a slash.
    Result<HttpAnswer> send(std::string_view method, const std::string& path,
                            const std::string& body = {}, const HttpHeaders& headers = {});
    // The JSON of a 2xx answer; a problem is its Rejection.
    Result<kernel::json::Value> get(const std::string& path, const HttpParameters& parameters = {});
    Result<kernel::json::Value> post(const std::string& path, const kernel::json::Object& body,
                                     const HttpHeaders& headers = {});
    // Every event until `on_event` answers false (true), or the stream ends (false).
    Result<bool> stream(const std::string& path, const HttpHeaders& headers,
                        const std::function<bool(const ServerEvent&)>& on_event);
    // A POST whose body and whose NDJSON answer pass each other; a problem is in the answer's body.
    Result<HttpAnswer> upload(const std::string& path, const std::string& content_type,
                              const NextPiece& next, const OnLine& on_line);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::replay
