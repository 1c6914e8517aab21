#include "domain/scheduling/service.hpp"

#include <algorithm>
#include <set>

namespace almanac::scheduling {
namespace {
std::optional<Rejection> unknown_category(const Service& service, Read& read) {
    for (std::size_t i = 0; i < service.category_ids.size(); ++i) {
        if (live<ServiceCategory>(read, service.category_ids[i])) continue;
        return invalid_field(json::pointer("/category_ids", i), "not_found",
                             "There is no such category.")
            .error();
    }
    return std::nullopt;
}

void unknown_resources(const std::vector<ResourceId>& ids, const std::string& at,
                       const ResourceDirectory& directory, std::vector<FieldError>& errors) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (directory.find(ids[i])) continue;
        errors.push_back({json::pointer(at, i), "not_found", "There is no such resource."});
    }
}

auto entry_of(ServiceDirectory& directory, const Uuid& id) {
    return std::ranges::find(directory.entries, id, &ServiceEntry::id);
}
}  // namespace

void check(const Fee& fee, Reader& in, const Place& at) {
    if ((fee.kind == FeeKind::fixed) != fee.money.has_value()) {
        in.fail(Place{&at, "money"}, "fee", "A fixed fee has money; no other kind has.");
    }
    if ((fee.kind == FeeKind::rate) != fee.rate_ppm.has_value()) {
        in.fail(Place{&at, "rate_ppm"}, "fee", "A rate fee has rate_ppm; no other kind has.");
    }
}

Money amount_of(const Fee& fee, const Money& quoted) {
    switch (fee.kind) {
        case FeeKind::none:
            return {0, quoted.currency};
        case FeeKind::fixed:
            return *fee.money;
        case FeeKind::rate:
            return {apply_ppm(quoted.amount, *fee.rate_ppm).value_or(0), quoted.currency};
    }
    return {0, quoted.currency};
}

void check(const ServiceHours& hours, Reader& in, const Place& at) {
    if (hours.from.minutes == 1440) {
        in.fail(Place{&at, "from"}, "out_of_range", "Hours begin from 00:00 to 23:59.");
    } else if (hours.from == hours.to && hours.from.minutes != 0) {
        in.fail(Place{&at, "to"}, "zero_length", "They end where they begin.");
    }
}

void check(const Requirement& requirement, Reader& in, const Place& at) {
    if (requirement.candidates.empty() == !requirement.match) {
        in.fail(at, "candidates_or_match", "Name either candidates or a match.");
    }
    if (requirement.match && !requirement.match->type && requirement.match->specialties.empty()) {
        in.fail(Place{&at, "match"}, "required", "A match names a type or specialties.");
    }
    const std::set<ResourceId> distinct(requirement.candidates.begin(),
                                        requirement.candidates.end());
    if (distinct.size() != requirement.candidates.size()) {
        in.fail(Place{&at, "candidates"}, "repeated", "A resource stands twice.");
    }
}

void prepare(Service& service) {
    if (!service.slug) service.slug = slug_of(service.name);
}

void check(const Service& service, Reader& in, const Place& at) {
    std::set<std::string> roles;
    const Place list{&at, "requirements"};
    for (std::size_t i = 0; i < service.requirements.size(); ++i) {
        const Place here{&list, {}, i};
        if (!roles.insert(service.requirements[i].role).second) {
            in.fail(Place{&here, "role"}, "repeated", "Two requirements have this role.");
        }
    }
    const std::set<Weekday> days(service.available_days.begin(), service.available_days.end());
    if (days.size() != service.available_days.size()) {
        in.fail(Place{&at, "available_days"}, "repeated", "A day stands twice.");
    }
    const auto currency = service.price ? service.price->currency : std::string();
    const auto same = [&](const Fee& fee, std::string_view name) {
        const Place there{&at, name};
        if (fee.money && service.price && fee.money->currency != currency) {
            in.fail(Place{&there, "money"}, "currency", "Not the currency of the price.");
        }
    };
    same(service.deposit, "deposit");
    same(service.late_cancel_fee, "late_cancel_fee");
    same(service.no_show_fee, "no_show_fee");
}

std::optional<Rejection> admit(const Service& after, const Service* before, Read& read,
                               const Context&) {
    if (auto refused = unknown_category(after, read)) return refused;
    if (before == nullptr &&
        read.get<ServiceDirectory>(Whole{}).entries.size() >= ServiceDirectory::entries_max) {
        return reject("limit_reached", "A tenant has at most 10,000 live services.").error();
    }
    if (before && before->requirements == after.requirements) return std::nullopt;
    std::vector<FieldError> errors;
    const auto& directory = read.get<ResourceDirectory>(Whole{});
    for (std::size_t i = 0; i < after.requirements.size(); ++i) {
        const auto at = json::pointer("/requirements", i);
        unknown_resources(after.requirements[i].candidates, at + "/candidates", directory, errors);
        unknown_resources(after.requirements[i].preference, at + "/preference", directory, errors);
    }
    if (!errors.empty()) return invalid(std::move(errors)).error();
    return std::nullopt;
}

void evolve(ServiceDirectory& directory, const RecordCreated<Service>& e) {
    directory.entries.push_back({e.id, e.active});
}
void evolve(ServiceDirectory& directory, const RecordChanged<Service>& e) {
    const auto at = entry_of(directory, e.id);
    if (at != directory.entries.end() && e.changes.has("active"))
        at->active = e.changes.value.active;
}
void evolve(ServiceDirectory& directory, const RecordDeleted<Service>& e) {
    std::erase_if(directory.entries, [&](const auto& entry) { return entry.id == e.id; });
}
void evolve(ServiceDirectory& directory, const RecordRestored<Service>& e) {
    directory.entries.push_back({e.id, e.active});
}

}  // namespace almanac::scheduling
