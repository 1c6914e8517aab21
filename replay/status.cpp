#include "replay/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "eventstore/policy_entries.hpp"
#include "replay/failure.hpp"
#include "replay/stopped_directory.hpp"
#include "replay/view_positions.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

Result<std::uint64_t> count_entries(const eventstore::Log& log, std::string_view prefix) {
    std::uint64_t count = 0;
    const auto read = log.entries(eventstore::Space::policies, prefix, {},
                                  [&](auto, auto) { return ++count > 0; });
    if (!read) return std::unexpected(read.error());
    return count;
}

constexpr std::size_t set_aside_listed_max = 100;

struct SetAsideList {
    std::uint64_t count = 0;
    json::Array first;
};

json::Object listed(const eventstore::SetAside& aside, unsigned partition) {
    json::Object row{{"policy", aside.policy},
                     {"tenant", kernel::to_string(aside.tenant)},
                     {"source", aside.timer ? "timer" : "event"},
                     {"id", kernel::to_string(aside.source)}};
    if (aside.timer) {
        row["due"] = kernel::to_string(aside.timer->due);
        row["cause"] = kernel::to_string(aside.timer->cause);
    } else {
        row["position"] = fmt::format("{}-{}", partition, aside.position);
    }
    row["error"] = aside.error;
    return row;
}

Result<SetAsideList> set_aside_of(const eventstore::Partition& partition) {
    SetAsideList all;
    Result<void> damaged;
    const auto look_at = [&](std::string_view key, std::string_view value) {
        if (++all.count > set_aside_listed_max) return true;
        const auto aside = eventstore::decode_set_aside(key, value);
        if (!aside) {
            damaged = std::unexpected(aside.error());
            return false;
        }
        all.first.emplace_back(listed(*aside, partition.number));
        return true;
    };
    const auto read = partition.log->entries(eventstore::Space::policies,
                                             eventstore::set_aside_prefix, {}, look_at);
    if (!damaged) return std::unexpected(damaged.error());
    if (!read) return std::unexpected(read.error());
    return all;
}

Result<json::Object> partition_status(const eventstore::Partition& partition) {
    const auto& log = *partition.log;
    const auto last = log.last_position();
    const auto views = view_positions(partition.views_path());
    if (!views) return std::unexpected(views.error());
    const auto timers = count_entries(log, eventstore::timer_prefix);
    if (!timers) return std::unexpected(timers.error());
    auto set_aside = set_aside_of(partition);
    if (!set_aside) return std::unexpected(set_aside.error());
    json::Array shown_views;
    std::uint64_t lag = views->empty() ? last : 0;
    for (const auto& view : *views) {
        const auto behind = last - std::min(last, view.position);
        lag = std::max(lag, behind);
        shown_views.push_back({{"name", view.name},
                               {"version", view.version},
                               {"position", fmt::format("{}-{}", partition.number, view.position)},
                               {"lag", behind}});
    }
    return json::Object{{"partition", partition.number},
                        {"position", fmt::format("{}-{}", partition.number, last)},
                        {"log_id", kernel::to_string(log.log_id())},
                        {"view_lag", lag},
                        {"timers_pending", *timers},
                        {"policies_set_aside", set_aside->count},
                        {"set_aside", std::move(set_aside->first)},
                        {"views", std::move(shown_views)},
                        {"unfinished_fork", partition.unfinished_fork.has_value()}};
}

Result<json::Object> directory_status(const std::string& data, const kernel::Catalogue& catalogue) {
    const auto directory = StoppedDirectory::open(data);
    if (!directory) return std::unexpected(directory.error());
    const auto now = directory->sandbox_now(catalogue);
    if (!now) return std::unexpected(now.error());
    const auto tenants = directory->count_tenants();
    if (!tenants) return std::unexpected(tenants.error());
    json::Array partitions;
    for (unsigned number = 0; number < directory->partitions(); ++number) {
        auto partition = partition_status(directory->partition(number));
        if (!partition) return std::unexpected(std::move(partition.error()));
        partitions.emplace_back(std::move(*partition));
    }
    json::Value clock = nullptr;
    if (*now) clock = kernel::to_string(**now);
    return json::Object{
        {"source", data},          {"ready", true},       {"sandbox", directory->is_sandbox()},
        {"now", std::move(clock)}, {"tenants", *tenants}, {"partitions", std::move(partitions)}};
}

// The sample of a partition's gauge in the Prometheus text of /metrics: name{label="0"} value.
std::optional<double> gauge(std::string_view text, std::string_view name, std::uint64_t partition) {
    const auto begin = fmt::format("\n{}{{", name);
    const auto label = fmt::format("=\"{}\"}} ", partition);
    for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
        const auto line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
        const auto value = line.find(label);
        if (value == line.npos) continue;
        return std::strtod(std::string(line.substr(value + label.size())).c_str(), nullptr);
    }
    return std::nullopt;
}

