#include "replay/http_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
using kernel::Rejection;
using kernel::RejectionKind;
namespace json = kernel::json;

constexpr std::size_t answer_bytes_max = 256UL << 20;
constexpr std::chrono::milliseconds send_after{100};

struct CurlGlobal {
    CurlGlobal() {
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
            throw std::runtime_error("libcurl does not start");
        }
    }
};

struct ListFree {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListFree>;

void add(HeaderList& list, const std::string& line) {
    auto* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    (void)list.release();
    list.reset(longer);
}

// What the callbacks of one exchange write to.
struct Receiver {
    HttpAnswer answer;
    EventStreamParser parser;
    const std::function<bool(const ServerEvent&)>* on_event = nullptr;
    const OnLine* on_line = nullptr;
    std::string line;      // the begin of one
    bool stopped = false;  // on_event or on_line had enough
};

// What is sent while the answer comes.
struct Sender {
    const NextPiece& next;
    const Receiver& receiver;
    std::string piece = {};
    std::size_t at = 0;
    bool ended = false;
};

std::size_t on_read(char* to, std::size_t, std::size_t room, void* from) {
    auto& sender = *static_cast<Sender*>(from);
    const auto begun = std::chrono::steady_clock::now();
    std::size_t filled = 0;
    while (filled < room && !sender.ended) {
        if (sender.at == sender.piece.size()) {
            // What takes its time to make is sent as it is made: a server waits so long only.
            if (filled > 0 && std::chrono::steady_clock::now() - begun > send_after) break;
            sender.piece = sender.receiver.stopped ? std::string() : sender.next();
            sender.at = 0;
            sender.ended = sender.piece.empty();
        }
        const auto bytes = std::min(room - filled, sender.piece.size() - sender.at);
        sender.piece.copy(to + filled, bytes, sender.at);
        sender.at += bytes;
        filled += bytes;
    }
    return filled;
}

void take_lines(Receiver& receiver, std::string_view piece) {
    receiver.line += piece;
    std::size_t begin = 0;
    for (auto end = receiver.line.find('\n'); end != std::string::npos;
         end = receiver.line.find('\n', begin)) {
        const auto line = std::string_view(receiver.line).substr(begin, end - begin);
        begin = end + 1;
        if (!receiver.stopped) receiver.stopped = !(*receiver.on_line)(line);
    }
    receiver.line.erase(0, begin);
}

std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* to) {
    auto& answer = static_cast<Receiver*>(to)->answer;
    std::string_view line(bytes, count);
    if (line.starts_with("HTTP/")) answer.headers.clear();
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return count;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    answer.headers[std::move(name)] = std::string(value);
    return count;
}

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* to) {
    auto& receiver = *static_cast<Receiver*>(to);
    const std::string_view piece(bytes, count);
    const auto type = receiver.answer.headers.find("content-type");
    const bool events = receiver.on_event != nullptr && type != receiver.answer.headers.end() &&
                        type->second.starts_with("text/event-stream");
    if (events) {
        receiver.stopped = !receiver.parser.feed(piece, *receiver.on_event);
        return receiver.stopped ? 0 : count;
    }
    if (receiver.on_line && type != receiver.answer.headers.end() &&
        type->second.starts_with("application/x-ndjson")) {
        take_lines(receiver, piece);
        return receiver.line.size() > answer_bytes_max ? 0 : count;
    }
    if (receiver.answer.body.size() + count > answer_bytes_max) return 0;
    receiver.answer.body += piece;
    return count;
}

RejectionKind kind_of(long status) {
    switch (status) {
        case 401:
        case 403:
            return RejectionKind::denied;
        case 404:
            return RejectionKind::not_found;
        case 409:
        case 412:
            return RejectionKind::conflict;
        case 429:
        case 503:
            return RejectionKind::unavailable;
        default:
            return status < 500 ? RejectionKind::invalid : RejectionKind::corrupt;
    }
}

