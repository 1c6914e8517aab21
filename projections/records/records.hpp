// Every collection of the catalogue as rows that can be read, listed, filtered and sorted; no code
// per collection. A row is the JSON as it is served, personal values still sealed, internal fields
// still in it (the edge opens and strips):
//     {"id":"…", every field of the fold, null where it has none, "revision":n,
//      "created_at":"…", "updated_at":"…"}
// `RecordsProjection` is the runtime's; `RecordQueries` is thread-safe and reads one snapshot a
// call. Its version follows from the catalogue: a new filter, sort or fold version builds it again.
// Limits: a page of 200 rows, 20,000 index entries looked at per page (then a shorter page with a
// cursor).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/log.hpp"
#include "projections/projection.hpp"

namespace almanac::projections {

inline constexpr std::size_t page_rows_max = 200;
inline constexpr std::size_t page_entries_max = 20'000;

struct Row {
    std::string json;
    std::uint64_t revision = 0;
    std::uint64_t position = 0;  // of the view as it was read; of `as_of`: of the last event in it
    bool deleted = false;
};

struct ListQuery {
    // Parameter and value as text; all of them hold.
    std::vector<std::pair<std::string, std::string>> filters = {};
    std::optional<kernel::Instant> from = {};  // [from, to) of the collection's range_path
    std::optional<kernel::Instant> to = {};
    // "start", "-start"; "": the range_path where from or to is given, else created_at.
    std::string sort = {};
    std::size_t limit = 50;
    std::string cursor = {};  // `next_cursor` of the page before, of the same query
    bool include_deleted = false;
};

struct Page {
    std::vector<Row> rows;
    std::optional<std::string> next_cursor;  // none: there is no more
    std::uint64_t position = 0;              // the view is true up to here
};

struct HistoryEntry {
    std::uint64_t position = 0;
    std::uint64_t revision = 0;  // the thing had after it
    eventstore::Record record;
};
struct HistoryPage {
    std::vector<HistoryEntry> entries;
    std::optional<std::uint64_t> next_after;  // none: there is no more
};

// What changed in a collection that is `searchable`.
struct RecordChange {
    TenantId tenant;
    kernel::Uuid id;
    std::uint64_t position = 0;
    std::string json;  // the row
    bool deleted = false;
};

class RecordLayout;  // layout.hpp: which indexes a collection has, how keys are written

class RecordsProjection final : public Projection {
  public:
    explicit RecordsProjection(const kernel::Catalogue& catalogue,
                               std::size_t cache_bytes = 16UL << 20);
    ~RecordsProjection() override;
    // Changes of searchable collections, after they can be read; runtime's thread. Before start.
    using Listener = std::function<void(std::span<const RecordChange>, std::uint64_t position)>;
    void listen(Listener listener);

    std::string_view name() const override { return "records"; }
    std::uint32_t version() const override;
    Result<void> apply(const AppliedEvent& event, TenantViews& views) override;
    void written(std::uint64_t position) override;
    void forget() override;
    // A row is of one thing, and so are its index entries.
    std::unique_ptr<Projection> twin() const override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class RecordQueries {
  public:
    // Names of collections are the catalogue's; another one is `not_found`. All outlive it.
    RecordQueries(const kernel::Catalogue& catalogue, const ViewStore& store,
                  const eventstore::Log& log);
    ~RecordQueries();

    // Deleted rows too (their `deleted_at` says so). Nothing: there is no such thing.
    Result<std::optional<Row>> get(const TenantId& tenant, std::string_view collection,
                                   const kernel::Uuid& id) const;
    // Field errors: /<parameter>, /from, /to, /sort, /limit, /cursor.
    Result<Page> list(const TenantId& tenant, std::string_view collection,
                      const ListQuery& query) const;
    // The live ones among `ids` that satisfy the filters, in the order given; no cursor.
    Result<Page> pick(const TenantId& tenant, std::string_view collection,
                      std::span<const kernel::Uuid> ids,
                      const std::vector<std::pair<std::string, std::string>>& filters) const;
    // Every live row, by id, while `visit` answers true; answers the position of the view.
    using Visit = std::function<bool(const kernel::Uuid& id, std::string_view json)>;
    Result<std::uint64_t> each(const TenantId& tenant, std::string_view collection,
                               const Visit& visit) const;
    // The view's position for this tenant now, without a row.
    Result<std::uint64_t> position(const TenantId& tenant) const;

    // As it was: every event with time <= T or position <= P, never a part of a command. From the
    // log, so it needs no waiting for the view. Nothing: it did not exist yet.
    using Moment = std::variant<kernel::Instant, std::uint64_t>;
    Result<std::optional<Row>> as_of(const TenantId& tenant, std::string_view collection,
                                     const kernel::Uuid& id, Moment moment) const;
    // Rows as their collection shows them (presented.hpp), as of the moment they were read for.
    // `now`: the time then; none: the moment itself, or that of the event at its position.
    Result<void> present(const TenantId& tenant, std::string_view collection,
                         std::vector<std::string>& rows, Moment moment,
                         std::optional<kernel::Instant> now = {}) const;
    // Its events with position > after, oldest first; `not_found` where there never was one.
    Result<HistoryPage> history(const TenantId& tenant, std::string_view collection,
                                const kernel::Uuid& id, std::uint64_t after,
                                std::size_t limit) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace almanac::projections