void add_gauges(json::Object& partition, std::string_view metrics) {
    const auto* number = partition.if_contains("partition");
    if (!number || !number->is_number()) return;
    const auto of = number->to_number<std::uint64_t>();
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> gauges{{
        {"queue_jobs", "almanac_writer_queue_jobs"},
        {"fold_cache_bytes", "almanac_fold_cache_bytes"},
        {"view_position", "almanac_view_position"},
        {"parked", "almanac_view_parked"},
    }};
    for (const auto& [name, metric] : gauges) {
        if (const auto value = gauge(metrics, metric, of)) {
            partition[name] = static_cast<std::uint64_t>(*value);
        }
    }
}

// Nothing where the key may not list tenants.
std::optional<std::size_t> count_tenants(HttpClient& client) {
    std::size_t count = 0;
    HttpParameters parameters{{"limit", "200"}};
    while (true) {
        const auto page = client.get("/v1/tenants", parameters);
        if (!page || !page->is_object()) return std::nullopt;
        const auto* data = page->get_object().if_contains("data");
        const auto* next = page->get_object().if_contains("next_cursor");
        if (!data || !data->is_array()) return std::nullopt;
        count += data->get_array().size();
        if (!next || !next->is_string()) return count;
        parameters = {{"limit", "200"}, {"cursor", std::string(next->get_string())}};
    }
}

Result<json::Object> server_status(const ServerAddress& server) {
    HttpClient client(server);
    const auto ready = client.send("GET", "/readyz");
    if (!ready) return std::unexpected(ready.error());
    auto body = json::parse(ready->body);
    if (!body || !body->is_object() || !body->get_object().contains("partitions")) {
        return std::unexpected(rejection_of(*ready));
    }
    const auto metrics = client.send("GET", "/metrics");
    if (!metrics) return std::unexpected(metrics.error());
    auto& said = body->get_object();
    auto& partitions = said["partitions"];
    if (partitions.is_array()) {
        for (auto& partition : partitions.get_array()) {
            if (partition.is_object()) add_gauges(partition.get_object(), metrics->body);
        }
    }
    json::Value tenants = nullptr;
    if (const auto count = server.key.empty() ? std::nullopt : count_tenants(client)) {
        tenants = *count;
    }
    return json::Object{{"source", client.server().url},
                        {"ready", ready->status == 200},
                        {"sandbox", said.contains("sandbox") && said["sandbox"] == true},
                        {"now", said["now"]},
                        {"tenants", std::move(tenants)},
                        {"partitions", std::move(partitions)}};
}

std::string shown(const json::Value& value) {
    if (value.is_null()) return "unknown";
    if (value.is_string()) return std::string(value.get_string());
    return json::dump(value);
}
}  // namespace

Result<json::Object> read_status(const Source& source, const kernel::Catalogue& catalogue) {
    if (source.is_directory()) return directory_status(source.data, catalogue);
    return server_status(source.server);
}

std::string status_text(const json::Object& status) {
    auto text = fmt::format("{}: {}{}\n", shown(status.at("source")),
                            status.at("ready") == true ? "ready" : "NOT READY",
                            status.at("sandbox") == true ? ", a sandbox" : "");
    if (!status.at("now").is_null())
        text += fmt::format("  now       {}\n", shown(status.at("now")));
    text += fmt::format("  tenants   {}\n", shown(status.at("tenants")));
    for (const auto& each : status.at("partitions").as_array()) {
        const auto& partition = each.as_object();
        text += fmt::format("  partition {}\n", shown(partition.at("partition")));
        for (const auto& [name, value] : partition) {
            if (name == "partition" || name == "views" || name == "set_aside") continue;
            text += fmt::format("    {:<19} {}\n", std::string_view(name), shown(value));
        }
        const auto* set_aside = partition.if_contains("set_aside");
        for (const auto& row : set_aside ? set_aside->as_array() : json::Array{}) {
            const auto& aside = row.as_object();
            const auto* position = aside.if_contains("position");
            text += fmt::format(
                "    set aside           {}, tenant {}, {} {} {}: {}\n", shown(aside.at("policy")),
                shown(aside.at("tenant")), shown(aside.at("source")), position ? "at" : "due",
                shown(position ? *position : aside.at("due")), shown(aside.at("error")));
        }
        const auto* views = partition.if_contains("views");
        if (views && views->as_array().empty()) {
            text += "    views               none yet: the next start of a server builds them\n";
        }
        for (const auto& view : views ? views->as_array() : json::Array{}) {
            text += fmt::format("    view {:<14} version {}, position {}, {} behind\n",
                                shown(view.at("name")), shown(view.at("version")),
                                shown(view.at("position")), shown(view.at("lag")));
        }
    }
    return text;
}

}  // namespace almanac::replay
