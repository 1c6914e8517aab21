#include "replay/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <thread>

#include "replay/event_text.hpp"
#include "replay/failure.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using eventstore::RecordView;

constexpr std::uint64_t page_events = 1'000;
constexpr int reconnects_max = 10;  // in a row, without an event between them

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ","));
}

bool matches(const EventsWish& wish, const RecordView& record) {
    const bool type =
        wish.types.empty() || std::ranges::find(wish.types, record.type()) != wish.types.end();
    return type &&
           std::ranges::all_of(wish.tags, [&](const auto& tag) { return record.has_tag(tag); });
}

Result<void> print_from_directory(const std::string& data, const kernel::Catalogue& catalogue,
                                  const EventsWish& wish, std::ostream& out) {
    if (wish.follow) {
        return kernel::reject(std::string(code_arguments),
                              "A stopped directory does not grow: --follow needs --server.");
    }
    const auto directory = StoppedDirectory::open(data);
    if (!directory) return std::unexpected(directory.error());
    const auto tenant = directory->find_tenant(catalogue, wish.tenant);
    if (!tenant) return std::unexpected(tenant.error());
    const auto partition = directory->partition_of(*tenant);
    const auto limit = wish.limit.value_or(UINT64_MAX);
    std::uint64_t printed = 0;
    if (limit == 0) return {};
    return visit_events(directory->log_of(*tenant), *tenant, wish.after ? *wish.after + 1 : 0,
                        [&](std::uint64_t position, const RecordView& record) {
                            if (!matches(wish, record)) return true;
                            out << event_text(partition, position, record) << '\n';
                            return ++printed < limit;
                        });
}

HttpParameters parameters_of(const EventsWish& wish) {
    HttpParameters parameters;
    if (!wish.types.empty()) parameters.emplace_back("types", joined(wish.types));
    if (!wish.tags.empty()) parameters.emplace_back("tags", joined(wish.tags));
    return parameters;
}

Result<void> print_pages(HttpClient& client, const std::string& path, const EventsWish& wish,
                         std::ostream& out) {
    auto left = wish.limit.value_or(UINT64_MAX);
    auto place =
        wish.after ? HttpParameters{{"after", std::to_string(*wish.after)}} : HttpParameters{};
    while (left > 0) {
        auto parameters = parameters_of(wish);
        parameters.emplace_back("limit", std::to_string(std::min(left, page_events)));
        parameters.insert(parameters.end(), place.begin(), place.end());
        const auto page = client.get(path, parameters);
        if (!page) return std::unexpected(page.error());
        const auto& events = page->at("data").as_array();
        for (const auto& event : events) out << json::dump(event) << '\n';
        left -= std::min<std::uint64_t>(left, events.size());
        const auto& next = page->at("next_cursor");
        if (!next.is_string()) return {};
        place = {{"cursor", std::string(next.get_string())}};
    }
    return {};
}

// Follows until `limit`, or for ever; the sequence of the last event is where a new connection
// takes up.
Result<void> follow(HttpClient& client, const std::string& path, const EventsWish& wish,
                    std::ostream& out, std::ostream& notes) {
    auto left = wish.limit.value_or(UINT64_MAX);
    auto parameters = parameters_of(wish);
    if (wish.after) parameters.emplace_back("after", std::to_string(*wish.after));
    std::string last_id;
    int failures = 0;
    const auto print = [&](const ServerEvent& event) {
        failures = 0;
        if (event.type == "caught_up") return true;
        if (!event.id.empty()) last_id = event.id;
        out << event.data << '\n' << std::flush;
        return --left > 0 && out.good();
    };
    while (left > 0) {
        HttpHeaders headers;
        if (!last_id.empty()) headers.emplace_back("Last-Event-ID", last_id);
        const auto enough = client.stream(path + query_text(parameters), headers, print);
        if (enough && *enough) return {};
        const bool may_return = enough || enough.error().code == code_unreachable ||
                                enough.error().kind == kernel::RejectionKind::unavailable;
        if (!may_return || ++failures > reconnects_max) {
            if (!enough) return std::unexpected(enough.error());
            return kernel::unavailable(std::string(code_unreachable), "The stream ended.");
        }
        notes << "almanac: the stream ended; connecting again\n";
        std::this_thread::sleep_for(std::chrono::milliseconds{200} * (1 << std::min(failures, 6)));
    }
    return {};
}
}  // namespace

Result<void> print_events(const Source& source, const kernel::Catalogue& catalogue,
                          const EventsWish& wish, std::ostream& out, std::ostream& notes) {
    if (source.is_directory()) return print_from_directory(source.data, catalogue, wish, out);
    HttpClient client(source.server);
    const auto path = "/v1/tenants/" + percent_encode(wish.tenant) + "/events";
    if (wish.follow) return follow(client, path, wish, out, notes);
    return print_pages(client, path, wish, out);
}

}  // namespace almanac::replay
