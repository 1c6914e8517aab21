#include "projections/loyalty_leaderboard/loyalty_leaderboard.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/scheduling/reports.hpp"
#include "eventstore/log.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;
using kernel::LocalDate;
using kernel::Uuid;
using tally::AsOf;

struct Ranked {
    std::int64_t points = 0;
    Uuid account;
};
// The most first; of equals, the older account.
bool is_before(const Ranked& a, const Ranked& b) {
    return a.points != b.points ? a.points > b.points : a.account < b.account;
}

// What everybody had earned by the end of a day, in the order of accounts.
std::vector<Ranked> earned_by(const ViewRows& rows, LocalDate day) {
    std::vector<Ranked> all;
    tally::each_dated<MemberDay>(rows, 'h', day, "", [&](const Uuid& account, const MemberDay& m) {
        all.push_back({m.earned, account});
        return all.size() <= ranked_accounts_max;
    });
    return all;
}

Result<std::vector<Ranked>> ranking(const ViewRows& rows, const AskLoyaltyLeaderboard& asked,
                                    std::optional<LocalDate> month, const AsOf& at) {
    auto day = at.recorded;
    std::vector<Ranked> before;
    if (month) {
        day = std::min(day, last_day_of(*month));
        before = earned_by(rows, *month - std::chrono::days{1});
    }
    std::vector<Ranked> all;
    std::size_t seen = 0;
    auto known = before.begin();
    tally::each_dated<MemberDay>(rows, 'h', day, "", [&](const Uuid& account, const MemberDay& m) {
        auto points = asked.by == RankedBy::balance ? m.balance(at.over) : m.earned;
        if (known != before.end() && known->account == account) points -= (known++)->points;
        if (points > 0) all.push_back({points, account});
        return ++seen <= ranked_accounts_max;
    });
    if (seen > ranked_accounts_max) {
        return kernel::reject("limit_reached",
                              fmt::format("At most {} accounts are ranked.", ranked_accounts_max));
    }
    std::ranges::sort(all, is_before);
    return all;
}

std::string place_of(const Ranked& last) {
    std::string place;
    eventstore::append_u64(place, static_cast<std::uint64_t>(last.points));
    tally::append_id(place, last.account);
    return place;
}

constexpr std::size_t place_bytes = 8 + 16;

std::optional<Ranked> ranked_at(std::string_view place) {
    if (place.size() != place_bytes) return std::nullopt;
    std::uint64_t points = 0;
    for (std::size_t i = 0; i < 8; ++i) points = points << 8 | static_cast<std::uint8_t>(place[i]);
    return Ranked{static_cast<std::int64_t>(points), kernel::uuid_from_bytes(place.substr(8))};
}

std::string question_of(const AskLoyaltyLeaderboard& asked, std::optional<LocalDate> month,
                        const Question& question) {
    return fmt::format("loyalty_leaderboard {} {} {} {}", kernel::to_string(question.tenant),
                       kernel::enum_name(asked.by), month ? kernel::to_string(*month) : "life",
                       asked.as_of ? kernel::to_string(*asked.as_of) : "now");
}
}  // namespace

Result<LoyaltyLeaderboard> loyalty_leaderboard(const ViewRows& rows,
                                               const AskLoyaltyLeaderboard& asked,
                                               const Question& question) {
    const auto at = tally::as_of(rows, asked.as_of, question);
    if (!at) return std::unexpected(at.error());
    LoyaltyLeaderboard board;
    board.as_of = asked.as_of;
    if (asked.period == RankedPeriod::month)
        board.month = scheduling::month_of(asked.month.value_or(at->recorded));
    const CursorCoder cursors(question.log_id(), question_of(asked, board.month, question));
    std::optional<Ranked> after;
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        after = ranked_at(place->at);
    }
    const auto all = ranking(rows, asked, board.month, *at);
    if (!all) return std::unexpected(all.error());
    auto next = after ? std::ranges::upper_bound(*all, *after, is_before) : all->begin();
    for (; next != all->end(); ++next) {
        if (board.data.size() == static_cast<std::size_t>(asked.limit)) {
            board.next_cursor = cursors.encode({place_of(*std::prev(next))});
            break;
        }
        const auto more = std::ranges::partition_point(
            *all, [&](const Ranked& each) { return each.points > next->points; });
        const auto member =
            tally::read_row<MemberPoints>(rows, loyalty_key('a', next->account))->member;
        board.data.push_back(
            {more - all->begin() + 1, AccountId{next->account}, member, next->points});
    }
    return board;
}

}  // namespace almanac::projections
