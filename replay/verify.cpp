#include "replay/verify.hpp"

#include <fmt/format.h>

#include "eventstore/partition_keys.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

Result<VerifiedPartition> verify_partition(const eventstore::Partition& partition,
                                           const eventstore::MasterKey& key, const VerifyWish& wish,
                                           const kernel::Catalogue& catalogue, Findings& findings) {
    const auto keyring = eventstore::open_keyring_read_only(partition, key);
    if (!keyring) return std::unexpected(keyring.error());
    if (auto whole = (*keyring)->verify(); !whole) return std::unexpected(whole.error());
    VerifiedPartition verified{partition.number, partition.log->last_position(), {}, {}, {}};
    auto log = verify_log(partition, catalogue, **keyring, findings, wish.tell);
    if (!log) return std::unexpected(std::move(log.error()));
    verified.log = *log;
    auto kept = verify_kept(partition, catalogue, findings, wish.tell);
    if (!kept) return std::unexpected(std::move(kept.error()));
    verified.kept = *kept;
    if (!wish.views) return verified;
    auto views = verify_views(partition, catalogue, findings, wish.tell);
    if (!views) return std::unexpected(std::move(views.error()));
    verified.views = std::move(*views);
    return verified;
}
}  // namespace

Result<VerifyReport> verify(const VerifyWish& wish, const kernel::Catalogue& catalogue) {
    const auto directory = StoppedDirectory::open(wish.data);
    if (!directory) return std::unexpected(directory.error());
    const auto key = eventstore::MasterKey::load(directory->master_key_path());
    if (!key) return std::unexpected(key.error());
    VerifyReport report;
    for (unsigned number = 0; number < directory->partitions(); ++number) {
        auto verified =
            verify_partition(directory->partition(number), *key, wish, catalogue, report.findings);
        if (!verified) return std::unexpected(std::move(verified.error()));
        report.partitions.push_back(std::move(*verified));
    }
    return report;
}

json::Object VerifyReport::to_json() const {
    json::Array rows;
    for (const auto& partition : partitions) {
        json::Array views;
        for (const auto& view : partition.views) {
            views.push_back({{"name", view.name},
                             {"position", fmt::format("{}-{}", partition.number, view.position)},
                             {"digest", view.digest},
                             {"equal", view.equal}});
        }
        rows.push_back({{"partition", partition.number},
                        {"position", fmt::format("{}-{}", partition.number, partition.position)},
                        {"events", partition.log.events},
                        {"commands", partition.log.commands},
                        {"tags", partition.log.tags},
                        {"sealed_values", partition.log.sealed_values},
                        {"timers", partition.log.timers},
                        {"results", partition.kept.results},
                        {"snapshots", partition.kept.snapshots},
                        {"views", std::move(views)}});
    }
    json::Array first;
    for (const auto& sentence : findings.first()) first.emplace_back(sentence);
    return {{"fine", findings.count() == 0},
            {"findings", findings.count()},
            {"first_findings", std::move(first)},
            {"partitions", std::move(rows)}};
}

std::string VerifyReport::text() const {
    std::string text;
    for (const auto& partition : partitions) {
        text += fmt::format(
            "partition {}: {} events of {} commands, {} tags, {} sealed values, {} timers, "
            "{} results, {} snapshots\n",
            partition.number, partition.log.events, partition.log.commands, partition.log.tags,
            partition.log.sealed_values, partition.log.timers, partition.kept.results,
            partition.kept.snapshots);
        for (const auto& view : partition.views) {
            text +=
                fmt::format("  {} {} at {}-{} {}\n", view.equal ? "equal    " : "DIFFERENT",
                            view.digest.substr(0, 16), partition.number, view.position, view.name);
        }
    }
    for (const auto& sentence : findings.first()) text += sentence + '\n';
    if (findings.count() > findings.first().size())
        text += fmt::format("and {} more\n", findings.count() - findings.first().size());
    return text + (findings.count() == 0 ? "All is as it must be.\n" : "");
}

}  // namespace almanac::replay
