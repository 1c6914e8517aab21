#include "projections/tally/recorded_day.hpp"

#include <algorithm>

namespace almanac::projections::tally {
namespace {
constexpr std::string_view last_day_key = "last day";
}  // namespace

void RecordedDay::follow(TenantViews& views, const AppliedEvent& event) {
    if (keep_tenant(views, event)) known_.erase(views.tenant().view());
}

kernel::LocalDate RecordedDay::of(TenantViews& views, const AppliedEvent& event) {
    const auto tenant = views.tenant().view();
    auto* known = known_.find(tenant);
    if (known == nullptr) {
        Known read;
        read.zone = zone_of(tenant_of(views));
        std::string value;
        if (views.get(last_day_key, value)) read.last = date_at(value, 0);
        known = &known_.put(tenant, read, sizeof(Known));
    }
    const auto day = known->zone.local_date(event.record->time);
    if (day > known->last) {
        known->last = day;
        std::string value;
        append_date(value, day);
        views.put(last_day_key, value);
    }
    return known->last;
}

Result<AsOf> as_of(const ViewRows& rows, std::optional<kernel::LocalDate> asked,
                   const Question& question) {
    auto today = zone_of(tenant_of(rows)).local_date(question.now);
    std::string value;
    if (rows.get(last_day_key, value)) today = std::max(today, date_at(value, 0));
    if (!asked) return AsOf{today, today - std::chrono::days{1}};
    if (*asked > today) return kernel::invalid_field("/as_of", "future", "That day has not come.");
    return AsOf{*asked, *asked};
}

}  // namespace almanac::projections::tally
