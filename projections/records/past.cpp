#include "projections/records/past.hpp"

#include "projections/records/past_read.hpp"
#include "projections/records/row.hpp"

namespace almanac::projections {
namespace {
std::string identity_tag(const kernel::FoldType& fold, const kernel::Uuid& id) {
    return std::string(fold.kind) + ':' + kernel::to_string(id);
}
}  // namespace

Result<std::vector<std::uint64_t>> Past::positions_of(const TenantId& tenant,
                                                      const std::string& tag) const {
    std::vector<std::uint64_t> positions;
    const auto read = log_.tagged(tenant, tag, 0, [&](std::uint64_t position) {
        positions.push_back(position);
        return true;
    });
    if (!read) return std::unexpected(read.error());
    return positions;
}

Result<std::optional<Row>> Past::as_of(const TenantId& tenant, const kernel::FoldType& fold,
                                       const kernel::Uuid& id,
                                       const RecordQueries::Moment& moment) const {
    const auto tag = identity_tag(fold, id);
    const auto held = fold_as_of(catalogue_, log_, tenant, fold, tag, moment);
    if (!held) return std::unexpected(held.error());
    if (held->revision == 0) return std::optional<Row>();
    try {
        Row row;
        write_json(row.json, fold, id, *held);
        row.revision = held->revision;
        row.position = held->last_position;
        const auto json = kernel::json::parse_own(row.json);
        const auto* deleted = json.get_object().if_contains("deleted_at");
        row.deleted = deleted != nullptr && !deleted->is_null();
        return row;
    } catch (const std::exception& problem) {
        return kernel::corrupt(problem.what());
    }
}

Result<HistoryPage> Past::history(const TenantId& tenant, const kernel::FoldType& fold,
                                  const kernel::Uuid& id, std::uint64_t after,
                                  std::size_t limit) const {
    const auto positions = positions_of(tenant, identity_tag(fold, id));
    if (!positions) return std::unexpected(positions.error());
    if (positions->empty()) return kernel::not_found();
    HistoryPage page;
    for (std::size_t i = 0; i < positions->size(); ++i) {
        const auto position = (*positions)[i];
        if (position <= after) continue;
        if (page.entries.size() == limit) {
            page.next_after = page.entries.back().position;
            break;
        }
        auto record = log_.record(position);
        if (!record) return std::unexpected(std::move(record.error()));
        page.entries.push_back({position, i + 1, std::move(*record)});
    }
    return page;
}

}  // namespace almanac::projections
