// Two members live through random facts, refunds, redemptions, expiries, adjustments, transfers,
// clock jumps and things told twice, beside a model that knows nothing of the code it judges: it
// keeps points as plain rows and expires them by the calendar. After every step balance, buckets
// and ledger agree with each other and with the model. ALMANAC_SEED repeats one life,
// ALMANAC_LOYALTY_STEPS sets how many steps all lives have together (1,000,000).
#include <cstdlib>
#include <random>

#include "tests/loyalty/club.hpp"

namespace almanac::testing {
namespace {

// The folds of every event so far, brought up to date event by event.
class LiveFolds final : public Read {
  public:
    const TenantId& tenant() const override { return tenant_; }
    const Held& load(const FoldType& type, const std::string& tag) override {
        auto& held = folds_[tag];
        if (!held.state) held.state = type.make();
        return held;
    }
    void apply(const Event& event, Instant now) {
        for (const auto& tag : event.type->tags(event.data.get())) {
            for (const auto& reaction : event.type->reactions) {
                const auto kind = reaction.fold->kind;
                if (!tag.starts_with(kind) || (tag.size() > kind.size() && tag[kind.size()] != ':'))
                    continue;
                auto& held = folds_[tag];
                if (!held.state) held.state = reaction.fold->make();
                ++held.revision;
                reaction.evolve(held.state.get(), event.data.get(),
                                EventMeta{now, EventId{}, Actor{"user", "test"}, tag});
            }
        }
    }

