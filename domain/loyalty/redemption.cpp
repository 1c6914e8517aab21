#include "domain/loyalty/redemption.hpp"

#include <algorithm>

#include "domain/loyalty/ledger.hpp"

namespace almanac::loyalty {
namespace {
std::unexpected<Rejection> over(const Redemption& redemption) {
    return conflict("loyalty.redemption_expired",
                    redemption.status == RedemptionStatus::reserved ||
                            redemption.status == RedemptionStatus::expired
                        ? "It was reserved until " + to_string(redemption.expires_at) + "."
                        : fmt::format("It is {} already.", enum_name(redemption.status)));
}

bool is_live(const Redemption& redemption, Instant now) {
    return redemption.status == RedemptionStatus::reserved && now < redemption.expires_at;
}

// What it does to the redemption first, then to the account, as of `at`.
template <class E>
Events with_account(const E& event, const Redemption& redemption, Read& read, const Context& now,
                    void (Ledger::*book)(const Lots&, const RedemptionId&, Instant), Instant at) {
    const auto terms = terms_at(now.now, read);
    Ledger ledger(redemption.account_id, read.get<Account>(redemption.account_id), terms);
    (ledger.*book)(redemption.lots, event.id, at);
    Events events{event};
    ledger.append_to(events);
    return events;
}

Decision commit(const RedemptionId& id, std::optional<ThingRef> paid, Read& read,
                const Context& now) {
    const auto* redemption = read.find<Redemption>(id);
    if (!redemption) return not_found();
    if (!is_live(*redemption, now.now)) return over(*redemption);
    return with_account(RedemptionCommitted{id, std::move(paid)}, *redemption, read, now,
                        &Ledger::redeem, now.now);
}
}  // namespace

Decision decide(const RedeemPoints& wish, Read& read, const Context& now) {
    const auto* account = read.find<Account>(wish.account_id);
    if (!account) return invalid_field("/account_id", "not_found", "There is no such account.");
    const auto terms = terms_at(now.now, read);
    if (!terms.program) return no_active_program();
    if (account->status == AccountStatus::frozen) return account_frozen();
    const auto& program = *terms.program;
    if (wish.points < program.minimum_redemption) {
        return reject("loyalty.below_minimum",
                      fmt::format("At least {} points.", program.minimum_redemption));
    }
    if (wish.points % program.redemption_step != 0) {
        return invalid_field("/points", "step",
                             fmt::format("A multiple of {}.", program.redemption_step));
    }
    auto value = value_of(wish.points, program.redemption);
    if (value.amount == 0)
        return reject("loyalty.below_minimum", "So few points are worth nothing.");
    Ledger ledger(wish.account_id, *account, terms);
    const auto available = ledger.balance().available;
    if (wish.points > available) return insufficient_points(available);
    RedemptionReserved e;
    e.id = now.fresh_id<RedemptionId>();
    e.account_id = wish.account_id;
    e.points = wish.points;
    e.value = std::move(value);
    e.lots = ledger.reserve(wish.points, e.id);
    e.expires_at = now.now + std::chrono::minutes{program.redemption_ttl_minutes};
    e.for_ = wish.for_;
    Events events{std::move(e)};
    ledger.append_to(events);
    return events;
}

Decision decide(const CommitRedemption& wish, Read& read, const Context& now) {
    const auto* redemption = read.find<Redemption>(wish.id);
    return commit(wish.id, redemption ? redemption->for_ : std::nullopt, read, now);
}

Decision decide(const CancelRedemption& wish, Read& read, const Context& now) {
    const auto* redemption = read.find<Redemption>(wish.id);
    if (!redemption) return not_found();
    if (redemption->status != RedemptionStatus::reserved) return over(*redemption);
    return with_account(RedemptionCancelled{wish.id}, *redemption, read, now, &Ledger::release,
                        std::min(now.now, redemption->expires_at));
}

Decision decide(const ExpireRedemption& wish, Read& read, const Context& now) {
    const auto* redemption = read.find<Redemption>(wish.id);
    if (!redemption || redemption->status != RedemptionStatus::reserved ||
        now.now < redemption->expires_at) {
        return Events{};
    }
    return with_account(RedemptionExpired{wish.id}, *redemption, read, now, &Ledger::release,
                        redemption->expires_at);
}

Decision pay(const RedemptionId& id, const Money& amount, const Purchase& purchase, Read& read,
             const Context& now) {
    const auto* redemption = read.find<Redemption>(id);
    if (!redemption)
        return invalid_field("/reference", "not_found", "There is no such redemption.");
    if (!is_live(*redemption, now.now)) return over(*redemption);
    if (amount != redemption->value) {
        return invalid_field("/amount", "value",
                             fmt::format("The redemption pays {} {}.", redemption->value.amount,
                                         redemption->value.currency));
    }
    const auto terms = terms_at(now.now, read);
    const auto share_ppm = terms.program ? terms.program->maximum_share_ppm : ppm_one;
    const auto most = share_of(purchase.due, share_ppm);
    if (purchase.with_points.amount + amount.amount > most.amount) {
        return reject("loyalty.share_limit",
                      fmt::format("Points pay at most {} {} of this.", most.amount, most.currency));
    }
    return commit(id, purchase.thing, read, now);
}

Decision give_back(const RedemptionId& id, const Money& amount, const ThingRef& thing, Read& read,
                   const Context& now) {
    const auto* redemption = read.find<Redemption>(id);
    if (!redemption || redemption->paid != thing) {
        return invalid_field("/reference", "not_found", "No such redemption has paid for this.");
    }
    if (redemption->status != RedemptionStatus::committed) return over(*redemption);
    if (amount != redemption->value) {
        return invalid_field("/amount", "value",
                             fmt::format("A refund to points is of the whole redemption: {} {}.",
                                         redemption->value.amount, redemption->value.currency));
    }
    return with_account(RedemptionRefunded{id}, *redemption, read, now, &Ledger::restore, now.now);
}

void evolve(Redemption& redemption, const RedemptionReserved& e) {
    redemption.account_id = e.account_id;
    redemption.points = e.points;
    redemption.value = e.value;
    redemption.expires_at = e.expires_at;
    redemption.for_ = e.for_;
    redemption.lots = e.lots;
}
void evolve(Redemption& redemption, const RedemptionCommitted& e) {
    redemption.status = RedemptionStatus::committed;
    redemption.paid = e.paid;
}
void evolve(Redemption& redemption, const RedemptionCancelled&) {
    redemption.status = RedemptionStatus::cancelled;
}
void evolve(Redemption& redemption, const RedemptionExpired&) {
    redemption.status = RedemptionStatus::expired;
}
void evolve(Redemption& redemption, const RedemptionRefunded&) {
    redemption.status = RedemptionStatus::refunded;
}

}  // namespace almanac::loyalty
