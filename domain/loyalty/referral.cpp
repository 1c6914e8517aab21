#include "domain/loyalty/referral.hpp"

#include <algorithm>

#include "domain/loyalty/account_commands.hpp"
#include "domain/loyalty/ledger.hpp"
#include "domain/scheduling/client.hpp"

namespace almanac::loyalty {
namespace {
using scheduling::Client;
using scheduling::ClientId;

// No 0 and O, no 1, I, L and U: nobody reads one for another, or a word out of it.
constexpr auto alphabet_in_words =
    "A code has the digits 2 to 9 and the letters A to Z but I, L, O and U.";
constexpr std::string_view alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t code_length = 10;
constexpr std::size_t random_from = 8;  // bytes of a UUIDv7 before are time

std::string random_code(const Context& now) {
    std::string code;
    while (code.size() < code_length) {
        const auto fresh = now.ids->fresh(now.now);
        for (auto i = random_from + 1; i < fresh.bytes.size() && code.size() < code_length; ++i)
            code += alphabet[fresh.bytes[i] % alphabet.size()];
    }
    return code;
}

std::string as_written(std::string code) {
    for (auto& letter : code) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return code;
}

// Also of a deleted one: who comes back as a new client is the same person.
const Record<Client>* client_of(const MemberRef& member, Read& read) {
    if (member.kind != MemberKind::client) return nullptr;
    return read.find<Record<Client>>(ClientId{member.id});
}

std::string_view claim_of(std::string_view key) {
    return key.substr(key.find(':') + 1);
}

// By id, or by an e-mail or phone that both have: a claim is one for all kinds of people.
bool same_person(const MemberRef& a, const MemberRef& b, Read& read) {
    if (a == b) return true;
    const auto* one = client_of(a, read);
    const auto* other = client_of(b, read);
    if (!one || !other) return false;
    return std::ranges::any_of(one->keys, [&](const std::string& key) {
        return std::ranges::any_of(
            other->keys, [&](const std::string& each) { return claim_of(key) == claim_of(each); });
    });
}

// So many points, or none where they do not fit.
std::int64_t room_for(std::int64_t points, const AccountId& account, Read& read,
                      const Terms& terms) {
    return Ledger(account, read.get<Account>(account), terms).room_for(points) ? 0 : points;
}

void reward(std::int64_t points, EarnReason reason, const AccountId& account,
            const ReferralId& referral, Lot dates, Instant at, Read& read, const Terms& terms,
            Events& events) {
    if (points == 0) return;
    Ledger ledger(account, read.get<Account>(account), terms);
    dates.active_on = dates.earned_on;  // the return window is over
    ledger.earn(points, reason, {"referral", referral}, dates, at);
    ledger.append_to(events);
}

// As of the end of the return window, also where nobody was there to book it then.
Decision rewarded(const ReferralId& id, const Referral& referral, Read& read, const Context& now) {
    const auto terms = terms_at(now.now, read);
    const auto at = referral.reward_due.value_or(now.now);
    const auto day = terms.zone.local_date(at);
    ReferralRewarded e;
    e.id = id;
    e.referrer = referral.referrer;
    e.month = at;
    const auto* program = program_on(day, read);
    if (!program) return e;
    const auto& newcomer = read.get<Member>(referral.referee).account;
    const auto cap = program->referral_cap_per_month;
    const auto so_far = read.get<ReferrerMonth>({referral.referrer, at}).rewarded;
    if (!cap || so_far < *cap)
        e.referrer_points = room_for(program->points_for_referral, referral.referrer, read, terms);
    if (newcomer) e.referee_points = room_for(program->points_for_referee, *newcomer, read, terms);
    Events events{e};
    const auto dates = dated(*program, day);
    reward(e.referrer_points, EarnReason::referral, referral.referrer, id, dates, at, read, terms,
           events);
    if (newcomer) {
        reward(e.referee_points, EarnReason::referee, *newcomer, id, dates, at, read, terms,
               events);
    }
    return events;
}
}  // namespace

Decision decide(const CreateReferralCode& wish, Read& read, const Context& now) {
    if (!read.find<Account>(wish.account_id))
        return invalid_field("/account_id", "not_found", "There is no such account.");
    if (!terms_at(now.now, read).program) return no_active_program();
    auto code = random_code(now);
    while (read.get<CodeOwner>(code).account) code = random_code(now);
    ReferralCodeCreated e{now.fresh_id<ReferralCodeId>(), wish.account_id, std::move(code)};
    Events events;
    events.answer["code"] = e.code;
    events.add(std::move(e));
    return events;
}

Decision decide(const RegisterReferral& wish, Read& read, const Context& now) {
    const auto code = as_written(wish.code);
    if (code.find_first_not_of(alphabet) != std::string::npos)
        return reject("loyalty.code_unknown", alphabet_in_words);
    const auto& owner = read.get<CodeOwner>(code).account;
    if (!owner) return reject("loyalty.code_unknown", "There is no such referral code.");
    if (!is_known(wish.referee, read))
        return invalid_field("/referee/id", "not_found", "There is no such client or guest.");
    const auto terms = terms_at(now.now, read);
    if (!terms.program) return no_active_program();
    if (same_person(read.get<Account>(*owner).member, wish.referee, read))
        return reject("loyalty.self_referral", "Nobody refers themselves.");
    if (read.get<Referee>(wish.referee).referral)
        return conflict("loyalty.already_referred", "Somebody has referred them already.");
    if (read.get<FirstPurchase>(wish.referee).source)
        return reject("loyalty.referee_not_new", "They have paid for something already.");
    ReferralRegistered e;
    e.id = now.fresh_id<ReferralId>();
    e.code = code;
    e.referrer = *owner;
    e.referee = wish.referee;
    e.expires_at = now.now + std::chrono::days{terms.program->referral_expires_days};
    return e;
}

Decision decide(const AdvanceReferral& wish, Read& read, const Context& now) {
    const auto* referral = read.find<Referral>(wish.id);
    if (!referral) return Events{};
    switch (referral->status) {
        case ReferralStatus::registered:
            if (now.now < referral->expires_at) return Events{};
            return ReferralExpired{wish.id};
        case ReferralStatus::converted:
            if (now.now < referral->reward_due.value_or(now.now)) return Events{};
            return rewarded(wish.id, *referral, read, now);
        case ReferralStatus::rewarded:
        case ReferralStatus::expired:
        case ReferralStatus::reversed:
            break;
    }
    return Events{};
}

void follow_referral(const PaidFact& fact, bool is_first, Read& read, const Context& now,
                     Events& events) {
    const auto& id = read.get<Referee>(fact.member).referral;
    if (!id) return;
    const auto& referral = read.get<Referral>(*id);
    const auto told_at = fact.told_at.value_or(now.now);
    // Who had paid before was no newcomer, only nobody had noted it yet.
    const bool in_time = referral.registered_at <= told_at && told_at < referral.expires_at;
    if (is_first && in_time && referral.status == ReferralStatus::registered) {
        const auto terms = terms_at(told_at, read);
        const auto wait = terms.program ? terms.program->referral_return_days : 0;
        events.add(ReferralConverted{*id, fact.source, told_at + std::chrono::days{wait}});
    } else if (referral.status == ReferralStatus::converted && referral.source == fact.source &&
               fact.refunded.amount >= fact.paid.amount) {
        events.add(ReferralReversed{*id});
    }
}

Reactions wait_for_payment(const ReferralRegistered& e, const Happened&) {
    return Reactions{}.set_timer(to_string(e.id), e.expires_at, DueReferral{e.id});
}
Reactions wait_for_return(const ReferralConverted& e, const Happened&) {
    return Reactions{}.set_timer(to_string(e.id), e.reward_due, DueReferral{e.id});
}
Reactions waits_no_longer(const ReferralReversed& e, const Happened&) {
    return Reactions{}.cancel_timer(to_string(e.id));
}
Reactions referral_is_due(const DueReferral& due, const TimerFired&) {
    return Reactions{}.submit("advance", AdvanceReferral{due.id});
}

void evolve(ReferralCode& code, const ReferralCodeCreated& e) {
    code = {e.account_id, e.code};
}
void evolve(CodeOwner& owner, const ReferralCodeCreated& e) {
    owner.account = e.account_id;
}
void evolve(Referral& referral, const ReferralRegistered& e, const EventMeta& meta) {
    referral.registered_at = meta.time;
    referral.code = e.code;
    referral.referrer = e.referrer;
    referral.referee = e.referee;
    referral.expires_at = e.expires_at;
}
void evolve(Referral& referral, const ReferralConverted& e, const EventMeta& meta) {
    referral.status = ReferralStatus::converted;
    referral.source = e.source;
    referral.converted_at = meta.time;
    referral.reward_due = e.reward_due;
}
void evolve(Referral& referral, const ReferralRewarded& e) {
    referral.status = ReferralStatus::rewarded;
    referral.referrer_points = e.referrer_points;
    referral.referee_points = e.referee_points;
}
void evolve(Referral& referral, const ReferralExpired&) {
    referral.status = ReferralStatus::expired;
}
void evolve(Referral& referral, const ReferralReversed&) {
    referral.status = ReferralStatus::reversed;
}
void evolve(Referee& referee, const ReferralRegistered& e) {
    referee.referral = e.id;
}
void evolve(ReferrerMonth& month, const ReferralRewarded& e) {
    if (e.referrer_points > 0) ++month.rewarded;
}

}  // namespace almanac::loyalty
