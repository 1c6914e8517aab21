#include <algorithm>

#include "projections/records/index_walk.hpp"
#include "projections/records/past.hpp"
#include "projections/records/past_read.hpp"
#include "projections/records/presented.hpp"
#include "projections/records/records.hpp"
#include "projections/records/row.hpp"

namespace almanac::projections {

struct RecordQueries::State {
    State(const kernel::Catalogue& of, const ViewStore& in, const eventstore::Log& from)
        : catalogue(of), store(in), log(from), layout(of), view{"records", layout.version()} {}
    const kernel::Catalogue& catalogue;
    const ViewStore& store;
    const eventstore::Log& log;
    const RecordLayout layout;
    const ViewName view;
};

namespace {
std::unexpected<kernel::Rejection> no_collection() {
    return kernel::not_found("There is no such collection.");
}

Row row_of(const StoredRow& stored, std::uint64_t position) {
    return {std::string(stored.json), stored.revision, position, stored.deleted};
}

bool is_in_range(const ListPlan& plan, const CollectionLayout& layout, const StoredRow& row) {
    if (!plan.range) return true;
    const auto value = read_values(layout, row.values).orders[plan.range->order];
    return value >= plan.range->low && value < plan.range->high;
}

Page read_page(const ViewRows& rows, const CollectionLayout& layout, const ListPlan& plan,
               const ListQuery& query, std::optional<Place> from, const CursorCoder& cursors) {
    Page page;
    page.position = rows.position();
    IndexWalk walk(rows, plan, std::move(from), page_entries_max);
    std::string bytes;
    std::optional<Place> last;
    while (walk.next()) {
        if (walk.is_deleted() && !query.include_deleted) continue;
        if (!rows.get(layout.row_key(walk.id()), bytes)) {
            throw ViewFailure(kernel::corrupt("An index names a row that is not there.").error());
        }
        const auto row = decode_row(bytes);
        if (!is_in_range(plan, layout, row)) continue;
        if (page.rows.size() == query.limit) {
            page.next_cursor = cursors.encode(*last);
            return page;
        }
        page.rows.push_back(row_of(row, page.position));
        last = Place{std::string(walk.place()), false};
    }
    if (const auto rest = walk.rest()) page.next_cursor = cursors.encode(*rest);
    return page;
}
}  // namespace

RecordQueries::RecordQueries(const kernel::Catalogue& catalogue, const ViewStore& store,
                             const eventstore::Log& log)
    : state_(std::make_unique<State>(catalogue, store, log)) {}
RecordQueries::~RecordQueries() = default;

Result<std::optional<Row>> RecordQueries::get(const TenantId& tenant, std::string_view collection,
                                              const kernel::Uuid& id) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    try {
        const auto rows = state_->store.read(state_->view, tenant);
        std::string bytes;
        if (!rows.get(layout->row_key(id), bytes)) return std::optional<Row>();
        return row_of(decode_row(bytes), rows.position());
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

Result<Page> RecordQueries::list(const TenantId& tenant, std::string_view collection,
                                 const ListQuery& query) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    const auto plan = plan_list(*layout, tenant, query);
    if (!plan) return std::unexpected(plan.error());
    const CursorCoder cursors(state_->store.log_id(), plan->identity);
    std::optional<Place> from;
    if (!query.cursor.empty()) {
        auto place = cursors.decode(query.cursor);
        if (!place) return std::unexpected(std::move(place.error()));
        from = std::move(*place);
    }
    try {
        const auto rows = state_->store.read(state_->view, tenant);
        return read_page(rows, *layout, *plan, query, std::move(from), cursors);
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

Result<Page> RecordQueries::pick(
    const TenantId& tenant, std::string_view collection, std::span<const kernel::Uuid> ids,
    const std::vector<std::pair<std::string, std::string>>& filters) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    const auto planned = plan_filters(*layout, filters);
    if (!planned) return std::unexpected(planned.error());
    try {
        const auto rows = state_->store.read(state_->view, tenant);
        Page page;
        page.position = rows.position();
        std::string bytes;
        for (const auto& id : ids) {
            if (!rows.get(layout->row_key(id), bytes)) continue;
            const auto row = decode_row(bytes);
            const auto values = read_values(*layout, row.values);
            const auto has = [&](const auto& filter) {
                return values.has(filter.first, filter.second);
            };
            if (row.deleted || !std::ranges::all_of(*planned, has)) continue;
            page.rows.push_back(row_of(row, page.position));
        }
        return page;
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

Result<std::uint64_t> RecordQueries::each(const TenantId& tenant, std::string_view collection,
                                          const Visit& visit) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    try {
        const auto rows = state_->store.read(state_->view, tenant);
        auto walk = rows.walk(layout->row_key({}).substr(0, 2));
        for (walk.seek_first(); walk.valid(); walk.next()) {
            const auto row = decode_row(walk.value());
            if (row.deleted) continue;
            if (!visit(kernel::uuid_from_bytes(walk.key().substr(2)), row.json)) break;
        }
        return rows.position();
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

Result<std::uint64_t> RecordQueries::position(const TenantId& tenant) const {
    try {
        return state_->store.read(state_->view, tenant).position();
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

Result<std::optional<Row>> RecordQueries::as_of(const TenantId& tenant, std::string_view collection,
                                                const kernel::Uuid& id, Moment moment) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    return Past(state_->catalogue, state_->log)
        .as_of(tenant, *layout->collection->fold, id, moment);
}

Result<void> RecordQueries::present(const TenantId& tenant, std::string_view collection,
                                    std::vector<std::string>& rows, Moment moment,
                                    std::optional<kernel::Instant> now) const {
    const auto presentation = presentation_of(collection);
    const auto* layout = presentation ? state_->layout.find(collection) : nullptr;
    if (layout == nullptr || rows.empty()) return {};
    if (!now && std::holds_alternative<kernel::Instant>(moment)) {
        now = std::get<kernel::Instant>(moment);
    } else if (!now) {
        const auto position =
            std::min(std::get<std::uint64_t>(moment), state_->log.last_position());
        const auto record = state_->log.record(position);
        if (!record) return std::unexpected(record.error());
        now = record->time;
    }
    PastRead read(state_->catalogue, state_->log, tenant, moment);
    try {
        for (auto& row : rows)
            row = present_row(*layout->collection->fold, presentation, row, read, *now);
        return {};
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    } catch (const std::exception& problem) {
        return kernel::corrupt(problem.what());
    }
}

Result<HistoryPage> RecordQueries::history(const TenantId& tenant, std::string_view collection,
                                           const kernel::Uuid& id, std::uint64_t after,
                                           std::size_t limit) const {
    const auto* layout = state_->layout.find(collection);
    if (layout == nullptr) return no_collection();
    if (limit < 1 || limit > page_rows_max) {
        return kernel::invalid_field("/limit", "range",
                                     fmt::format("Expected 1 to {}.", page_rows_max));
    }
    return Past(state_->catalogue, state_->log)
        .history(tenant, *layout->collection->fold, id, after, limit);
}

}  // namespace almanac::projections
