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

BookedServer::BookedServer(const BenchSetting& setting, const std::filesystem::path& directory)
    : program_(setting.programs / "almanacd"), directory_(directory) {
    key_ = administrator_key(
        output_of({program_.string(), "init", "--data", directory_.string(), "--json"}));
    start();
    world_.emplace(process_->port(), key_, WorldSize{});
}

void BookedServer::start() {
    process_.reset();
    process_.emplace(std::vector<std::string>{program_.string(), "--data", directory_.string(),
                                              "--listen", "127.0.0.1:0"},
                     "almanacd: listening on ");
}

LoadResult BookedServer::book(unsigned connections, std::uint64_t requests_max,
                              std::chrono::milliseconds duration_max) {
    if (next_ >= world_->slots()) throw std::runtime_error("the business is fully booked");
    LoadPlan plan{.port = process_->port(),
                  .connections = connections,
                  .first_request = next_,
                  .requests_max = std::min(requests_max, world_->slots() - next_),
                  .duration_max = duration_max};
    plan.request = [this](std::uint64_t number, std::string& out) {
        world_->append_booking(number, out);
    };
    auto result = run_load(plan);
    next_ += result.sent;
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
