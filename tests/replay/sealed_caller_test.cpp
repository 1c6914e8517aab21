// What a command says of its caller: sealed once for all of a caller's commands, never after its
// trace was erased.
#include <gtest/gtest.h>

#include "tests/replay/business_fixture.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::system_tenant;

class SealedCallerTest : public BusinessFixture {
  protected:
    SealedCallerTest() : store(open(init("data"))) {}

    Result<eventstore::CommandAnswer> write_from(const std::string& address) {
        auto request = key_request();
        request.address = address;
        return run(*store, std::move(request));
    }
    struct Sealed {
        std::string text;
        std::string subject;
    };
    Sealed address_at(std::uint64_t position) {
        const auto record = store->partition(0).log().record(position);
        const auto metadata = json::parse_own(record.value().metadata);
        const auto& sealed = metadata.at("address").as_object();
        return {std::string(sealed.at("sealed").as_string()),
                std::string(sealed.at("of").as_string())};
    }
    std::optional<std::string> opened(const Sealed& sealed) {
        return store->partition(0)
            .keyring()
            .open(system_tenant, sealed.text, sealed.subject, "event.address")
            .value();
    }

    std::unique_ptr<eventstore::Store> store;
};

TEST_F(SealedCallerTest, every_address_opens_and_one_that_comes_again_is_the_same) {
    std::vector<Sealed> sealed;
    for (const auto* address : {"192.0.2.1", "192.0.2.2", "192.0.2.1"}) {
        const auto answer = write_from(address);
        ASSERT_TRUE(answer) << answer.error().detail;
        sealed.push_back(address_at(answer->position));
        EXPECT_EQ(opened(sealed.back()), '"' + std::string(address) + '"');
    }
    EXPECT_EQ(sealed[0].text, sealed[2].text);
    EXPECT_NE(sealed[0].text, sealed[1].text);
}

TEST_F(SealedCallerTest, nothing_is_sealed_any_more_once_the_trace_is_erased) {
    const auto first = write_from("192.0.2.1");
    ASSERT_TRUE(first) << first.error().detail;
    const auto before = address_at(first->position);
    ASSERT_TRUE(store->partition(0).keyring().erase_subject(system_tenant, before.subject));
    EXPECT_EQ(opened(before), std::nullopt);
    const auto after = write_from("192.0.2.1");
    ASSERT_FALSE(after);
    EXPECT_EQ(after.error().code, "subject_erased");
}

}  // namespace
}  // namespace almanac::replay
