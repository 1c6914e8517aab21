#include "projections/read_models.hpp"

#include <algorithm>

#include "projections/appointment_stats/appointment_stats.hpp"
#include "projections/availability/latest_changes.hpp"
#include "projections/business_metrics/business_metrics.hpp"
#include "projections/calendar/calendar.hpp"
#include "projections/calendar_availability_summary/calendar_availability_summary.hpp"
#include "projections/calendar_feed/calendar_feed.hpp"
#include "projections/client_summary/client_summary.hpp"
#include "projections/dashboard/dashboard.hpp"
#include "projections/free_busy/free_busy.hpp"
#include "projections/loyalty/loyalty.hpp"
#include "projections/loyalty_account/loyalty_account.hpp"
#include "projections/loyalty_leaderboard/loyalty_leaderboard.hpp"
#include "projections/loyalty_tiers/loyalty_tiers.hpp"
#include "projections/monthly_booking_stats/monthly_booking_stats.hpp"
#include "projections/points_expiring/points_expiring.hpp"
#include "projections/referral_funnel/referral_funnel.hpp"
#include "projections/service_performance/service_performance.hpp"
#include "projections/utilisation/utilisation.hpp"

namespace almanac::projections {

ViewRows Question::read(const ViewName& view) const {
    auto rows = store_.read(view, tenant);
    position_ = std::min(position_, rows.position());
    return rows;
}

void Question::with_source(const std::function<void(scheduling::SnapshotSource&)>& use) const {
    position_ = std::min(position_, availability_.with_source(tenant, now, use));
}

ReadModels::ReadModels(const kernel::Catalogue& catalogue, const ViewStore& store) : store_(store) {
    tally::check_known(catalogue);
    check_bookings_known(catalogue);
    add_slots(catalogue);
    add_query("availability", "free_busy", &free_busy);
    add(std::make_unique<CalendarProjection>(), "calendar", &calendar);
    projections_.push_back(std::make_unique<CalendarFeedProjection>());
    add(std::make_unique<AppointmentStatsProjection>(), "appointment_stats", &appointment_stats);
    add(std::make_unique<ClientSummaryProjection>(), "client_summary", &client_summary);
    add(std::make_unique<DashboardProjection>(), "dashboard", &dashboard);
    add(std::make_unique<BusinessMetricsProjection>(), "business_metrics", &business_metrics);
    add(std::make_unique<UtilisationProjection>(), "utilisation", &utilisation);
    add(std::make_unique<MonthlyBookingStatsProjection>(), "monthly_booking_stats",
        &monthly_booking_stats);
    add(std::make_unique<CalendarAvailabilitySummaryProjection>(), "calendar_availability_summary",
        &calendar_availability_summary);
    add(std::make_unique<ServicePerformanceProjection>(), "service_performance",
        &service_performance);
    add(std::make_unique<LoyaltyAccountProjection>(), "loyalty_ledger", &loyalty_ledger);
    add_query("loyalty_account", "points_expiring", &points_expiring);
    add(std::make_unique<LoyaltyTiersProjection>(), "loyalty_tiers", &loyalty_tiers);
    add(std::make_unique<LoyaltyProjection>(), "loyalty_report", &loyalty_report);
    add_query("loyalty", "loyalty_leaderboard", &loyalty_leaderboard);
    add(std::make_unique<ReferralFunnelProjection>(), "referral_funnel", &referral_funnel);
}
ReadModels::~ReadModels() = default;

void ReadModels::add_slots(const kernel::Catalogue& catalogue) {
    auto latest = std::make_shared<availability::LatestChanges>();
    projections_.push_back(std::make_unique<AvailabilityProjection>(catalogue, latest));
    availability_ = std::make_unique<Availability>(store_, std::move(latest));
    auto handler = [this](const Question& question, const void* asked) -> Result<Answer> {
        const auto slots = availability_->find_slots(
            question.tenant, *static_cast<const scheduling::FindSlots*>(asked), question.now);
        if (!slots) return std::unexpected(slots.error());
        return Answer{slots->json(), slots->position};
    };
    handlers_.emplace("find_slots", Answering{projections_.back().get(), std::move(handler)});
}

std::vector<Projection*> ReadModels::projections() const {
    std::vector<Projection*> all;
    for (const auto& each : projections_) all.push_back(each.get());
    return all;
}

const Projection& ReadModels::projection(std::string_view name) const {
    for (const auto& each : projections_) {
        if (each->name() == name) return *each;
    }
    throw std::logic_error("no projection " + std::string(name));
}

Result<std::optional<FeedContents>> ReadModels::feed(const TenantId& tenant, std::string_view token,
                                                     kernel::Instant now) const {
    try {
        const auto rows = store_.read(projection("calendar_feed").view(), tenant);
        return calendar_feed(rows, token, now);
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    } catch (const tally::DamagedRow& damage) {
        return kernel::corrupt(damage.what());
    }
}

const ReadModels::Answering& ReadModels::answering(std::string_view query) const {
    const auto at = handlers_.find(query);
    if (at == handlers_.end()) throw std::logic_error("no view answers " + std::string(query));
    return at->second;
}

std::string_view ReadModels::view_of(std::string_view query) const {
    return answering(query).view->name();
}

Result<ReadModels::Answer> ReadModels::answer(std::string_view name, const TenantId& tenant,
                                              kernel::Instant now, const void* query) const {
    const auto& how = answering(name);
    try {
        return how.handler(Question(tenant, now, store_, *availability_), query);
    } catch (const ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    } catch (const tally::DamagedRow& damage) {
        return kernel::corrupt(damage.what());
    }
}

}  // namespace almanac::projections
