#include "gateway/problem.hpp"

namespace almanac::gateway {
namespace {
using kernel::RejectionKind;
}

int status_of(const kernel::Rejection& rejection) {
    switch (rejection.kind) {
        case RejectionKind::invalid:
            if (rejection.code == "line_too_long") return 413;
            return rejection.code == "malformed_json" || rejection.code == "malformed_request"
                       ? 400
                       : 422;
        case RejectionKind::rejected:
            return 422;
        case RejectionKind::conflict:
            return rejection.code == "precondition_failed" ? 412 : 409;
        case RejectionKind::not_found:
            return 404;
        case RejectionKind::denied:
            return rejection.code == "unauthenticated" ? 401 : 403;
        case RejectionKind::unavailable:
            return rejection.code == "rate_limited" ? 429 : 503;
        case RejectionKind::corrupt:
            return 500;
    }
    return 500;
}

Problem problem_of(const kernel::Rejection& rejection) {
    Problem problem;
    problem.status = status_of(rejection);
    problem.code = rejection.code;
    problem.detail = rejection.detail;
    problem.errors = rejection.errors;
    problem.retryable = problem.status == 503 || problem.status == 429;
    problem.retry_after_seconds = rejection.retry_after_seconds;
    if (rejection.kind == RejectionKind::corrupt) {
        problem.detail = "Stored data is damaged; the operator finds details in the log.";
    }
    return problem;
}

Response answer_of(const kernel::Rejection& rejection, std::string_view request_id) {
    const auto problem = problem_of(rejection);
    auto answer = problem_response(problem, request_id);
    if (rejection.replayed) answer.set("Idempotent-Replayed", "true");
    if (problem.status == 401) answer.set("WWW-Authenticate", "Bearer realm=\"almanac\"");
    return answer;
}

}  // namespace almanac::gateway
