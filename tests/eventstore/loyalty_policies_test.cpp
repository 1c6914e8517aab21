// What happens to points of its own accord, through the real runtime, log and keyring: each effect
// once and as of its time, also where nobody was there when it was due.
#include "domain/loyalty/account_commands.hpp"
#include "domain/loyalty/redemption.hpp"
#include "domain/scheduling/client.hpp"
#include "domain/tenancy/tenant.hpp"
#include "tests/eventstore/policy_fixture.hpp"

namespace almanac::eventstore {
namespace {
using namespace loyalty;

class LoyaltyPolicies : public PolicyTest {
  protected:
    // Enrolled on 1 December 2026 at noon, born in February.
    void found(const LoyaltyProgram& terms) {
        init();
        open();
        tenancy::CreateTenant salon;
        salon.slug = "salon";
        salon.name = "Salon";
        salon.time_zone = "UTC";
        salon.currency = "EUR";
        const auto made = must(submit("create_tenant", kernel::system_tenant, salon).get());
        tenant_ = TenantId{*kernel::parse_uuid(made.id)};
        kernel::CreateRecord<LoyaltyProgram> program;
        static_cast<LoyaltyProgram&>(program) = terms;
        program.name = "Club";
        program.redemption = {100, {500, "EUR"}};
        does("activate_loyalty_program",
             ActivateProgram{ProgramId{does("create_loyalty_program", program)}});
        kernel::CreateRecord<scheduling::Client> person;
        person.first_name = std::string("Lucía");
        person.birth_date = *scheduling::parse_birth_date("1950-02-17");
        client_ = does("create_client", person);
        account_ = AccountId{does("enrol_member", EnrolMember{{MemberKind::client, client_}, {}})};
        ASSERT_TRUE(settle());
    }
    template <class C>
    kernel::Uuid does(const std::string& name, C command) {
        const auto answer = must(submit(name, tenant_, std::move(command)).get());
        return *kernel::parse_uuid(answer.id);
    }
    // The house is closed until then.
    void wake_at(std::string_view time) {
        close();
        set_time(*kernel::parse_instant(time));
        open();
        ASSERT_TRUE(settle());
    }
    // What policies have done: "points_expired 2026-12-12T00:00:00Z", in order.
    Told done() {
        Told told;
        const auto& log = store_->partition_for(tenant_).log();
        for (const auto position : must(log.tenant_positions(tenant_, 0, 100'000))) {
            const auto record = must(log.record(position));
            if (record.actor.kind != "policy") continue;
            auto line = record.type.substr(record.type.find('.') + 1);
            const auto data = kernel::json::parse_own(record.data);
            if (const auto* at = data.as_object().if_contains("effective_at"))
                line += ' ' + std::string(at->as_string());
            told.push_back(std::move(line));
        }
        return told;
    }

    TenantId tenant_{};
    kernel::Uuid client_{};
    AccountId account_{};
};

TEST_F(LoyaltyPolicies, points_end_once_also_where_nobody_was_there) {
    LoyaltyProgram terms;
    terms.expiry = {ExpiryKind::after_days, 10, std::nullopt};
    found(terms);
    does("adjust_points", AdjustPoints{account_, 100, std::string("a gift")});
    ASSERT_TRUE(settle());
    for (const auto* later : {"2026-12-11T23:59:59Z", "2026-12-20T09:00:00Z",
                              "2026-12-20T09:00:00Z", "2026-12-31T09:00:00Z"}) {
        wake_at(later);
        const bool is_over = std::string_view(later) > "2026-12-12";
        EXPECT_EQ(done(), is_over ? Told{"points_expired 2026-12-12T00:00:00Z"} : Told{}) << later;
    }
}

TEST_F(LoyaltyPolicies, a_reservation_ends_at_its_time_also_where_nobody_was_there) {
    found({});
    does("adjust_points", AdjustPoints{account_, 100, std::string("a gift")});
    does("redeem_points", RedeemPoints{account_, 60, {}});
    const auto paid = RedemptionId{does("redeem_points", RedeemPoints{account_, 40, {}})};
    does("commit_redemption", CommitRedemption{paid});
    ASSERT_TRUE(settle());
    for (int start = 0; start < 2; ++start) {
        wake_at("2026-12-02T09:00:00Z");
        EXPECT_EQ(done(), (Told{"redemption_expired", "points_released 2026-12-01T12:30:00Z"}));
    }
    does("redeem_points", RedeemPoints{account_, 60, {}});
}

TEST_F(LoyaltyPolicies, a_birthday_is_opened_for_its_points_and_not_once_it_is_erased) {
    LoyaltyProgram terms;
    terms.points_for_birthday = 100;
    found(terms);
    for (int start = 0; start < 2; ++start) {
        wake_at("2027-03-10T09:00:00Z");
        EXPECT_EQ(done(), (Told{"points_earned 2027-02-01T00:00:00Z"}));
    }
    wake_at("2028-02-01T00:00:00Z");
    const Told twice{"points_earned 2027-02-01T00:00:00Z", "points_earned 2028-02-01T00:00:00Z"};
    EXPECT_EQ(done(), twice);
    auto& keyring = store_->partition_for(tenant_).keyring();
    must(keyring.erase_subject(tenant_, "client:" + kernel::to_string(client_)));
    wake_at("2029-03-10T09:00:00Z");
    EXPECT_EQ(done(), twice);
    EXPECT_EQ(status().set_aside_total, 0U);
}

}  // namespace
}  // namespace almanac::eventstore