  private:
    TenantId tenant_{id_number(1)};
    std::map<std::string, Held> folds_;
};

struct Row {
    LocalDate earned, active;
    LocalDate last = LocalDate::max();
    std::int64_t points = 0;
    auto order() const { return std::tuple(last, active, earned); }
};
using Rows = std::vector<Row>;

struct ModelAccount {
    Rows rows;
    std::int64_t debt = 0;
    std::int64_t reserved = 0;
    std::int64_t ledger = 0;  // sum of what the events say
    void add(Row row) {
        const auto cleared = std::min(debt, row.points);
        debt -= cleared;
        row.points -= cleared;
        if (row.points > 0) rows.push_back(row);
    }
    void expire(LocalDate today) {
        std::erase_if(rows, [&](const Row& row) { return row.last < today; });
    }
    template <class Usable>
    Rows remove(std::int64_t points, Usable usable) {
        std::ranges::stable_sort(rows, {}, &Row::order);
        Rows removed;
        for (auto& row : rows) {
            if (!usable(row)) continue;
            const auto some = std::min(points, row.points);
            if (some == 0) continue;
            removed.push_back(row);
            removed.back().points = some;
            row.points -= some;
            points -= some;
        }
        std::erase_if(rows, [](const Row& row) { return row.points == 0; });
        return removed;
    }
    Balance balance(LocalDate today) const {
        Balance found{-debt, 0, reserved};
        for (const auto& row : rows)
            (today < row.active ? found.pending : found.available) += row.points;
        return found;
    }
};

struct ModelFact {
    std::uint32_t number = 0;
    std::size_t who = 0;
    std::int64_t paid = 0, refunded = 0, booked = 0;
    Instant completed_at{};
    Row dates;
};
struct ModelRedemption {
    RedemptionId id;
    std::size_t who = 0;
    Rows rows;
    Instant expires_at{};
    std::int64_t points = 0;
    bool is_open = true, is_spent = false;
};

const ThingRef visit{"appointment", id_number(9'999)};
struct PayVisit {
    RedemptionId id;
    Money amount;
};
Decision decide(const PayVisit& wish, Read& read, const Context& now) {
    return pay(wish.id, wish.amount, {visit, {1'000'000'000, "EUR"}, {0, "EUR"}}, read, now);
}
struct RefundVisit {
    RedemptionId id;
    Money amount;
};
Decision decide(const RefundVisit& wish, Read& read, const Context& now) {
    return give_back(wish.id, wish.amount, visit, read, now);
}

template <class... Bookings>
std::int64_t points_of(const Event& event) {
    std::int64_t points = 0;
    const auto add = [&](const auto* booking) {
        if (booking) points += booking->points;
    };
    (add(event.as<Bookings>()), ...);
    return points;
}

class Life {
  public:
    explicit Life(std::uint64_t seed) : random_(seed) {
        constexpr std::array zones = {"UTC", "America/New_York", "Europe/Madrid", "Pacific/Apia",
                                      "Asia/Kathmandu"};
        const std::string zone = zones[below(zones.size())];
        zone_ = *Zone::find(zone);
        program_ = a_program();
        program_.transfers_allowed = true;
        program_.pending_days = static_cast<std::int32_t>(below(3) * 7);
        expiry_days_ = below(3) == 0 ? 0 : static_cast<std::int32_t>(20 + below(200));
        if (expiry_days_ > 0)
            program_.expiry = {ExpiryKind::after_days, expiry_days_, std::nullopt};
        take(a_tenant_in(zone));
        take(a_person(lucia_member));
        take(a_person(marta_member));
        take(program_);
        take(ProgramActivated{club_program});
        take(opened(lucia_account, lucia_member));
        take(opened(marta_account, marta_member));
    }

    void step() {
        if (below(4) == 0) jump();
        today_ = zone_.local_date(now_);
        for (auto& account : accounts_) account.expire(today_);
        switch (below(10)) {
            case 0:
            case 1:
            case 2:
                return buy();
            case 3:
                return refund();
            case 4:
            case 5:
                return redeem();
            case 6:
                return end_redemption();
            case 7:
                return adjust();
            case 8:
                return transfer();
            default:
                decide_and_take(ReviewAccount{account_ids[below(2)]}, "");
        }
    }

    void check() {
        for (std::size_t who = 0; who < 2; ++who) {
            const auto& account = folds_.get<Account>(account_ids[who]);
            const auto expected = accounts_[who].balance(today_);
            ASSERT_EQ(balance_on(account, today_), expected) << to_string(now_);
            std::int64_t late = 0;  // expired, nobody has booked it yet
            for (const auto& bucket : account.buckets) {
                ASSERT_GT(bucket.points, 0);
                if (has_expired(bucket, today_)) late += bucket.points;
            }
            const auto in_all = expected.available + expected.pending + expected.reserved;
            ASSERT_EQ(accounts_[who].ledger, in_all + late);
            ASSERT_EQ(sum(account.buckets) + account.reserved - account.debt,
                      accounts_[who].ledger);
            ASSERT_GE(account.debt, 0);
            ASSERT_GE(account.reserved, 0);
            ASSERT_TRUE(account.debt == 0 || sum(account.buckets) == late);
        }
    }

  private:
    static constexpr std::array members{&lucia_member, &marta_member};
    const std::array<AccountId, 2> account_ids{lucia_account, marta_account};

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    void jump() {
        const auto far = below(20) == 0 ? below(90 * 86'400) : below(3 * 86'400);
        now_ += std::chrono::seconds{far};
    }
    void take(const Event& event) {
        folds_.apply(event, now_);
        note(event);
    }
    void note(const Event& event) {
        const auto tags = event.type->tags(event.data.get());
        for (std::size_t who = 0; who < 2; ++who) {
            if (tags.front() != tag_of<Account>(account_ids[who])) continue;
            accounts_[who].ledger +=
                points_of<PointsEarned, PointsReversed, PointsReserved, PointsReleased,
                          PointsRedeemed, PointsRestored, PointsExpired, PointsAdjusted,
                          PointsTransferredOut, PointsTransferredIn>(event);
        }
    }
    // Whether it is accepted, and that it is refused as expected.
    template <class C>
    std::optional<Events> decide_and_take(const C& command, std::string_view code) {
        Context context;
        context.now = now_;
        context.tenant = folds_.tenant();
        context.actor = {"user", "test"};
        context.ids = &ids_;
        auto decision = decide(command, folds_, context);
        EXPECT_EQ(decision ? "" : decision.error().code, code) << to_string(now_);
        if (!decision) return std::nullopt;
        for (const auto& event : decision->list) take(event);
        return std::move(*decision);
    }

    void buy() {
        ModelFact fact;
        fact.number = static_cast<std::uint32_t>(facts_.size() + 1);
        fact.who = below(2);
        fact.paid = static_cast<std::int64_t>(below(20'000));
        fact.completed_at = now_ - std::chrono::hours{below(72)};
        if (fact.completed_at < start_) fact.completed_at = now_;
        fact.dates.earned = zone_.local_date(fact.completed_at);
        fact.dates.active = fact.dates.earned + std::chrono::days{program_.pending_days};
        if (expiry_days_ > 0) fact.dates.last = fact.dates.earned + std::chrono::days{expiry_days_};
        facts_.push_back(fact);
        tell(facts_.back());
    }
    void refund() {
        if (facts_.empty()) return;
        auto& fact = facts_[facts_.size() - 1 - below(std::min<std::size_t>(facts_.size(), 40))];
        const auto left = fact.paid - fact.refunded;
        if (left > 0)
            fact.refunded +=
                below(3) == 0
                    ? left
                    : 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(left)));
        tell(fact);
    }
    void tell(ModelFact& fact) {
        const PaidFact told{{"appointment", id_number(fact.number)},
                            *members[fact.who],
                            fact.completed_at,
                            {fact.paid, "EUR"},
                            {fact.refunded, "EUR"}};
        decide_and_take(Bought{told}, "");
        const bool twice = below(3) == 0;
        EXPECT_TRUE(!twice || decide_and_take(Bought{told}, "")->list.empty());
        const auto earned = fact.paid / 100;
        const auto back = fact.paid == fact.refunded ? earned : earned * fact.refunded / fact.paid;
        const auto change = earned - back - fact.booked;
        fact.booked += change;
        auto& account = accounts_[fact.who];
        if (change > 0) {
            auto row = fact.dates;
            row.points = change;
            account.add(row);
            account.expire(today_);
        } else if (change < 0) {
            const auto own = account.remove(
                -change, [&](const Row& row) { return row.order() == fact.dates.order(); });
            const auto others =
                account.remove(-change - total(own), [](const Row&) { return true; });
            account.debt += -change - total(own) - total(others);
        }
    }
    static std::int64_t total(const Rows& rows) {
        std::int64_t points = 0;
        for (const auto& row : rows) points += row.points;
        return points;
    }

    void redeem() {
        const auto who = below(2);
        auto& account = accounts_[who];
        const auto available = account.balance(today_).available;
        const auto points =
            1 + static_cast<std::int64_t>(
                    below(static_cast<std::uint64_t>(std::max<std::int64_t>(2, available + 20))));
        const RedeemPoints wish{account_ids[who], points, {}};
        const auto events =
            decide_and_take(wish, points <= available ? "" : "loyalty.insufficient_points");
        if (!events) return;
        ModelRedemption redemption;
        redemption.id = events->list[0].as<RedemptionReserved>()->id;
        redemption.who = who;
        redemption.points = points;
        redemption.rows =
            account.remove(points, [&](const Row& row) { return row.active <= today_; });
        redemption.expires_at = now_ + std::chrono::minutes{30};
        account.reserved += points;
        redemptions_.push_back(redemption);
    }
    void end_redemption() {
        if (redemptions_.empty()) return;
        auto& one = redemptions_[redemptions_.size() - 1 -
                                 below(std::min<std::size_t>(redemptions_.size(), 10))];
        const bool is_live = one.is_open && now_ < one.expires_at;
        const auto over = "loyalty.redemption_expired";
        const auto worth = value_of(one.points, program_.redemption);
        auto& account = accounts_[one.who];
        switch (below(4)) {
            case 0:
                if (!decide_and_take(PayVisit{one.id, worth}, is_live ? "" : over)) return;
                one.is_spent = true;
                one.is_open = false;
                account.reserved -= one.points;
                return;
            case 1:
                if (decide_and_take(CancelRedemption{one.id}, one.is_open ? "" : over))
                    give_back(one);
                return;
            case 2:
                decide_and_take(ExpireRedemption{one.id}, "");
                if (one.is_open && !is_live) give_back(one);
                return;
            default:
                if (!one.is_spent) return;
                decide_and_take(RefundVisit{one.id, worth}, "");
                one.is_spent = false;
                for (const auto& row : one.rows) account.add(row);
                account.expire(today_);
        }
    }
    void give_back(ModelRedemption& one) {
        auto& account = accounts_[one.who];
        one.is_open = false;
        account.reserved -= one.points;
        for (const auto& row : one.rows) account.add(row);
        account.expire(today_);
    }

    void adjust() {
        const auto who = below(2);
        auto& account = accounts_[who];
        const auto points = static_cast<std::int64_t>(below(401)) - 200;
        const auto available = account.balance(today_).available;
        const AdjustPoints wish{account_ids[who], points, std::string("a reason")};
        const bool is_below = points < 0 && -points > available;
        const auto* code = points == 0 ? "validation_failed"
                           : is_below  ? "loyalty.below_floor"
                                       : "";
        if (!decide_and_take(wish, code)) return;
        if (points < 0) {
            account.remove(-points, [&](const Row& row) { return row.active <= today_; });
        } else {
            Row row{today_, today_, LocalDate::max(), points};
            if (expiry_days_ > 0) row.last = today_ + std::chrono::days{expiry_days_};
            account.add(row);
        }
    }
    void transfer() {
        const auto who = below(2);
        const auto points = 1 + static_cast<std::int64_t>(below(150));
        const bool enough = points <= accounts_[who].balance(today_).available;
        const TransferPoints wish{account_ids[who], account_ids[1 - who], points};
        if (!decide_and_take(wish, enough ? "" : "loyalty.insufficient_points")) return;
        for (const auto& row :
             accounts_[who].remove(points, [&](const Row& each) { return each.active <= today_; }))
            accounts_[1 - who].add(row);
    }

    std::mt19937_64 random_;
    LiveFolds folds_;
    CountingIds ids_;
    RecordCreated<LoyaltyProgram> program_;
    std::int32_t expiry_days_ = 0;
    Zone zone_ = Zone::utc();
    const Instant start_ = at("2026-01-01T08:00:00Z");
    Instant now_ = start_;
    LocalDate today_;
    std::array<ModelAccount, 2> accounts_;
    std::vector<ModelFact> facts_;
    std::vector<ModelRedemption> redemptions_;
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

TEST(LoyaltyModel, balance_buckets_and_ledger_agree_in_every_life) {
    constexpr std::uint64_t steps_of_a_life = 500;
    const auto lives = number_from("ALMANAC_LOYALTY_STEPS", 1'000'000) / steps_of_a_life;
    const auto only = number_from("ALMANAC_SEED", 0);
    for (std::uint64_t seed = only ? only : 1; seed <= (only ? only : lives); ++seed) {
        SCOPED_TRACE("ALMANAC_SEED=" + std::to_string(seed));
        Life life(seed);
        for (std::uint64_t step = 0; step < steps_of_a_life; ++step) {
            life.step();
            life.check();
            if (::testing::Test::HasFailure()) return;
        }
    }
}

}  // namespace
}  // namespace almanac::testing