std::string text_in(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

void read_errors(const json::Object& problem, Rejection& rejection) {
    const auto* errors = problem.if_contains("errors");
    if (!errors || !errors->is_array()) return;
    for (const auto& each : errors->get_array()) {
        if (!each.is_object()) continue;
        const auto& error = each.get_object();
        auto& field = rejection.errors.emplace_back();
        field.pointer = text_in(error, "pointer");
        field.code = text_in(error, "code");
        field.detail = text_in(error, "detail");
    }
}

Result<json::Value> json_of(Result<HttpAnswer> answer) {
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (!answer->ok()) return std::unexpected(rejection_of(*answer));
    auto value = json::parse(answer->body);
    if (!value) {
        return kernel::reject(RejectionKind::corrupt, std::string(code_server),
                              "The server's answer is no JSON: " + value.error().detail);
    }
    return value;
}
}  // namespace

std::string percent_encode(std::string_view text) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string query_text(const HttpParameters& parameters) {
    std::string out;
    for (const auto& [name, value] : parameters) {
        out += out.empty() ? '?' : '&';
        out += percent_encode(name) + '=' + percent_encode(value);
    }
    return out;
}

Rejection rejection_of(const HttpAnswer& answer) {
    Rejection rejection;
    rejection.kind = kind_of(answer.status);
    const auto problem = json::parse(answer.body);
    if (!problem || !problem->is_object() || !problem->get_object().contains("code")) {
        rejection.kind = RejectionKind::corrupt;
        rejection.code = code_server;
        rejection.detail = fmt::format(
            "The server answered {} without saying why. Is this an "
            "Almanac server?",
            answer.status);
        return rejection;
    }
    const auto& object = problem->get_object();
    rejection.code = text_in(object, "code");
    rejection.detail = text_in(object, "detail");
    if (rejection.detail.empty()) rejection.detail = text_in(object, "title");
    if (answer.status >= 500 && answer.status != 503) rejection.code = code_server;
    read_errors(object, rejection);
    if (const auto wait = answer.headers.find("retry-after"); wait != answer.headers.end()) {
        rejection.retry_after_seconds = std::max(1, std::atoi(wait->second.c_str()));
    }
    return rejection;
}

bool EventStreamParser::take_line(std::string_view line,
                                  const std::function<bool(const ServerEvent&)>& on_event) {
    if (line.empty()) {
        const bool complete = has_data_;
        const auto event = std::exchange(event_, {});
        has_data_ = false;
        return !complete || on_event(event);
    }
    const auto colon = line.find(':');
    if (colon == 0) return true;  // a comment: a heartbeat
    const auto name = line.substr(0, colon);
    auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "id") event_.id = value;
    if (name == "event") event_.type = value;
    if (name == "data") {
        if (has_data_) event_.data += '\n';
        event_.data += value;
        has_data_ = true;
    }
    return true;
}

