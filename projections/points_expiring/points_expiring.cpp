#include "projections/points_expiring/points_expiring.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/loyalty/program_reports.hpp"
#include "projections/loyalty_account/loyalty_account.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;
using std::chrono::days;

std::string place_of(LocalDate date, const kernel::Uuid& account) {
    std::string place;
    tally::append_date(place, date);
    tally::append_id(place, account);
    return place;
}
kernel::Uuid account_at(std::string_view place) {
    return kernel::uuid_from_bytes(place.substr(4));
}

// What is looked for: last days, and the place behind which the page begins.
struct Span {
    LocalDate first;
    LocalDate last;
    std::string after;
    std::size_t limit = 0;
};

// A page of rows by `place_of`, and one more where there is one; and of all rows the points.
struct Found {
    std::map<std::string, AccountEnding> page;
    std::int64_t points = 0;
};

Found expiring_now(const ViewRows& rows, const Span& span) {
    Found found;
    std::string first;
    tally::append_date(first, span.first);
    auto sums = rows.walk("s");
    sums.seek("s" + first);
    for (; sums.valid() && tally::date_at(sums.key(), 1) <= span.last; sums.next())
        found.points += tally::decode<DayEnding>(sums.value()).points;
    auto walk = rows.walk("x");
    walk.seek("x" + std::max(first, span.after));
    if (walk.valid() && walk.key().substr(1) == span.after) walk.next();
    for (; walk.valid() && found.page.size() <= span.limit; walk.next()) {
        if (tally::date_at(walk.key(), 1) > span.last) break;
        found.page.emplace(walk.key().substr(1), tally::decode<AccountEnding>(walk.value()));
    }
    return found;
}

// Accounts come in the order of their ids: of all rows those are kept that a page has room for.
Result<Found> expiring_as_of(const ViewRows& rows, const Span& span, LocalDate day) {
    Found found;
    std::size_t accounts = 0;
    tally::each_dated<AccountEndings>(
        rows, 'h', day, "", [&](const kernel::Uuid& account, const AccountEndings& its) {
            for (const auto& ending : its.endings) {
                if (ending.expires_on < span.first || ending.expires_on > span.last) continue;
                found.points += ending.points;
                auto place = place_of(ending.expires_on, account);
                if (place <= span.after) continue;
                found.page.emplace(std::move(place), AccountEnding{{}, ending.points});
                if (found.page.size() > span.limit + 1) found.page.erase(--found.page.end());
            }
            return ++accounts <= ranked_accounts_max;
        });
    if (accounts > ranked_accounts_max) {
        return kernel::reject(
            "limit_reached",
            fmt::format("As of a day, at most {} accounts are looked at.", ranked_accounts_max));
    }
    for (auto& [place, ending] : found.page) {
        std::string key = "a";
        tally::append_id(key, account_at(place));
        ending.member = tally::read_row<KeptAccount>(rows, key)->account.member;
    }
    return found;
}

Result<tally::AsOf> day_asked(const ViewRows& rows, const AskPointsExpiring& asked,
                              const Question& question) {
    if (asked.as_of) return tally::as_of(rows, asked.as_of, question);
    const auto today = tally::zone_of(tally::tenant_of(rows)).local_date(question.now);
    return tally::AsOf{today, today - days{1}};
}
}  // namespace

Result<PointsExpiring> points_expiring(const ViewRows& rows, const AskPointsExpiring& asked,
                                       const Question& question) {
    const auto at = day_asked(rows, asked, question);
    if (!at) return std::unexpected(at.error());
    const auto range = dates_of(asked, at->over + days{1});
    if (!range) return std::unexpected(range.error());
    const CursorCoder cursors(
        question.log_id(),
        fmt::format("points_expiring {} {} {} {}", kernel::to_string(question.tenant),
                    kernel::to_string(range->from), kernel::to_string(range->to),
                    asked.as_of ? kernel::to_string(*asked.as_of) : "now"));
    Span span{std::max(range->from, at->over + days{1}), range->to, "",
              static_cast<std::size_t>(asked.limit)};
    if (asked.cursor) {
        auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        span.after = std::move(place->at);
    }
    const auto found = asked.as_of ? expiring_as_of(rows, span, at->recorded)
                                   : Result<Found>(expiring_now(rows, span));
    if (!found) return std::unexpected(found.error());
    PointsExpiring answer;
    answer.as_of = at->recorded;
    answer.from = range->from;
    answer.to = range->to;
    answer.points = found->points;
    std::string last;
    for (const auto& [place, ending] : found->page) {
        if (answer.data.size() == span.limit) {
            answer.next_cursor = cursors.encode({last});
            break;
        }
        answer.data.push_back(
            {AccountId{account_at(place)}, ending.member, tally::date_at(place, 0), ending.points});
        last = place;
    }
    return answer;
}

}  // namespace almanac::projections
