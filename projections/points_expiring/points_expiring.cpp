#include "projections/points_expiring/points_expiring.hpp"

#include <algorithm>

#include "projections/loyalty_account/loyalty_account.hpp"
#include "projections/records/cursor.hpp"

namespace almanac::projections {
namespace {
using namespace loyalty;

std::string date_key(std::string_view kind, LocalDate date) {
    std::string key(kind);
    tally::append_date(key, date);
    return key;
}

std::int64_t points_of(const ViewRows& rows, LocalDate from, LocalDate to) {
    std::int64_t points = 0;
    auto walk = rows.walk("s");
    walk.seek(date_key("s", from));
    for (; walk.valid() && tally::date_at(walk.key(), 1) <= to; walk.next())
        points += tally::decode<DayEnding>(walk.value()).points;
    return points;
}
}  // namespace

Result<PointsExpiring> points_expiring(const ViewRows& rows, const AskPointsExpiring& asked,
                                       const Question& question) {
    const auto today = tally::zone_of(tally::tenant_of(rows)).local_date(question.now);
    const auto range = dates_of(asked, today);
    if (!range) return std::unexpected(range.error());
    PointsExpiring answer;
    answer.as_of = today;
    answer.from = range->from;
    answer.to = range->to;
    const auto first = std::max(range->from, today);
    answer.points = points_of(rows, first, range->to);
    const CursorCoder cursors(
        question.log_id(), "points_expiring " + kernel::to_string(question.tenant) + ' ' +
                               kernel::to_string(range->from) + ' ' + kernel::to_string(range->to));
    auto start = date_key("x", first);
    std::string after;
    if (asked.cursor) {
        const auto place = cursors.decode(*asked.cursor);
        if (!place) return std::unexpected(place.error());
        after = "x" + place->at;
        start = std::max(start, after);
    }
    std::string last;
    auto walk = rows.walk("x");
    walk.seek(start);
    if (walk.valid() && walk.key() == after) walk.next();
    for (; walk.valid(); walk.next()) {
        const auto date = tally::date_at(walk.key(), 1);
        if (date > range->to) break;
        if (answer.data.size() == static_cast<std::size_t>(asked.limit)) {
            answer.next_cursor = cursors.encode({last});
            break;
        }
        auto ending = tally::decode<AccountEnding>(walk.value());
        answer.data.push_back({AccountId{kernel::uuid_from_bytes(walk.key().substr(1 + 4))},
                               std::move(ending.member), date, ending.points});
        last = walk.key().substr(1);
    }
    return answer;
}

}  // namespace almanac::projections
