// A store of its own in this process, a sandbox, with a business whose clients collect points: the
// product's own decisions, writer and policies, without server and views. Points end 365 days after
// they were earned, tiers count those of twelve months; everybody is enrolled since long before.
// Throws std::runtime_error on any failure. One thread.
#pragma once
#include <filesystem>
#include <functional>

#include "domain/loyalty/account_commands.hpp"
#include "eventstore/store.hpp"

namespace almanac::benchmarks {

class LoyaltyClub {
  public:
    explicit LoyaltyClub(const std::filesystem::path& directory);

    void enrol(std::size_t members);  // so many more, in the order of their numbers from 0
    struct Award {
        std::size_t member = 0;
        kernel::Instant at;
    };
    static constexpr std::int64_t points_of_award = 5'000;
    void award(std::uint64_t awards, const std::function<Award(std::uint64_t)>& award);
    // A point each, reserved.
    void redeem(std::uint64_t redemptions, const std::function<std::size_t(std::uint64_t)>& member);
    void settle();                        // until the policies have reacted to all of it
    void move_clock(kernel::Instant to);  // until all that is due by then has run
    kernel::Instant now() { return store_->clock().now(); }
    eventstore::PolicyStatus policies() { return store_->partition(0).policies().status(); }
    std::uint64_t events() { return store_->partition(0).log().last_position(); }
    std::size_t buckets(std::size_t member);

  private:
    template <class C>
    void run(std::uint64_t commands, const char* name,
             const std::function<C(std::uint64_t)>& command,
             const std::function<void(std::uint64_t, const std::string& id)>& made = {});
    template <class C>
    std::string run_one(const char* name, const kernel::TenantId& tenant, C command);
    void open_business();

    const kernel::Catalogue catalogue_;
    std::unique_ptr<eventstore::Store> store_;
    kernel::TenantId tenant_;
    std::vector<loyalty::MemberRef> members_;
    std::vector<loyalty::AccountId> accounts_;
    std::uint64_t awards_ = 0;
};

}  // namespace almanac::benchmarks
