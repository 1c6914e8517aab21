#include "domain/loyalty/birthday.hpp"

#include "domain/kernel/opened.hpp"
#include "domain/loyalty/ledger.hpp"
#include "domain/scheduling/client.hpp"

namespace almanac::loyalty {
namespace {
using scheduling::Client;
using scheduling::ClientId;
using std::chrono::year_month_day;

constexpr std::chrono::hours noon{12};

// Guests come with hospitality; until then only clients have a date of birth.
std::optional<scheduling::BirthDate> birth_date(const MemberRef& member, Read& read,
                                                const Context& now) {
    switch (member.kind) {
        case MemberKind::client: {
            const auto* client = live<Client>(read, ClientId{member.id});
            if (!client || !client->birth_date) return std::nullopt;
            return opened(*client->birth_date, now);
        }
        case MemberKind::guest:
            return std::nullopt;
    }
    return std::nullopt;
}
}  // namespace

// Cheap reasons first: the date is opened where points depend on it, and nowhere else.
Decision decide(const AwardBirthday& wish, Read& read, const Context& now) {
    const auto* account = read.find<Account>(wish.id);
    if (!account) return Events{};
    const auto zone = tenant_zone(read);
    const auto day = zone.local_date(wish.at);
    const year_month_day first{day};
    const bool enrolled_before = zone.local_date(account->enrolled_at) < day;
    if (first.day() != std::chrono::day{1} || !enrolled_before) return Events{};
    const auto* program = program_on(day, read);
    if (!program || program->points_for_birthday == 0) return Events{};
    const auto kind = fmt::format("birthday_{}", static_cast<int>(first.year()));
    AwardPoints award{account->member, EarnReason::birthday, {kind, wish.id}, wish.at};
    if (read.get<SourcePoints>(award.source).bookings > 0) return Events{};
    const auto born = birth_date(account->member, read, now);
    if (!born || born->date >= day || year_month_day{born->date}.month() != first.month())
        return Events{};
    return decide(award, read, now);
}

Instant next_look(Instant after) {
    const auto today = std::chrono::floor<std::chrono::days>(after);
    const year_month_day date{today};
    const std::chrono::sys_days first{date.year() / date.month() / 1};
    if (after < first + noon) return first + noon;
    const std::chrono::year_month next{date.year(), date.month()};
    return std::chrono::sys_days{(next + std::chrono::months{1}) / 1};
}

Reactions wait_for_first(const AccountOpened& e, const Happened& happened) {
    return Reactions{}.set_timer(to_string(e.id), next_look(happened.time), BirthdayLook{e.id});
}

Reactions first_of_month(const BirthdayLook& look, const TimerFired& fired) {
    return Reactions{}
        .submit("award", AwardBirthday{look.id, fired.due})
        .set_timer(fired.key, next_look(fired.due), look);
}

}  // namespace almanac::loyalty
