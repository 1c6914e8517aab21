#include "projections/availability/availability.hpp"

#include <fmt/compile.h>

#include "projections/availability/row_source.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using availability::RowSource;
using kernel::FieldError;

std::optional<kernel::Rejection> wrong_times(const FindSlots& query) {
    if (query.to <= query.from) {
        return kernel::invalid_field("/to", "before_from", "It ends before it begins.").error();
    }
    if (query.to - query.from > std::chrono::days{query_days_max}) {
        const auto text = fmt::format("Expected at most {} days after from.", query_days_max);
        return kernel::invalid_field("/to", "range", text).error();
    }
    return std::nullopt;
}

// The same refusals as a booking of the same words.
std::vector<FieldError> wrong_fields(const FindSlots& query, const Service& service,
                                     RowSource& source) {
    std::vector<FieldError> errors;
    if (!service.active)
        errors.push_back({"/service_id", "inactive", "This service is not active."});
    if (query.party_size < 1) errors.push_back({"/party_size", "min", "Expected at least 1."});
    if (query.party_size > service.capacity) {
        errors.push_back(
            {"/party_size", "max", fmt::format("Expected at most {}.", service.capacity)});
    }
    for (std::size_t i = 0; i < query.resource_ids.size(); ++i) {
        const auto* entry = source.resources().find(query.resource_ids[i]);
        const auto at = kernel::json::pointer("/resource_ids", i);
        if (!entry)
            errors.push_back({at, "not_found", "There is no such resource."});
        else if (!entry->active)
            errors.push_back({at, "inactive", "This resource is not active."});
    }
    return errors;
}

// Groups `days`: the zone asked for, else the location's, else the default location's.
kernel::Zone viewer_of(const FindSlots& query, RowSource& source, std::vector<FieldError>& errors) {
    if (query.time_zone) {
        const auto zone = kernel::Zone::find(*query.time_zone);
        if (!zone) errors.push_back({"/time_zone", "format", "Expected an IANA time zone."});
        return zone.value_or(kernel::Zone::utc());
    }
    const auto id = query.location_id.value_or(source.default_location());
    const auto location = source.fold<kernel::Record<Location>>(id);
    if (query.location_id && (!location || location->deleted_at)) {
        errors.push_back({"/location_id", "not_found", "There is no such location."});
    }
    const auto zone = location ? kernel::Zone::find(location->time_zone) : std::nullopt;
    return zone.value_or(kernel::Zone::utc());
}

Result<SlotList> find(RowSource& source, const FindSlots& query, kernel::Instant now) {
    const auto service = source.fold<kernel::Record<Service>>(query.service_id);
    if (!service || service->deleted_at) return kernel::not_found("There is no such service.");
    auto errors = wrong_fields(query, *service, source);
    SlotQuery asked;
    asked.viewer = viewer_of(query, source, errors);
    if (!errors.empty()) return kernel::invalid(std::move(errors));
    auto snapshot = build_snapshot(source, query.service_id, *service, query.from, query.to,
                                   query.resource_ids, query.location_id);
    if (!snapshot) return std::unexpected(std::move(snapshot.error()));
    asked.from = query.from;
    asked.to = query.to;
    asked.now = now;
    asked.party_size = query.party_size;
    asked.resource_ids.assign(query.resource_ids.begin(), query.resource_ids.end());
    asked.location = query.location_id;
    return slots(*snapshot, asked);
}
}  // namespace

struct Availability::State {
    State(const ViewStore& in, std::shared_ptr<availability::LatestChanges> changes,
          std::size_t cache_bytes)
        : store(in), latest(std::move(changes)), decoded(cache_bytes) {}
    const ViewStore& store;
    const std::shared_ptr<availability::LatestChanges> latest;
    const ViewName view{"availability", availability::version()};
    mutable availability::DecodedRows decoded;
};

Availability::Availability(const ViewStore& store,
                           std::shared_ptr<availability::LatestChanges> latest,
                           std::size_t cache_bytes)
    : state_(std::make_unique<State>(store, std::move(latest), cache_bytes)) {}
Availability::~Availability() = default;

Result<SlotAnswer> Availability::find_slots(const TenantId& tenant, const FindSlots& query,
                                            kernel::Instant now) const {
    if (auto wrong = wrong_times(query)) return std::unexpected(std::move(*wrong));
    try {
        const auto rows = state_->store.read(state_->view, tenant);
        RowSource source(rows, state_->decoded, *state_->latest, now);
        auto list = find(source, query, now);
        if (!list) return std::unexpected(std::move(list.error()));
        return SlotAnswer{std::move(*list), rows.position()};
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

std::uint64_t Availability::with_source(const TenantId& tenant, kernel::Instant now,
                                        const std::function<void(SnapshotSource&)>& use) const {
    const auto rows = state_->store.read(state_->view, tenant);
    RowSource source(rows, state_->decoded, *state_->latest, now);
    use(source);
    return rows.position();
}

std::string SlotAnswer::json() const {
    constexpr std::size_t slot_bytes = 220;  // of one with one resource, somewhat more
    std::string out;
    out.reserve(list.slots.size() * slot_bytes + list.days.size() * 64 + 32);
    out += R"({"data":[)";
    const auto comma = [&](bool first) {
        if (!first) out += ',';
    };
    for (const auto& slot : list.slots) {
        comma(&slot == &list.slots.front());
        out += R"({"start":")";
        kernel::append(out, slot.start);
        out += R"(","end":")";
        kernel::append(out, slot.end);
        out += R"(","remaining":)";
        fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), slot.remaining);
        out += R"(,"resources":[)";
        for (const auto& resource : slot.resources) {
            comma(&resource == &slot.resources.front());
            out += R"({"role":)";
            kernel::json::append_string(out, resource.role);
            out += R"(,"id":")";
            kernel::append(out, resource.id);
            out += R"("})";
        }
        out += "]}";
    }
    out += R"(],"days":[)";
    for (const auto& day : list.days) {
        comma(&day == &list.days.front());
        out += R"({"date":")";
        kernel::append(out, day.date);
        out += R"(","slots":)";
        fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), day.slots);
        out += R"(,"reason":)";
        if (day.reason)
            kernel::json::append_string(out, name(*day.reason));
        else
            out += "null";
        out += '}';
    }
    return out += "]}";
}

}  // namespace almanac::projections
