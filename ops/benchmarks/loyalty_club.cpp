#include "ops/benchmarks/loyalty_club.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <semaphore>
#include <stdexcept>

#include "domain/house.hpp"
#include "domain/loyalty/redemption.hpp"
#include "domain/scheduling/client.hpp"
#include "domain/tenancy/sandbox.hpp"
#include "domain/tenancy/tenant.hpp"

namespace almanac::benchmarks {
namespace {
using namespace loyalty;
using scheduling::Client;
using std::chrono::days;

constexpr std::ptrdiff_t under_way_max = 256;
constexpr auto opening_day = "2027-01-04T08:00:00Z";
constexpr days enrolled_before{400};
constexpr std::int32_t points_days = 365;

template <class T>
T value_or_throw(kernel::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

kernel::Uuid uuid_of(const std::string& id) {
    const auto parsed = kernel::parse_uuid(id);
    if (!parsed) throw std::runtime_error("no id: " + id);
    return *parsed;
}
kernel::Uuid numbered(std::uint64_t number) {
    kernel::Uuid id;
    id.bytes = {0x01, 0x94, 0, 0, 0, 0, 0x70, 0, 0x80};
    for (std::size_t i = 0; i < 7; ++i)
        id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
}

std::unique_ptr<eventstore::Store> opened(const std::filesystem::path& directory,
                                          const kernel::Catalogue& catalogue) {
    eventstore::CreateOptions create;
    create.sandbox_time = kernel::parse_instant(opening_day);
    create.ballast_bytes = 4'096;
    value_or_throw(eventstore::Store::init(directory, catalogue, create));
    auto store = value_or_throw(eventstore::Store::open(directory, catalogue, {}));
    value_or_throw(store->finish_begun());
    value_or_throw(store->start_policies());
    return store;
}
}  // namespace

LoyaltyClub::LoyaltyClub(const std::filesystem::path& directory)
    : catalogue_(build_catalogue()), store_(opened(directory, catalogue_)) {
    open_business();
}

void LoyaltyClub::open_business() {
    tenancy::CreateTenant business;
    business.name = "Bench";
    business.slug = "bench";
    business.time_zone = "UTC";
    business.currency = "EUR";
    tenant_ = kernel::TenantId{
        uuid_of(run_one("create_tenant", kernel::system_tenant, std::move(business)))};
    kernel::CreateRecord<LoyaltyProgram> program;
    program.name = "Club";
    program.slug = "club";
    program.points_per_currency_unit_ppm = ppm_one;
    program.redemption = {100, {100, "EUR"}};
    program.expiry = {ExpiryKind::after_days, points_days, {}};
    program.tiers = {{"Silver", 20 * points_of_award, 1'250'000, {}},
                     {"Gold", 200 * points_of_award, 1'500'000, {}}};
    program.tier_window = TierWindow::rolling_12_months;
    program.downgrade = Downgrade::one_down;
    program.points_for_review = points_of_award;
    program.redemption_ttl_minutes = 1'440;
    const ProgramId id{uuid_of(run_one("create_loyalty_program", tenant_, std::move(program)))};
    run_one("activate_loyalty_program", tenant_, ActivateProgram{id});
}

template <class C>
std::string LoyaltyClub::run_one(const char* name, const kernel::TenantId& tenant, C command) {
    std::promise<kernel::Result<eventstore::CommandAnswer>> done;
    store_->submit(eventstore::house_request(catalogue_, name, tenant, std::move(command)),
                   [&](auto answer) { done.set_value(std::move(answer)); });
    return value_or_throw(done.get_future().get()).id;
}

// Keeps as many under way as go well into one batch.
template <class C>
void LoyaltyClub::run(std::uint64_t commands, const char* name,
                      const std::function<C(std::uint64_t)>& command,
                      const std::function<void(std::uint64_t, const std::string& id)>& made) {
    std::counting_semaphore<under_way_max> free(under_way_max);
    std::mutex mutex;
    std::string failure;
    for (std::uint64_t number = 0; number < commands; ++number) {
        free.acquire();
        store_->submit(eventstore::house_request(catalogue_, name, tenant_, command(number)),
                       [&, number](kernel::Result<eventstore::CommandAnswer> answer) {
                           if (!answer) {
                               const std::scoped_lock lock(mutex);
                               failure = answer.error().code + ": " + answer.error().detail;
                           } else if (made) {
                               made(number, answer->id);
                           }
                           free.release();
                       });
    }
    for (std::ptrdiff_t i = 0; i < under_way_max; ++i) free.acquire();
    const std::scoped_lock lock(mutex);
    if (!failure.empty()) throw std::runtime_error(std::string(name) + ": " + failure);
}

void LoyaltyClub::enrol(std::size_t members) {
    const auto first = members_.size();
    members_.resize(first + members);
    accounts_.resize(first + members);
    run<kernel::CreateRecord<Client>>(
        members, "create_client",
        [&](std::uint64_t number) {
            kernel::CreateRecord<Client> client;
            client.first_name = "Member " + std::to_string(first + number);
            return client;
        },
        [&](std::uint64_t number, const std::string& id) {
            members_[first + number] = {MemberKind::client, uuid_of(id)};
        });
    const auto since = now() - enrolled_before;
    run<EnrolMember>(
        members, "enrol_member",
        [&](std::uint64_t number) { return EnrolMember{members_[first + number], since}; },
        [&](std::uint64_t number, const std::string& id) {
            accounts_[first + number] = AccountId{uuid_of(id)};
        });
}

void LoyaltyClub::award(std::uint64_t awards, const std::function<Award(std::uint64_t)>& award) {
    run<AwardPoints>(awards, "award_points", [&](std::uint64_t number) {
        const auto given = award(number);
        return AwardPoints{
            members_[given.member], EarnReason::review, {"review", numbered(++awards_)}, given.at};
    });
    settle();
}

void LoyaltyClub::redeem(std::uint64_t redemptions,
                         const std::function<std::size_t(std::uint64_t)>& member) {
    run<RedeemPoints>(redemptions, "redeem_points", [&](std::uint64_t number) {
        return RedeemPoints{accounts_[member(number)], 1, std::nullopt};
    });
    settle();
}

void LoyaltyClub::settle() {
    std::promise<bool> done;
    store_->partition(0).policies().run_until(now(), [&](bool ran) { done.set_value(ran); });
    if (!done.get_future().get()) throw std::runtime_error("the policies do not go on");
}

void LoyaltyClub::move_clock(kernel::Instant to) {
    run_one("move_clock", kernel::system_tenant, tenancy::MoveClock{to});
}

std::size_t LoyaltyClub::buckets(std::size_t member) {
    const auto held = value_or_throw(store_->fold(tenant_, kernel::fold_type<Account>(),
                                                  kernel::tag_of<Account>(accounts_[member])));
    return static_cast<const Account*>(held.state.get())->buckets.size();
}

}  // namespace almanac::benchmarks
