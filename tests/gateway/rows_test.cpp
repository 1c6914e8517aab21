// What a command's representation shows, and when it may show it.
#include "gateway/rows.hpp"

#include "tests/gateway/views_fixture.hpp"

namespace almanac::gateway {
namespace {
using kernel::json::Value;

class RowsTest : public ViewsTest {
  protected:
    // What the row of a client with an allergy shows to a key of these scopes.
    std::optional<Value> shown_to(std::vector<std::string> scopes) {
        auto asked = ask({});
        asked.call->tenant = {tenant_, "salon", true};
        asked.call->principal = {
            {"api_key", "test"},
            tenant_,
            std::make_shared<const std::vector<std::string>>(std::move(scopes))};
        std::promise<std::optional<Value>> shown;
        const auto position = store_->partition(0).log().last_position();
        open_row_as_of(asked.call, *views_, *catalogue_.collection("clients"), client_, position,
                       [&](std::optional<Value> row) { shown.set_value(std::move(row)); });
        return shown.get_future().get();
    }

    kernel::TenantId tenant_ = make_tenant("salon");
    kernel::Uuid client_ =
        run("create_client", tenant_, R"({"first_name":"Ana","allergies":"nuts"})");
};

TEST_F(RowsTest, a_reading_is_recorded_before_it_is_shown) {
    const auto before = last();
    EXPECT_EQ(shown_to({"*.*:*"})->at("allergies"), "nuts");
    ASSERT_EQ(last(), before + 1);
    const auto record = eventstore::must(store_->partition(0).log().record(last()));
    EXPECT_EQ(record.type, "personal_data_read");
    EXPECT_EQ(record.tags.front(), "about:client:" + kernel::to_string(client_));
}

TEST_F(RowsTest, what_is_masked_or_not_shown_is_no_reading) {
    const auto before = last();
    const auto row = shown_to({"scheduling.client:read", "scheduling.client:read_personal"});
    EXPECT_EQ(row->at("first_name"), "Ana");
    EXPECT_EQ(row->at("allergies"), nullptr);
    EXPECT_FALSE(shown_to({"scheduling.client:create", "scheduling.client:read_personal"}));
    EXPECT_EQ(last(), before);
}

TEST_F(RowsTest, a_reading_that_cannot_be_recorded_is_masked) {
    store_->close();
    const auto row = shown_to({"*.*:*"});
    ASSERT_TRUE(row);
    EXPECT_EQ(row->at("first_name"), "Ana");
    EXPECT_EQ(row->at("allergies"), nullptr);
    EXPECT_EQ(row->at("masked"), Value({"allergies"}));
}

}  // namespace
}  // namespace almanac::gateway
