#include "gateway/import_run.hpp"

#include <fmt/format.h>

#include "gateway/command_request.hpp"

namespace almanac::gateway {
namespace {
constexpr std::size_t write_bytes = 64 * 1024;

// A line of a megabyte may be wrong in a hundred thousand places.
std::string bounded_body(const Problem& problem, std::string_view request_id) {
    if (problem.errors.size() <= line_errors_max) return problem_body(problem, request_id);
    auto some = problem;
    some.errors.resize(line_errors_max);
    some.detail += fmt::format(" These are the first {} of {} faults.", line_errors_max,
                               problem.errors.size());
    return problem_body(some, request_id);
}
}  // namespace

void ImportRun::flush() {
    while (!slots.empty() && slots.front().done) {
        ready += slots.front().answer;
        slots.pop_front();
        ++first_slot;
    }
    std::size_t at = 0;
    while (!starved && at < ready.size()) {
        auto piece = ready.substr(at, write_bytes);
        const auto bytes = piece.size();
        if (stream.write(std::move(piece)))
            at += bytes;
        else
            starved = true;
    }
    ready.erase(0, at);
}

std::string answer_line(std::uint64_t number, const kernel::CommandType& type,
                        const eventstore::CommandAnswer& answer) {
    auto line = fmt::format(R"({{"line":{},"status":{})", number, status_of(type, answer));
    const auto member = [&](std::string_view name, std::string_view value) {
        kernel::json::append_string(line += ',', name);
        kernel::json::append_string(line += ':', value);
    };
    if (!answer.id.empty()) member("id", answer.id);
    for (const auto& [name, value] : answer.disclosed) member(name, value);
    if (answer.replayed) line += R"(,"replayed":true)";
    return line += "}\n";
}

std::string answer_line(std::uint64_t number, const Problem& problem, std::string_view request_id,
                        bool replayed) {
    return fmt::format("{{\"line\":{},\"status\":{},\"error\":{}{}}}\n", number, problem.status,
                       bounded_body(problem, request_id), replayed ? R"(,"replayed":true)" : "");
}

Problem problem_of(const Fault& fault) {
    Problem problem{fault.status, std::string(fault.code), std::string(fault.detail)};
    problem.retryable = fault.status == 408;
    return problem;
}

}  // namespace almanac::gateway
