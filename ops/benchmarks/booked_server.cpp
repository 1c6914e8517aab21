#include "ops/benchmarks/booked_server.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace almanac::benchmarks {
namespace {
std::string administrator_key(const std::string& answer) {
    const auto begin = answer.find("alk_");
    const auto end = answer.find('"', begin);
    if (begin == std::string::npos || end == std::string::npos)
        throw std::runtime_error("almanacd init gave no key: " + answer);
    return answer.substr(begin, end - begin);
}
}  // namespace

BookedServer::BookedServer(const BenchSetting& setting, const std::filesystem::path& directory,
                           const WorldSize& size)
    : program_(setting.programs / "almanacd"), directory_(directory) {
    key_ = administrator_key(
        output_of({program_.string(), "init", "--data", directory_.string(), "--json"}));
    start();
    world_.emplace(process_->port(), key_, size);
}

void BookedServer::start() {
    process_.reset();
    process_.emplace(std::vector<std::string>{program_.string(), "--data", directory_.string(),
                                              "--listen", "127.0.0.1:0"},
                     "almanacd: listening on ");
    if (world_) world_->moved_to(process_->port());
}

void BookedServer::forget_views() {
    std::filesystem::remove_all(directory_ / "p0000" / "views");
}

LoadResult BookedServer::book(unsigned connections, std::uint64_t requests_max,
                              std::chrono::milliseconds duration_max) {
    auto plan = bookings(connections, requests_max);
    plan.duration_max = duration_max;
    return run(std::move(plan), world_->slots(), next_);
}

LoadPlan BookedServer::bookings(unsigned connections, std::uint64_t requests_max) const {
    LoadPlan plan{.connections = connections, .requests_max = requests_max};
    plan.request = [this](std::uint64_t number, std::string& out) {
        world_->append_booking(number, out);
    };
    return plan;
}

void BookedServer::book_and_confirm(unsigned connections, std::uint64_t count) {
    std::vector<std::string> ids(count);
    const auto first = next_;
    auto plan = bookings(connections, count);
    plan.answer = [&](std::uint64_t number, int status, std::string_view body, auto) {
        if (status == 201) ids[number - first] = id_in(body);
    };
    run(std::move(plan), world_->slots(), next_);
    LoadPlan confirming{
        .port = process_->port(), .connections = connections, .requests_max = count};
    confirming.request = [&](std::uint64_t number, std::string& out) {
        world_->append_confirmation(ids[number], out);
    };
    const auto result = run_load(confirming);
    if (result.accepted != count)
        throw std::runtime_error("a confirmation was refused: " + result.first_refusal);
}

LoadResult BookedServer::book_fresh(unsigned connections, std::uint64_t requests_max,
                                    double due_per_second) {
    LoadPlan plan{
        .connections = connections, .requests_max = requests_max, .due_per_second = due_per_second};
    plan.request = [this](std::uint64_t number, std::string& out) {
        world_->append_fresh_booking(number, out);
    };
    return run(std::move(plan), world_->fresh_slots(), next_fresh_);
}

LoadResult BookedServer::run(LoadPlan plan, std::uint64_t slots, std::uint64_t& next) {
    if (next >= slots) throw std::runtime_error("the business is fully booked");
    plan.port = process_->port();
    plan.first_request = next;
    plan.requests_max = std::min(plan.requests_max, slots - next);
    auto result = run_load(plan);
    next += result.sent;
    if (result.accepted != result.sent)
        throw std::runtime_error("a booking was refused: " + result.first_refusal);
    return result;
}

std::uint64_t BookedServer::take_booking() {
    if (next_ >= world_->slots()) throw std::runtime_error("the business is fully booked");
    return next_++;
}

double BookedServer::wait_for_views() const {
    const auto begun = std::chrono::steady_clock::now();
    world_->wait_for_views();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace almanac::benchmarks
