#include "projections/business_metrics/business_metrics.hpp"

#include <array>
#include <map>

#include "projections/availability/availability.hpp"
#include "projections/utilisation/utilisation.hpp"

namespace almanac::projections {
namespace {
using namespace scheduling;
using Status = AppointmentStatus;

constexpr std::array<MetricsPeriod, 3> all_periods{MetricsPeriod::day, MetricsPeriod::week,
                                                   MetricsPeriod::month};

LocalDate first_of(MetricsPeriod period, LocalDate date) {
    switch (period) {
        case MetricsPeriod::day:
            return date;
        case MetricsPeriod::week:
            return week_of(date);
        case MetricsPeriod::month:
            return month_of(date);
    }
    return date;
}

MetricType type_of(MetricsPeriod period) {
    switch (period) {
        case MetricsPeriod::day:
            return MetricType::daily;
        case MetricsPeriod::week:
            return MetricType::weekly;
        case MetricsPeriod::month:
            return MetricType::monthly;
    }
    return MetricType::daily;
}

std::string period_key(char kind, MetricsPeriod period, LocalDate first) {
    std::string key(1, kind);
    key += "dwm"[static_cast<std::size_t>(period)];
    tally::append_date(key, first);
    return key;
}

std::string date_bytes(LocalDate date) {
    std::string bytes;
    tally::append_date(bytes, date);
    return bytes;
}

BusinessMetricsRow row_of(const PeriodCounts& period, const std::string& currency) {
    BusinessMetricsRow row;
    row.appointments_scheduled = period.counts.booked;
    row.appointments_completed = period.counts.completed;
    row.appointments_cancelled = period.counts.cancelled;
    row.appointments_no_show = period.counts.no_show;
    auto sums = tally::sums_of(period.counts.revenue, currency);
    row.revenue_total = std::move(sums.own);
    row.revenue_average_per_appointment = std::move(sums.average);
    row.other_currencies = std::move(sums.others);
    row.new_clients = period.new_clients;
    row.returning_clients = period.returning_clients;
    return row;
}
LocalDate last_of(MetricsPeriod period, LocalDate first) {
    switch (period) {
        case MetricsPeriod::day:
            return first;
        case MetricsPeriod::week:
            return first + std::chrono::days{6};
        case MetricsPeriod::month:
            return month_of(first + std::chrono::days{31}) - std::chrono::days{1};
    }
    return first;
}

using TimeByPeriod = std::map<LocalDate, TimeOfDay>;

// Of all active resources of a type; nothing where there are too many to look at.
std::optional<TimeByPeriod> time_by_period(const ViewRows& rows, SnapshotSource& source,
                                           ResourceType type, MetricsPeriod period, LocalDate from,
                                           LocalDate to) {
    TimeByPeriod sums;
    std::size_t count = 0;
    for (const auto& entry : source.resources().entries) {
        if (entry.type != type || !entry.active) continue;
        if (++count > utilised_resources_max) return std::nullopt;
        for (const auto& [date, time] : time_of(rows, source, entry, from, to)) {
            auto& sum = sums[first_of(period, date)];
            sum.allocated += time.allocated;
            sum.scheduled += time.scheduled;
        }
    }
    return sums;
}

void add_utilisation(BusinessMetrics& answer, MetricsPeriod period, LocalDate to,
                     const Question& question) {
    const auto view = UtilisationProjection{}.view();
    const auto rows = question.read(view);
    question.with_source([&](SnapshotSource& source) {
        const auto add = [&](ResourceType type,
                             std::optional<std::int64_t> BusinessMetricsRow::* member) {
            const auto sums =
                time_by_period(rows, source, type, period, answer.data.front().metric_date, to);
            if (!sums) return;
            for (auto& row : answer.data) {
                const auto sum = sums->find(row.metric_date);
                if (sum != sums->end()) row.*member = ppm_of(sum->second);
            }
        };
        add(ResourceType::staff, &BusinessMetricsRow::staff_utilization_ppm);
        add(ResourceType::room, &BusinessMetricsRow::room_utilization_ppm);
    });
}
}  // namespace

void BusinessMetricsProjection::forget() {
    periods_.forget();
    zones_.clear();
}

kernel::Zone BusinessMetricsProjection::zone_of(const TenantViews& views) {
    const auto tenant = views.tenant().view();
    const auto* known = zones_.find(tenant);
    if (known == nullptr) known = &zones_.put(tenant, tally::zone_of(tally::tenant_of(views)), 0);
    return known->value_or(kernel::Zone::utc());
}

template <class Change>
void BusinessMetricsProjection::count(TenantViews& views, LocalDate date, Change change) {
    for (const auto period : all_periods)
        periods_.change(views, period_key('m', period, first_of(period, date)), change);
}

// Completed visits come in any order: an earlier one that is told later is the first one from then.
void BusinessMetricsProjection::count_visit(TenantViews& views, LocalDate date,
                                            std::string_view client) {
    const auto client_key = std::string("c").append(client);
    std::string value;
    std::optional<LocalDate> first;
    if (views.get(client_key, value)) first = tally::date_at(value, 0);
    for (const auto period : all_periods) {
        const auto at = first_of(period, date);
        const auto visited = period_key('v', period, at).append(client);
        if (views.get(visited, value)) continue;
        views.put(visited, "");
        const bool is_first = !first || at < first_of(period, *first);
        periods_.change(views, period_key('m', period, at), [&](PeriodCounts& counts) {
            ++(is_first ? counts.new_clients : counts.returning_clients);
        });
        if (!is_first || !first) continue;
        const auto no_longer = period_key('m', period, first_of(period, *first));
        periods_.change(views, no_longer, [](PeriodCounts& counts) {
            --counts.new_clients;
            ++counts.returning_clients;
        });
    }
    if (!first || date < *first) views.put(client_key, date_bytes(date));
}

Result<void> BusinessMetricsProjection::apply(const AppliedEvent& event, TenantViews& views) {
    if (tally::keep_tenant(views, event)) zones_.erase(views.tenant().view());
    const auto fact = tally::fact_of(event.event);
    if (!fact || (!fact->freed && !fact->occupancy)) return {};
    // Given to somebody else: it stays on its date, whatever the zone of the tenant is now.
    if (fact->is_moved() && fact->freed->start == fact->occupancy->start) return {};
    auto key = std::string("a").append(fact->id.view());
    std::string kept;  // date ‖ client, where there is one
    if (fact->booked) {
        if (fact->booked->client_id) kept = fact->booked->client_id->view();
    } else if (!views.get(key, kept)) {
        return kernel::corrupt("business_metrics does not know this appointment");
    }
    if (fact->booked || fact->is_moved()) {
        const auto date = zone_of(views).local_date(fact->occupancy->start);
        if (fact->is_moved()) {
            count(views, tally::date_at(kept, 0), [](PeriodCounts& p) { --p.counts.booked; });
            kept.erase(0, 4);
        }
        count(views, date, [](PeriodCounts& p) { ++p.counts.booked; });
        views.put(key, date_bytes(date) + kept);
        return {};
    }
    const auto date = tally::date_at(kept, 0);
    if (fact->is(Status::cancelled))
        count(views, date, [](PeriodCounts& p) { ++p.counts.cancelled; });
    if (fact->is(Status::no_show)) count(views, date, [](PeriodCounts& p) { ++p.counts.no_show; });
    if (!fact->is(Status::completed)) return {};
    count(views, date, [&](PeriodCounts& p) {
        ++p.counts.completed;
        tally::add(p.counts.revenue, *fact->final_price);
    });
    if (kept.size() > 4) count_visit(views, date, std::string_view(kept).substr(4));
    return {};
}

Result<BusinessMetrics> business_metrics(const ViewRows& rows, const AskBusinessMetrics& asked,
                                         const Question& question) {
    const auto currency = tally::tenant_of(rows).currency;
    BusinessMetrics answer;
    for (auto date = asked.from; date <= asked.to; date += std::chrono::days{1}) {
        const auto first = first_of(asked.period, date);
        if (!answer.data.empty() && answer.data.back().metric_date == first) continue;
        const auto counts =
            tally::read_row<PeriodCounts>(rows, period_key('m', asked.period, first));
        answer.data.push_back(row_of(counts.value_or(PeriodCounts{}), currency));
        answer.data.back().metric_date = first;
        answer.data.back().metric_type = type_of(asked.period);
    }
    const auto end = last_of(asked.period, answer.data.back().metric_date);
    add_utilisation(answer, asked.period, end, question);
    return answer;
}

}  // namespace almanac::projections
