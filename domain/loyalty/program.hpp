// loyalty/program.hpp — the terms under which members collect and spend points (seed 003 §2,
// loyalty_programs). A plain record; at most one of a tenant is in force, between `activate` and
// `stop`, within its active period. A change holds for later facts only: what was booked keeps the
// dates and the multiplier it was booked with.
#pragma once
#include "domain/loyalty/member.hpp"

namespace almanac::loyalty {

struct RedemptionRate {
    std::int64_t points = 0;
    Money value;
    bool operator==(const RedemptionRate&) const = default;
};
BOOST_DESCRIBE_STRUCT(RedemptionRate, (), (points, value))

enum class ExpiryKind { none, after_days, end_of_year, inactivity };
BOOST_DESCRIBE_ENUM(ExpiryKind, none, after_days, end_of_year, inactivity)
struct Expiry {
    ExpiryKind kind = ExpiryKind::none;
    std::optional<std::int32_t> days;   // after_days, inactivity
    std::optional<std::int32_t> years;  // end_of_year: whole years after the year of earning
    bool operator==(const Expiry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Expiry, (), (kind, days, years))

struct Tier {
    std::string name;
    std::int64_t threshold = 0;
    std::int64_t multiplier_ppm = ppm_one;
    std::vector<std::string> benefits;
    bool operator==(const Tier&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tier, (), (name, threshold, multiplier_ppm, benefits))
enum class TierWindow { lifetime, rolling_12_months };
BOOST_DESCRIBE_ENUM(TierWindow, lifetime, rolling_12_months)
enum class Downgrade { none, one_down, by_threshold };
BOOST_DESCRIBE_ENUM(Downgrade, none, one_down, by_threshold)

struct LoyaltyProgram {
    static constexpr std::string_view context = "loyalty";
    static constexpr std::string_view kind = "loyalty_program";
    static constexpr std::string_view collection = "loyalty_programs";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<struct ProgramInForce>;

