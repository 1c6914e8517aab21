#include "projections/loyalty_account/loyalty_account.hpp"

#include <algorithm>

#include "domain/loyalty/ledger.hpp"
#include "eventstore/log.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;

std::string account_key(char kind, const AccountId& id) {
    std::string key(1, kind);
    tally::append_id(key, id);
    return key;
}

// Where a row stands in its account's ledger.
std::string place_of(Instant time, std::uint64_t position) {
    std::string place;
    tally::append_instant(place, time);
    eventstore::append_u64(place, position);
    return place;
}

std::string day_key(LocalDate day) {
    std::string key = "s";
    tally::append_date(key, day);
    return key;
}

std::string ending_key(LocalDate day, const AccountId& id) {
    std::string key = "x";
    tally::append_date(key, day);
    tally::append_id(key, id);
    return key;
}

struct Placed {
    std::string place;
    LedgerRow row;
};

// What ended by now and is not booked, oldest first: as it will be booked. Each stands behind the
// last row that is, also where a changed zone gives it no later time.
std::vector<Placed> due_rows(const KeptAccount& kept, const kernel::Zone& zone, Instant now) {
    const auto today = zone.local_date(now);
    std::vector<Placed> due;
    auto time = kept.latest;
    auto balance = kept.balance;
    auto position = static_cast<std::uint64_t>(kept.latest_position);
    for (const auto& ending : endings_of(kept.account.buckets)) {
        if (ending.expires_on >= today) break;
        time = std::max(time, end_of_day(zone, ending.expires_on));
        balance -= ending.points;
        LedgerRow row;
        row.time = time;
        row.kind = LedgerKind::expire;
        row.points = -ending.points;
        row.balance_after = balance;
        due.push_back({place_of(time, ++position), std::move(row)});
    }
    return due;
}

// A page, filled from the newest row on.
class Page {
  public:
    Page(const AskLedger& asked, const CursorCoder& cursors) : asked_(asked), cursors_(cursors) {}
    // False: there is no room, or the rest is too old.
    bool take(const Placed& each) {
        if (asked_.from && each.row.time < *asked_.from) return false;
        if (answer.data.size() == static_cast<std::size_t>(asked_.limit)) {
            answer.next_cursor = cursors_.encode({last_});
            return false;
        }
        answer.data.push_back(each.row);
        last_ = each.place;
        return true;
    }
    LedgerPage answer;

  private:
    const AskLedger& asked_;
    const CursorCoder& cursors_;
    std::string last_;
};
}  // namespace

void LoyaltyAccountProjection::forget() {
    recorded_.forget();
    accounts_.forget();
    days_.forget();
}

Result<void> LoyaltyAccountProjection::apply(const AppliedEvent& event, TenantViews& views) {
    recorded_.follow(views, event);
    if (event.event.type == nullptr) return {};
    const auto* reaction = event.event.type->reaction(kernel::fold_type<Account>());
    if (reaction == nullptr) return {};
    const auto& record = *event.record;
    const auto& tag = record.tags.front();
    const auto id = kernel::parse_uuid(std::string_view(tag).substr(Account::kind.size() + 1));
    if (!id) return kernel::corrupt("the identity " + tag + " is no account");
    const AccountId account{*id};
    accounts_.change(views, account_key('a', account), [&](KeptAccount& kept) {
        const auto before = endings_of(kept.account.buckets);
        reaction->evolve(&kept.account, event.event.data.get(),
                         {record.time, record.id, record.actor, tag});
        enter(event, account, kept, views);
        follow_endings(event, account, kept, before, views);
    });
    return {};
}

void LoyaltyAccountProjection::enter(const AppliedEvent& event, const AccountId& id,
                                     KeptAccount& kept, TenantViews& views) {
    auto row = ledger_row(*event.event.type, event.event.data.get(), event.record->time);
    if (!row) return;
    kept.latest = std::max(kept.latest, row->time);
    kept.latest_position = static_cast<std::int64_t>(event.position);
    kept.balance += row->points;
    row->time = kept.latest;  // in the order of booking, whatever the zone was then
    row->balance_after = kept.balance;
    views.put_unread(account_key('l', id) + place_of(row->time, event.position),
                     kernel::to_json(*row));
}

void LoyaltyAccountProjection::follow_endings(const AppliedEvent& event, const AccountId& id,
                                              const KeptAccount& kept,
                                              const std::vector<Ending>& before,
                                              TenantViews& views) {
    const auto after = endings_of(kept.account.buckets);
    if (after == before) return;
    tally::put_dated(views, account_key('h', id), recorded_.of(views, event),
                     AccountEndings{after});
    const auto add = [&](const Ending& ending, std::int64_t sign) {
        days_.change(views, day_key(ending.expires_on),
                     [&](DayEnding& day) { day.points += sign * ending.points; });
    };
    for (const auto& old : before) {
        if (std::ranges::find(after, old) != after.end()) continue;
        add(old, -1);
        if (std::ranges::find(after, old.expires_on, &Ending::expires_on) == after.end())
            views.erase_unread(ending_key(old.expires_on, id));
    }
    for (const auto& now : after) {
        if (std::ranges::find(before, now) != before.end()) continue;
        add(now, 1);
        views.put_unread(ending_key(now.expires_on, id),
                         kernel::to_json(AccountEnding{kept.account.member, now.points}));
    }
}

Result<LedgerPage> loyalty_ledger(const ViewRows& rows, const AskLedger& asked,
                                  const Question& question) {
    const auto kept = tally::read_row<KeptAccount>(rows, account_key('a', asked.id));
    if (!kept) return kernel::not_found("There is no such account.");
    const auto words = [](const std::optional<Instant>& time) {
        return time ? ' ' + kernel::to_string(*time) : std::string(" -");
    };
    const CursorCoder cursors(question.log_id(), "loyalty_ledger " + to_string(asked.id) +
                                                     words(asked.from) + words(asked.to));
    std::string before;  // a page begins below it; empty: at the newest
    if (asked.to) before = place_of(*asked.to, 0);
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        before = place->at;
    }
    Page page(asked, cursors);
    const auto zone = tally::zone_of(tally::tenant_of(rows));
    auto due = due_rows(*kept, zone, question.now);
    std::ranges::reverse(due);
    for (const auto& each : due) {
        if (!before.empty() && each.place >= before) continue;
        if (!page.take(each)) return std::move(page.answer);
    }
    const auto prefix = account_key('l', asked.id);
    auto walk = rows.walk(prefix);
    if (before.empty()) {
        walk.seek_end();
    } else {
        walk.seek_last(prefix + before);
        if (walk.valid() && walk.key() == prefix + before) walk.previous();
    }
    for (; walk.valid(); walk.previous()) {
        Placed each{std::string(walk.key().substr(prefix.size())),
                    tally::decode<LedgerRow>(walk.value())};
        if (!page.take(each)) break;
    }
    return std::move(page.answer);
}

}  // namespace almanac::projections
