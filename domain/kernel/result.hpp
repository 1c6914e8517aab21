// What every operation answers: a value, or a rejection that says precisely why.
// A rejection has one of seven kinds (mapped to HTTP in one place, gateway/problem.cpp), a stable
// code such as `scheduling.slot_taken`, a sentence for people, and every bad field at once, each
// by JSON Pointer (RFC 6901). Exceptions are for start-up and broken invariants only.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace almanac::kernel {

enum class RejectionKind { invalid, rejected, conflict, not_found, denied, unavailable, corrupt };

struct FieldError {
    std::string pointer;  // RFC 6901, "" is the whole body
    std::string code;     // stable: required, unknown_field, type, min, max, length, format, ...
    std::string detail;   // a sentence
    bool operator==(const FieldError&) const = default;
};

struct Rejection {
    RejectionKind kind = RejectionKind::rejected;
    std::string code;
    std::string detail;
    std::vector<FieldError> errors = {};
    int retry_after_seconds = 0;  // > 0: worth a retry after so long
    bool replayed = false;        // the first answer to this Idempotency-Key, once more
};

template <class T>
using Result = std::expected<T, Rejection>;

inline std::unexpected<Rejection> reject(RejectionKind kind, std::string code, std::string detail) {
    return std::unexpected(Rejection{kind, std::move(code), std::move(detail)});
}
inline std::unexpected<Rejection> reject(std::string code, std::string detail) {
    return reject(RejectionKind::rejected, std::move(code), std::move(detail));
}
inline std::unexpected<Rejection> conflict(std::string code, std::string detail) {
    return reject(RejectionKind::conflict, std::move(code), std::move(detail));
}
inline std::unexpected<Rejection> not_found(std::string detail = "There is no such thing here.") {
    return reject(RejectionKind::not_found, "not_found", std::move(detail));
}
inline std::unexpected<Rejection> unavailable(std::string code, std::string detail,
                                              int retry_after_seconds = 1) {
    Rejection r{RejectionKind::unavailable, std::move(code), std::move(detail)};
    r.retry_after_seconds = retry_after_seconds;
    return std::unexpected(std::move(r));
}
inline std::unexpected<Rejection> corrupt(std::string detail) {
    return reject(RejectionKind::corrupt, "corrupt", std::move(detail));
}
inline std::unexpected<Rejection> invalid(std::vector<FieldError> errors) {
    Rejection r{RejectionKind::invalid, "validation_failed", "Some fields are not valid."};
    r.errors = std::move(errors);
    return std::unexpected(std::move(r));
}
inline std::unexpected<Rejection> invalid_field(std::string pointer, std::string code,
                                                std::string detail) {
    return invalid({{std::move(pointer), std::move(code), std::move(detail)}});
}

}  // namespace almanac::kernel
