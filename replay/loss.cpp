#include "replay/loss.hpp"

#include <fmt/format.h>

#include "eventstore/partition_keys.hpp"
#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::to_string;
}  // namespace

Result<LossReport> accept_loss(const LossWish& wish) {
    const auto directory = eventstore::DataDirectory::open(wish.data);
    if (!directory) return std::unexpected(directory.error());
    if (wish.partition >= directory->partitions()) {
        return kernel::reject(
            std::string(code_arguments),
            fmt::format("There are partitions 0 to {}.", directory->partitions() - 1));
    }
    const auto key = eventstore::MasterKey::load(directory->master_key_path());
    if (!key) return std::unexpected(key.error());
    eventstore::OpenOptions options;
    options.keyring = eventstore::probe_keyring();
    auto loss = directory->look_at_loss(wish.partition, options);
    if (!loss) return std::unexpected(std::move(loss.error()));
    const auto keyring = directory->partition_path(wish.partition) / "keyring";
    const auto keys = eventstore::check_keyring(keyring, loss->log_id, loss->unfinished_fork, *key);
    if (!keys) return std::unexpected(keys.error());
    LossReport report{wish, std::move(*loss), std::nullopt};
    if (!wish.confirmed) return report;
    const auto fork = directory->accept_loss(wish.partition, options);
    if (!fork) return std::unexpected(fork.error());
    report.fork = *fork;
    return report;
}

json::Object LossReport::to_json() const {
    const auto position = [&](std::uint64_t n) { return fmt::format("{}-{}", wish.partition, n); };
    json::Value mark = nullptr;
    if (loss.mark) {
        mark = json::Object{{"position", position(loss.mark->position)},
                            {"log_id", to_string(loss.mark->log_id)},
                            {"keyring_generation", loss.mark->keyring_generation}};
    }
    json::Object log{{"position", position(loss.position)},
                     {"log_id", to_string(loss.log_id)},
                     {"time", nullptr}};
    if (loss.last_time) log["time"] = to_string(*loss.last_time);
    json::Value missing = nullptr;
    if (const auto count = loss.missing_events()) missing = *count;
    json::Value forked = nullptr;
    if (fork) {
        forked = json::Object{{"from_log_id", to_string(fork->from_log_id)},
                              {"to_log_id", to_string(fork->to_log_id)},
                              {"position", position(fork->position)}};
    }
    return {{"partition", wish.partition},
            {"refusal", {{"code", loss.refusal.code}, {"detail", loss.refusal.detail}}},
            {"mark", std::move(mark)},
            {"log", std::move(log)},
            {"missing_events", std::move(missing)},
            {"accepted", fork.has_value()},
            {"fork", std::move(forked)}};
}

std::string LossReport::text() const {
    const auto number = wish.partition;
    auto text = fmt::format("Partition {} of {} does not open ({}):\n", number, wish.data,
                            loss.refusal.code);
    text += loss.mark ? fmt::format("  the mark says  {}-{} of log {}\n", number,
                                    loss.mark->position, to_string(loss.mark->log_id))
                      : std::string("  the mark       cannot be read\n");
    text += fmt::format("  the log has    {}-{} of log {}\n", number, loss.position,
                        to_string(loss.log_id));
    if (loss.last_time) text += fmt::format("  its last event {}\n", to_string(*loss.last_time));
    const auto missing = loss.missing_events();
    if (!missing)
        text += "  missing        nobody knows: no mark speaks of this log\n";
    else if (*missing == 0)
        text += "  missing        nothing the mark knows of\n";
    else
        text += fmt::format("  missing        at least {0} events, {1}-{2} to {1}-{3}\n", *missing,
                            number, loss.position + 1, loss.mark->position);
    if (!fork) return text;
    return text + fmt::format(
                      "Accepted: log {} ends at {}-{} and goes on as {}.\n"
                      "The next start tells every tenant of the partition.\n",
                      to_string(fork->from_log_id), number, fork->position,
                      to_string(fork->to_log_id));
}

}  // namespace almanac::replay
