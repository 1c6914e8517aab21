#include "domain/loyalty/account_commands.hpp"
#include "domain/loyalty/ledger.hpp"
#include "domain/loyalty/tiers.hpp"
#include "domain/scheduling/client.hpp"

namespace almanac::loyalty {
namespace {
using scheduling::Client;
using scheduling::ClientId;

// No event can say an earlier date (kernel/time.hpp); the first instant is one west of Greenwich.
constexpr LocalDate dates_begin{};

Events events_of(const Ledger& ledger) {
    Events events;
    ledger.append_to(events);
    return events;
}

}  // namespace

bool is_known(const MemberRef& member, Read& read) {
    switch (member.kind) {
        case MemberKind::client:
            return live<Client>(read, ClientId{member.id}) != nullptr;
        case MemberKind::guest:
            return false;
    }
    return false;
}

std::unexpected<Rejection> account_frozen() {
    return conflict("loyalty.account_frozen", "The account is frozen.");
}

std::unexpected<Rejection> insufficient_points(std::int64_t available) {
    return conflict("loyalty.insufficient_points",
                    fmt::format("{} points are available.", available));
}

Decision decide(const EnrolMember& wish, Read& read, const Context& now) {
    if (!is_known(wish.member, read))
        return invalid_field("/member/id", "not_found", "There is no such member.");
    if (read.get<Member>(wish.member).account)
        return conflict("loyalty.already_enrolled", "This member has an account.");
    const auto since = wish.enrolled_at.value_or(now.now);
    if (since > now.now)
        return invalid_field("/enrolled_at", "future", "Nobody is enrolled in the future.");
    const auto terms = terms_at(now.now, read);
    const auto day = terms.zone.local_date(since);
    if (day < dates_begin)
        return invalid_field("/enrolled_at", "range", "It is a day before 1970 here.");
    const auto* program = program_on(day, read);
    if (!terms.program || !program) return no_active_program();
    const auto id = now.fresh_id<AccountId>();
    Events events{AccountOpened{id, wish.member, wish.enrolled_at}};
    Account fresh;
    fresh.member = wish.member;
    fresh.enrolled_at = since;
    Ledger ledger(id, fresh, terms);
    if (const auto bonus = program->points_for_signup; bonus > 0) {
        auto dates = dated(*program, day);
        dates.active_on = day;  // there is nothing a refund could take back
        ledger.earn(bonus, EarnReason::signup, {"loyalty_account", id}, dates, since);
    } else {
        ledger.review(TierReason::reviewed);  // one tier may need no points
    }
    ledger.append_to(events);
    return events;
}

Decision decide(const AdjustPoints& wish, Read& read, const Context& now) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return not_found();
    if (wish.points == 0) return invalid_field("/points", "zero", "It changes nothing.");
    const auto terms = terms_at(now.now, read);
    Ledger ledger(wish.id, *account, terms);
    if (auto full = ledger.room_for(wish.points)) return std::unexpected(std::move(*full));
    const auto available = ledger.balance().available;
    if (wish.points < 0 && -wish.points > available) {
        return reject("loyalty.below_floor",
                      fmt::format("An adjustment leaves 0 or more; {} are available.", available));
    }
    ledger.adjust(wish.points, wish.reason);
    return events_of(ledger);
}

Decision decide(const TransferPoints& wish, Read& read, const Context& now) {
    const auto* from = read.find<Account>(wish.id);
    if (!from) return not_found();
    const auto* to = read.find<Account>(wish.to);
    if (!to) return invalid_field("/to", "not_found", "There is no such account.");
    if (wish.id == wish.to) return invalid_field("/to", "same", "It is the same account.");
    const auto terms = terms_at(now.now, read);
    if (!terms.program) return no_active_program();
    if (!terms.program->transfers_allowed)
        return reject("loyalty.transfers_not_allowed", "The programme allows no transfers.");
    if (from->status == AccountStatus::frozen || to->status == AccountStatus::frozen)
        return account_frozen();
    Ledger giving(wish.id, *from, terms);
    if (wish.points > giving.balance().available)
        return insufficient_points(giving.balance().available);
    Ledger taking(wish.to, *to, terms);
    if (auto full = taking.room_for(wish.points)) return std::unexpected(std::move(*full));
    taking.transfer_in(giving.transfer_out(wish.points, wish.to), wish.id);
    auto events = events_of(giving);
    taking.append_to(events);
    return events;
}

// Stops redemptions and transfers; earning and expiry go on.
Decision decide(const FreezeAccount& wish, Read& read, const Context&) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return not_found();
    if (account->status == AccountStatus::frozen) return Events{};
    return AccountFrozen{wish.id};
}

Decision decide(const UnfreezeAccount& wish, Read& read, const Context&) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return not_found();
    if (account->status == AccountStatus::active) return Events{};
    return AccountUnfrozen{wish.id};
}

Decision decide(const SetTier& wish, Read& read, const Context& now) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return not_found();
    const auto terms = terms_at(now.now, read);
    if (!terms.program) return no_active_program();
    std::vector<FieldError> errors;
    if (wish.tier && !tier_of(*terms.program, wish.tier))
        errors.push_back({"/tier", "not_found", "The programme has no such tier."});
    if (wish.until && !wish.tier)
        errors.push_back({"/until", "not_together", "Only a tier that is set has a last day."});
    if (wish.until && *wish.until < terms.today)
        errors.push_back({"/until", "past", "That day is over."});
    if (!errors.empty()) return invalid(std::move(errors));
    const bool changes = wish.tier ? !account->tier_is_set || account->tier != wish.tier ||
                                         account->tier_until != wish.until
                                   : account->tier_is_set;
    if (!changes) return Events{};
    Ledger ledger(wish.id, *account, terms);
    ledger.set_tier(wish.tier, wish.until);
    return events_of(ledger);
}

Decision decide(const ReviewAccount& wish, Read& read, const Context& now) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return not_found();
    const auto terms = terms_at(now.now, read);
    Ledger ledger(wish.id, *account, terms);
    ledger.review(TierReason::reviewed);
    ledger.note_review();
    return events_of(ledger);
}

Decision decide(const AwardPoints& wish, Read& read, const Context& now) {
    const auto& id = read.get<Member>(wish.member).account;
    if (!id || read.get<SourcePoints>(wish.source).bookings > 0) return Events{};
    const auto terms = terms_at(now.now, read);
    const auto& account = read.get<Account>(*id);
    const auto day = terms.zone.local_date(wish.at);
    const auto* program = program_on(day, read);
    if (!program || wish.at < account.enrolled_at) return Events{};
    std::int64_t points = 0;
    switch (wish.reason) {
        case EarnReason::review:
            points = program->points_for_review;
            break;
        case EarnReason::birthday:
            points = program->points_for_birthday;
            break;
        case EarnReason::signup:
        case EarnReason::purchase:
        case EarnReason::referral:
        case EarnReason::referee:
            break;
    }
    Ledger ledger(*id, account, terms);
    if (points == 0 || ledger.room_for(points)) return Events{};
    auto dates = dated(*program, day);
    dates.active_on = dates.earned_on;
    ledger.earn(points, wish.reason, wish.source, dates, wish.at);
    return events_of(ledger);
}

}  // namespace almanac::loyalty
