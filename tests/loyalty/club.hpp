// A salon's loyalty programme to decide in: one point for each euro, 100 points are worth 5.00.
#pragma once
#include "domain/loyalty/account_commands.hpp"
#include "domain/loyalty/earning.hpp"
#include "domain/loyalty/redemption.hpp"
#include "domain/tenancy/tenant.hpp"
#include "tests/given.hpp"

namespace almanac::testing {

using namespace loyalty;
using scheduling::Client;
using scheduling::ClientId;

inline const auto club_program = id_of<ProgramId>(60);
inline const auto lucia_account = id_of<AccountId>(70);
inline const auto marta_account = id_of<AccountId>(71);
inline const MemberRef lucia_member{MemberKind::client, id_number(40)};
inline const MemberRef marta_member{MemberKind::client, id_number(41)};
inline const auto first_redemption = id_of<RedemptionId>(1000);  // the first fresh id

inline LocalDate date(std::string_view text) {
    return *parse_local_date(text);
}
inline Instant at(std::string_view text) {
    return *parse_instant(text);
}
inline tenancy::TenantCreated a_tenant_in(std::string zone = "UTC") {
    tenancy::TenantCreated e;
    e.tenant_id = TenantId{id_number(1)};
    e.name = "Bella Hair Salon";
    e.slug = "bella-hair-salon";
    e.time_zone = std::move(zone);
    e.currency = "EUR";
    return e;
}
inline RecordCreated<Client> a_person(const MemberRef& member) {
    RecordCreated<Client> e;
    e.id = ClientId{member.id};
    e.first_name = std::string("Lucía");
    return e;
}
inline RecordCreated<LoyaltyProgram> a_program() {
    RecordCreated<LoyaltyProgram> e;
    e.id = club_program;
    e.name = "Bella Club";
    e.points_per_currency_unit_ppm = ppm_one;
    e.redemption = {100, {500, "EUR"}};
    return e;
}
inline AccountOpened opened(const AccountId& id, const MemberRef& member) {
    return {id, member};
}
// Enrolled on 1 January 2026.
inline Given a_club(const RecordCreated<LoyaltyProgram>& program = a_program(),
                    std::string zone = "UTC") {
    Given club;
    club.at("2026-01-01T08:00:00Z");
    club.and_given(a_tenant_in(std::move(zone))).and_given(a_person(lucia_member));
    club.and_given(a_person(marta_member)).and_given(program);
    club.and_given(ProgramActivated{club_program});
    club.and_given(opened(lucia_account, lucia_member));
    club.and_given(opened(marta_account, marta_member));
    return club;
}

// What somebody paid for, told to the programme as often as it likes.
struct Bought {
    PaidFact fact;
};
inline Decision decide(const Bought& bought, Read& read, const Context& now) {
    return earn_by(bought.fact, read, now);
}
inline Bought bought(std::uint32_t number, std::int64_t paid, std::string_view completed_at,
                     std::int64_t refunded = 0, const MemberRef& member = lucia_member) {
    return {{{"appointment", id_number(number)},
             member,
             at(completed_at),
             {paid, "EUR"},
             {refunded, "EUR"}}};
}
inline Balance balance(Given& club, std::string_view day, const AccountId& id = lucia_account) {
    return balance_on(club.fold<Account>(id), date(day));
}
inline PointsEarned earned(std::int64_t points, std::string_view on,
                           std::optional<std::string_view> expires_on = std::nullopt) {
    PointsEarned e;
    e.id = lucia_account;
    e.effective_at = at(std::string(on) + "T12:00:00Z");
    e.on = date(on);
    e.points = points;
    e.source = {"appointment", id_number(static_cast<std::uint32_t>(5'000 + points))};
    Lot lot{date(on), date(on), std::nullopt, std::nullopt, points};
    if (expires_on) lot.expires_on = date(*expires_on);
    e.lots = {lot};
    return e;
}

}  // namespace almanac::testing
