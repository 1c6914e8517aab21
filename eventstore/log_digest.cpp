#include "eventstore/log_digest.hpp"

#include <fmt/format.h>

#include "eventstore/merkle.hpp"

namespace almanac::eventstore {
namespace {
constexpr std::uint64_t report_every = 8'192;

std::string hex(const Hash& hash) {
    std::string out;
    for (const auto byte : hash) fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    return out;
}
}  // namespace

Result<LogDigest> digest_log(const Log& log, const LogLimit& limit,
                             const std::function<void(std::uint64_t events)>& on_events) {
    LogDigest digest;
    MerkleRoot tree;
    MerkleRoot whole_commands;
    bool within = true;
    std::optional<kernel::Rejection> failed;
    const auto look = [&](std::uint64_t position, std::string_view bytes) {
        const auto record = RecordView::parse(bytes);
        if (!record || !record->leaf_matches()) {
            failed = kernel::corrupt(fmt::format("The record at position {} is not as it was "
                                                 "written.",
                                                 position))
                         .error();
            return false;
        }
        if (position == 1) digest.first_time = record->time();
        within = within && (!limit.position || position <= *limit.position) &&
                 (!limit.time || record->time() <= *limit.time);
        if (within) {
            tree.add(record->leaf());
            if (record->index() + 1 == record->count()) {
                digest.position = position;
                digest.last_time = record->time();
                whole_commands = tree;
            }
        }
        if (on_events && position % report_every == 0) on_events(position);
        return true;
    };
    const auto read = log.scan(1, log.last_position(), look);
    if (failed) return std::unexpected(std::move(*failed));
    if (!read) return std::unexpected(read.error());
    digest.root = hex(whole_commands.root());
    return digest;
}

}  // namespace almanac::eventstore
