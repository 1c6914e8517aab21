#include "domain/scheduling/take_slot.hpp"

#include "domain/scheduling/snapshot_source.hpp"

namespace almanac::scheduling {
namespace {
std::vector<FieldError> flaws_of(const std::vector<ResourceId>& ids,
                                 const ResourceDirectory& directory) {
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto* entry = directory.find(ids[i]);
        if (entry && entry->active) continue;
        auto at = json::pointer("/resource_ids", i);
        errors.push_back(
            entry ? FieldError{std::move(at), "inactive", "This resource is not active."}
                  : FieldError{std::move(at), "not_found", "There is no such resource."});
    }
    return errors;
}

// An event beyond could be written and never read (kernel/time.hpp). The first instant lies on
// 31 December 1969 west of Greenwich.
bool can_be_written(const Slot& slot) {
    return slot.date >= LocalDate{} && slot.end <= instant_from_micros(instant_us_max);
}
}  // namespace

std::vector<FieldError> service_flaws(const Service* service, std::int32_t party_size) {
    if (!service) return {{"/service_id", "not_found", "There is no such service."}};
    if (!service->active) return {{"/service_id", "inactive", "This service is not active."}};
    if (party_size <= service->capacity) return {};
    return {{"/party_size", "max", fmt::format("Expected at most {}.", service->capacity)}};
}

Result<Slot> find_slot(const ServiceId& id, const Service& service, Instant start, int party,
                       const std::vector<ResourceId>& given, Read& read, const SlotContext& terms) {
    FoldSource folds(read, terms.now);
    auto flaws = flaws_of(given, folds.resources());
    if (!flaws.empty()) return invalid(std::move(flaws));
    auto snapshot =
        build_snapshot(folds, id, service, start, start + std::chrono::minutes{1}, given);
    if (!snapshot) return std::unexpected(std::move(snapshot.error()));
    const std::vector<Uuid> resources(given.begin(), given.end());
    auto slot = evaluate(*snapshot, start, party, resources, terms);
    if (!slot) return std::unexpected(rejection(slot.error()));
    if (!can_be_written(*slot))
        return invalid_field("/start", "range", "Expected a local day from 1970 to 2199.");
    return std::move(*slot);
}

Occupancy occupancy_of(const ServiceId& id, const Service& service, const Slot& slot, int party) {
    return {id,
            slot.start,
            slot.end,
            service.buffer_before_minutes,
            service.buffer_after_minutes,
            LocationId{slot.location},
            slot.date,
            party,
            slot.resources};
}

std::vector<ResourceId> ids_of(const std::vector<AssignedResource>& assigned) {
    std::vector<ResourceId> ids;
    ids.reserve(assigned.size());
    for (const auto& each : assigned) ids.emplace_back(each.id);
    return ids;
}

}  // namespace almanac::scheduling