bool EventStreamParser::feed(std::string_view piece,
                             const std::function<bool(const ServerEvent&)>& on_event) {
    pending_ += piece;
    std::size_t begin = 0;
    for (auto end = pending_.find('\n'); end != pending_.npos; end = pending_.find('\n', begin)) {
        std::string_view line(pending_.data() + begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        begin = end + 1;
        if (!take_line(line, on_event)) return false;
    }
    pending_.erase(0, begin);
    return true;
}

struct HttpClient::State {
    ServerAddress server;
    CURL* handle = nullptr;
    ~State() { curl_easy_cleanup(handle); }

    template <class V>
    void set(CURLoption option, V value) const {
        if (curl_easy_setopt(handle, option, value) != CURLE_OK) {
            throw std::runtime_error("libcurl refuses an option");
        }
    }
    void prepare(std::string_view method, const std::string& path, const std::string& body) const;
    Result<HttpAnswer> run(Receiver& receiver, HeaderList headers) const;
};

HttpClient::HttpClient(ServerAddress server) : state_(std::make_unique<State>()) {
    static const CurlGlobal global;
    while (server.url.ends_with('/')) server.url.pop_back();
    if (server.url.find("://") == std::string::npos) server.url = "http://" + server.url;
    state_->server = std::move(server);
    state_->handle = curl_easy_init();
    if (state_->handle == nullptr) throw std::runtime_error("libcurl does not start");
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

const ServerAddress& HttpClient::server() const {
    return state_->server;
}

void HttpClient::State::prepare(std::string_view method, const std::string& path,
                                const std::string& body) const {
    curl_easy_reset(handle);  // keeps the connection
    set(CURLOPT_URL, (server.url + path).c_str());
    set(CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_USERAGENT, "almanac/0.1.0");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(server.connect_timeout.count()));
    if (!server.certificate_authority.empty()) {
        set(CURLOPT_CAINFO, server.certificate_authority.c_str());
    }
    if (method != "GET") {
        set(CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
        set(CURLOPT_POSTFIELDS, body.c_str());
    }
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_WRITEFUNCTION, &on_body);
}

Result<HttpAnswer> HttpClient::State::run(Receiver& receiver, HeaderList headers) const {
    add(headers, "Expect:");
    if (!server.key.empty()) add(headers, "Authorization: Bearer " + server.key);
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_HEADERDATA, &receiver);
    set(CURLOPT_WRITEDATA, &receiver);
    const auto code = curl_easy_perform(handle);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &receiver.answer.status);
    set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    if (code != CURLE_OK && !receiver.stopped) {
        return kernel::unavailable(
            std::string(code_unreachable),
            fmt::format("{} cannot be reached: {}.", server.url, curl_easy_strerror(code)));
    }
    return std::move(receiver.answer);
}

Result<HttpAnswer> HttpClient::send(std::string_view method, const std::string& path,
                                    const std::string& body, const HttpHeaders& headers) {
    state_->prepare(method, path, body);
    state_->set(CURLOPT_TIMEOUT_MS, static_cast<long>(state_->server.timeout.count()));
    HeaderList list;
    if (method != "GET") {
        add(list, body.empty() ? "Content-Type:" : "Content-Type: application/json");
    }
    for (const auto& [name, value] : headers) add(list, name + ": " + value);
    Receiver receiver;
    return state_->run(receiver, std::move(list));
}

Result<json::Value> HttpClient::get(const std::string& path, const HttpParameters& parameters) {
    return json_of(send("GET", path + query_text(parameters)));
}

Result<json::Value> HttpClient::post(const std::string& path, const json::Object& body,
                                     const HttpHeaders& headers) {
    return json_of(send("POST", path, json::dump(json::Value(body)), headers));
}

Result<bool> HttpClient::stream(const std::string& path, const HttpHeaders& headers,
                                const std::function<bool(const ServerEvent&)>& on_event) {
    state_->prepare("GET", path, {});
    state_->set(CURLOPT_LOW_SPEED_LIMIT, 1L);  // the server's heartbeat comes every 15 s
    state_->set(CURLOPT_LOW_SPEED_TIME, 60L);
    HeaderList list;
    add(list, "Accept: text/event-stream");
    for (const auto& [name, value] : headers) add(list, name + ": " + value);
    Receiver receiver;
    receiver.on_event = &on_event;
    const auto answer = state_->run(receiver, std::move(list));
    if (!answer) return std::unexpected(answer.error());
    if (!answer->ok()) return std::unexpected(rejection_of(*answer));
    return receiver.stopped;
}

Result<HttpAnswer> HttpClient::upload(const std::string& path, const std::string& content_type,
                                      const NextPiece& next, const OnLine& on_line) {
    state_->prepare("GET", path, {});
    state_->set(CURLOPT_POST, 1L);
    state_->set(CURLOPT_READFUNCTION, &on_read);
    state_->set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    state_->set(CURLOPT_LOW_SPEED_TIME, 60L);
    Receiver receiver;
    receiver.on_line = &on_line;
    Sender sender{next, receiver};
    state_->set(CURLOPT_READDATA, &sender);
    HeaderList list;
    add(list, "Content-Type: " + content_type);
    add(list, "Transfer-Encoding: chunked");
    return state_->run(receiver, std::move(list));
}

}  // namespace almanac::replay
