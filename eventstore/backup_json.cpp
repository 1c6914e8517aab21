#include "eventstore/backup_json.hpp"

#include <fmt/format.h>

namespace almanac::eventstore {
namespace {
namespace json = kernel::json;

json::Value or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return json::Value(text);
}
json::Value or_null(const std::optional<kernel::Instant>& time) {
    return or_null(time ? kernel::to_string(*time) : std::string());
}
}  // namespace

json::Object to_json(const BackupReport& report) {
    json::Array partitions;
    for (const auto& each : report.manifest.partitions) {
        const auto number = partitions.size();
        partitions.push_back({{"partition", number},
                              {"log_id", kernel::to_string(each.log_id)},
                              {"position", fmt::format("{}-{}", number, each.position)},
                              {"last_time", or_null(each.last_time)},
                              {"root", or_null(each.root)}});
    }
    return {
        {"path", report.path.string()},
        {"name", report.manifest.name},
        {"taken_at", kernel::to_string(report.manifest.taken_at)},
        {"verified", report.verified},
        {"files", report.manifest.files.size()},
        {"bytes", report.bytes},
        {"linked_files", report.linked_files},
        {"linked_bytes", report.linked_bytes},
        {"base", or_null(report.base)},
        {"damaged_files", json::Array(report.damaged_files.begin(), report.damaged_files.end())},
        {"partitions", std::move(partitions)}};
}

json::Object to_json(const RestoreReport& report) {
    json::Array partitions;
    for (const auto& each : report.partitions) {
        const auto number = partitions.size();
        partitions.push_back({{"partition", number},
                              {"from_log_id", kernel::to_string(each.fork.from_log_id)},
                              {"log_id", kernel::to_string(each.fork.to_log_id)},
                              {"position", fmt::format("{}-{}", number, each.fork.position)},
                              {"last_time", or_null(each.last_time)},
                              {"root", each.root},
                              {"left_out", each.left_out},
                              {"timers", each.timers},
                              {"views_built_because", or_null(each.views_built_because)}});
    }
    return {{"backup", report.backup},
            {"taken_at", kernel::to_string(report.taken_at)},
            {"partitions", std::move(partitions)}};
}

}  // namespace almanac::eventstore