    std::string name;
    std::optional<std::string> slug;
    std::optional<std::string> description;
    std::int64_t points_per_currency_unit_ppm = 0;
    RedemptionRate redemption;
    std::int32_t pending_days = 0;
    Expiry expiry;
    std::vector<Tier> tiers;  // by threshold
    TierWindow tier_window = TierWindow::lifetime;
    Downgrade downgrade = Downgrade::none;
    std::int64_t minimum_redemption = 1;
    std::int64_t redemption_step = 1;
    std::int64_t maximum_share_ppm = ppm_one;
    std::int32_t redemption_ttl_minutes = 30;
    std::int64_t points_for_signup = 0;
    std::int64_t points_for_review = 0;
    std::int64_t points_for_birthday = 0;
    std::int64_t points_for_referral = 0;
    std::int64_t points_for_referee = 0;
    std::int32_t referral_return_days = 14;
    std::int32_t referral_expires_days = 365;
    std::optional<std::int32_t> referral_cap_per_month;
    bool transfers_allowed = false;
    std::optional<LocalDate> active_from;
    std::optional<LocalDate> active_until;  // its last day
    bool operator==(const LoyaltyProgram&) const = default;
};
BOOST_DESCRIBE_STRUCT(LoyaltyProgram, (),
                      (name, slug, description, points_per_currency_unit_ppm, redemption,
                       pending_days, expiry, tiers, tier_window, downgrade, minimum_redemption,
                       redemption_step, maximum_share_ppm, redemption_ttl_minutes,
                       points_for_signup, points_for_review, points_for_birthday,
                       points_for_referral, points_for_referee, referral_return_days,
                       referral_expires_days, referral_cap_per_month, transfers_allowed,
                       active_from, active_until))
using ProgramId = Id<LoyaltyProgram>;

void check(const RedemptionRate& rate, Reader& in, const Place& at);
void check(const Expiry& expiry, Reader& in, const Place& at);
void check(const LoyaltyProgram& program, Reader& in, const Place& at);
void prepare(LoyaltyProgram& program);
std::optional<Rejection> admit(const LoyaltyProgram& after, const LoyaltyProgram* before,
                               Read& read, const Context& now);

// ---- events and the one in force --------------------------------------------------------------

struct ProgramActivated {
    static constexpr std::string_view type = "loyalty.program_activated";
    static constexpr std::uint16_t version = 1;
    ProgramId id;
    bool operator==(const ProgramActivated&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramActivated, (), (id))
struct ProgramStopped {
    static constexpr std::string_view type = "loyalty.program_stopped";
    static constexpr std::uint16_t version = 1;
    ProgramId id;
    bool operator==(const ProgramStopped&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProgramStopped, (), (id))

// `directory:loyalty_programs`
struct ProgramInForce {
    static constexpr std::string_view kind = "directory:loyalty_programs";
    static constexpr std::uint32_t version = 1;
    using Key = Whole;
    std::optional<ProgramId> id;
};
BOOST_DESCRIBE_STRUCT(ProgramInForce, (), (id))

inline auto tags(const ProgramActivated& e) {
    return Tags<Record<LoyaltyProgram>, ProgramInForce>{}
        .add<Record<LoyaltyProgram>>(e.id)
        .add<ProgramInForce>(Whole{});
}
inline auto tags(const ProgramStopped& e) {
    return Tags<Record<LoyaltyProgram>, ProgramInForce>{}
        .add<Record<LoyaltyProgram>>(e.id)
        .add<ProgramInForce>(Whole{});
}
inline void evolve(Record<LoyaltyProgram>&, const ProgramActivated&) {}
inline void evolve(Record<LoyaltyProgram>&, const ProgramStopped&) {}
inline void evolve(ProgramInForce& in_force, const ProgramActivated& e) {
    in_force.id = e.id;
}
inline void evolve(ProgramInForce& in_force, const ProgramStopped&) {
    in_force.id.reset();
}
inline void evolve(ProgramInForce&, const RecordCreated<LoyaltyProgram>&) {}
inline void evolve(ProgramInForce&, const RecordChanged<LoyaltyProgram>&) {}
inline void evolve(ProgramInForce&, const RecordRestored<LoyaltyProgram>&) {}
inline void evolve(ProgramInForce& in_force, const RecordDeleted<LoyaltyProgram>& e) {
    if (in_force.id == e.id) in_force.id.reset();
}

// ---- commands ---------------------------------------------------------------------------------

struct ActivateProgram {
    ProgramId id;
};
BOOST_DESCRIBE_STRUCT(ActivateProgram, (), (id))
struct StopProgram {
    ProgramId id;
};
BOOST_DESCRIBE_STRUCT(StopProgram, (), (id))
Decision decide(const ActivateProgram& wish, Read& read, const Context& now);
Decision decide(const StopProgram& wish, Read& read, const Context& now);

// The tenant's zone, and what is in force under it.
Zone tenant_zone(Read& read);
const LoyaltyProgram* program_on(LocalDate date, Read& read);  // null: none
std::unexpected<Rejection> no_active_program();

}  // namespace almanac::loyalty

namespace almanac::kernel {
template <>
inline constexpr auto doc<loyalty::LoyaltyProgram> =
    "The terms under which members collect and spend points.";
template <>
inline constexpr auto rules<loyalty::RedemptionRate> =
    fields(field(&loyalty::RedemptionRate::points, "so many").range(1, 1'000'000),
           field(&loyalty::RedemptionRate::value, "pay so much").range(1, 1'000'000'000));
template <>
inline constexpr auto rules<loyalty::Expiry> =
    fields(field(&loyalty::Expiry::kind, "inactivity: days after the last earning or redemption"),
           field(&loyalty::Expiry::days, "of after_days and inactivity").range(1, 3'650),
           field(&loyalty::Expiry::years, "end_of_year: after the year of earning").range(0, 10));
template <>
inline constexpr auto rules<loyalty::Tier> = fields(
    field(&loyalty::Tier::name, "unique in the programme").length(1, 50),
    field(&loyalty::Tier::threshold, "reached with so many points").range(0, 1'000'000'000),
    field(&loyalty::Tier::multiplier_ppm, "of what is earned").range(0, 100'000'000).may_omit(),
    field(&loyalty::Tier::benefits, "as members read them").length(1, 500).items(0, 50));
template <>
inline constexpr auto rules<loyalty::LoyaltyProgram> = fields(
    field(&loyalty::LoyaltyProgram::name, "").length(1, 255),
    field(&loyalty::LoyaltyProgram::slug, "unique; made from the name if absent")
        .length(1, 100)
        .format(Format::slug),
    field(&loyalty::LoyaltyProgram::description, "").length(0, 5'000),
    field(&loyalty::LoyaltyProgram::points_per_currency_unit_ppm,
          "1,000,000: one point for each whole unit of the currency paid")
        .range(0, 1'000'000'000),
    field(&loyalty::LoyaltyProgram::redemption, "what points are worth"),
    field(&loyalty::LoyaltyProgram::pending_days, "before earned points can be spent")
        .range(0, 365)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::expiry, "when earned points end").may_omit(),
    field(&loyalty::LoyaltyProgram::tiers, "by rising threshold").items(0, 20),
    field(&loyalty::LoyaltyProgram::tier_window, "the points that count").may_omit(),
    field(&loyalty::LoyaltyProgram::downgrade, "one_down: at most one tier in twelve months")
        .may_omit(),
    field(&loyalty::LoyaltyProgram::minimum_redemption, "points")
        .range(1, 1'000'000'000)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::redemption_step, "a redemption is a multiple of it")
        .range(1, 1'000'000)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::maximum_share_ppm, "of a purchase that points may pay")
        .range(1, ppm_one)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::redemption_ttl_minutes, "how long points stay reserved")
        .range(5, 1'440)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::points_for_signup, "").range(0, 1'000'000).may_omit(),
    field(&loyalty::LoyaltyProgram::points_for_review, "").range(0, 1'000'000).may_omit(),
    field(&loyalty::LoyaltyProgram::points_for_birthday, "on the 1st of the birthday's month")
        .range(0, 1'000'000)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::points_for_referral, "to the one who refers")
        .range(0, 1'000'000)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::points_for_referee, "to the newcomer")
        .range(0, 1'000'000)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::referral_return_days,
          "from the newcomer's first paid visit to the reward")
        .range(0, 365)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::referral_expires_days, "a referral waits so long for a visit")
        .range(1, 3'650)
        .may_omit(),
    field(&loyalty::LoyaltyProgram::referral_cap_per_month,
          "rewarded referrals of one member in a month; none: no limit")
        .range(0, 10'000),
    field(&loyalty::LoyaltyProgram::transfers_allowed, "between accounts").may_omit(),
    field(&loyalty::LoyaltyProgram::active_from, "its first day, in the tenant's zone"),
    field(&loyalty::LoyaltyProgram::active_until, "its last day"));
template <>
inline constexpr auto rules<loyalty::ActivateProgram> =
    fields(field(&loyalty::ActivateProgram::id, "").path());
template <>
inline constexpr auto rules<loyalty::StopProgram> =
    fields(field(&loyalty::StopProgram::id, "").path());
}  // namespace almanac::kernel
