// loyalty/ledger.hpp — books points on one account within one decision. What has expired by now is
// booked first, so every rule after it sees the account as it is today; each booking sees the ones
// before it. Belongs to one decision; writes nothing but the events it hands out.
#pragma once
#include "domain/loyalty/account.hpp"

namespace almanac::loyalty {

// Under which a decision is made; `program` is null where none is in force.
struct Terms {
    Instant now{};
    LocalDate today;
    Zone zone = Zone::utc();
    const LoyaltyProgram* program = nullptr;
};
Terms terms_at(Instant now, Read& read);

class Ledger {
  public:
    Ledger(const AccountId& id, const Account& account, const Terms& terms);

    const Account& account() const { return account_; }
    Balance balance() const { return balance_on(account_, terms_.today); }
    // Refused where so many points more would not fit.
    std::optional<Rejection> room_for(std::int64_t points) const;

    // `dates`: those of the points; they clear debt first.
    void earn(std::int64_t points, EarnReason reason, const ThingRef& source, const Lot& dates,
              Instant at);
    // From the bucket of `own` first, then by earliest expiry; the rest is debt.
    void reverse(std::int64_t points, EarnReason reason, const ThingRef& source, const Lot& own);
    // At most what is available: the caller has looked.
    Lots reserve(std::int64_t points, const RedemptionId& redemption);
    // As of an instant that may be over: the end of a reservation that nobody was there to book.
    void redeem(const Lots& reserved, const RedemptionId& redemption, Instant at);
    void release(const Lots& reserved, const RedemptionId& redemption, Instant at);
    void restore(const Lots& redeemed, const RedemptionId& redemption, Instant at);
    void adjust(std::int64_t points, const Personal<"loyalty_account.adjust_reason">& reason);
    Lots transfer_out(std::int64_t points, const AccountId& to);
    void transfer_in(const Lots& lots, const AccountId& from);
    void set_tier(const std::optional<std::string>& tier, std::optional<LocalDate> until);
    // The tier as it should be today.
    void review(TierReason reason);
    // Where nothing was due: when to look again.
    void note_review();

    const std::vector<Event>& events() const { return events_; }
    void append_to(Events& events) const;

  private:
    template <class E>
    void book(E e);
    template <class E>
    E entry(std::int64_t points, Instant at) const;
    void add(Entry& e, Lots lots) const;  // to the buckets; debt is cleared first
    // The same, of points that the account had before.
    void give_back(Entry& e, Lots lots) const;
    void expire(std::optional<Instant> back_at = {});
    std::optional<Instant> next_due() const;
    Lots active_points(std::int64_t points) const;

    AccountId id_;
    Account account_;
    const Terms& terms_;
    std::vector<Event> events_;
};

// 00:00 of the day after.
Instant end_of_day(const Zone& zone, LocalDate date);

}  // namespace almanac::loyalty
