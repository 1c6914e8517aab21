// What `almanac verify` finds in sealed values, kept results, snapshots and policies' entries:
// damage that leaves every checksum right.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "domain/tenancy/tenant.hpp"
#include "eventstore/policy_entries.hpp"
#include "eventstore/typed_event.hpp"
#include "replay/stopped_directory.hpp"
#include "tests/replay/verify_fixture.hpp"

namespace almanac::replay {
namespace {
using eventstore::Log;
using eventstore::LogBatch;
using eventstore::Record;

constexpr std::string_view sealed_member = R"("sealed":")";
constexpr std::string_view subject_member = R"("of":"client:)";

class VerifyKeptTest : public VerifyFixture {
  protected:
    static std::string position_key(std::uint64_t position) {
        std::string key;
        eventstore::append_u64(key, position);
        return key;
    }
    // The first event with a value sealed for a client.
    static std::uint64_t first_sealed(const Log& log, Record& record) {
        std::uint64_t found = 0;
        EXPECT_TRUE(log.scan(1, log.last_position(), [&](std::uint64_t at, std::string_view bytes) {
            record = *eventstore::decode(bytes);
            if (record.data.find(subject_member) != record.data.npos) found = at;
            return found == 0;
        }));
        EXPECT_GT(found, 0U);
        EXPECT_LT(found, log.last_position()) << "the mark knows the last one's hash";
        return found;
    }
    // Another text in its place, and the hash that fits to it.
    void change_sealed(const std::function<void(std::string& data)>& change) const {
        change_log([&](const Log& log, LogBatch& batch) {
            Record record;
            const auto position = first_sealed(log, record);
            change(record.data);
            const auto bytes = eventstore::encode(record);
            ASSERT_TRUE(bytes) << bytes.error().detail;
            batch.put(Space::log, position_key(position), *bytes);
        });
    }
    std::string a_sealed_subject() const {
        const auto log = Log::open(partition_path() / "log", eventstore::LogMode::read_only);
        Record record;
        first_sealed(**log, record);
        const auto start = record.data.find(subject_member) + subject_member.size() - 7;
        return record.data.substr(start, record.data.find('"', start) - start);
    }
    kernel::TenantId sealed_tenant() const {
        const auto log = Log::open(partition_path() / "log", eventstore::LogMode::read_only);
        Record record;
        first_sealed(**log, record);
        return record.tenant;
    }

    // A command that is answered, and the answer kept.
    void run_keyed() {
        const auto store = open(directory_);
        auto request = key_request();
        request.idempotency = eventstore::IdempotencyKey{"once", "POST /v1/api-keys", "{}"};
        const auto answer = run(*store, std::move(request));
        ASSERT_TRUE(answer) << answer.error().detail;
        ASSERT_GE(answer->events.size(), 1U);
    }
    void change_result(const std::function<void(json::Object& answer)>& change) const {
        change_log([&](const Log& log, LogBatch& batch) {
            const auto kept = first_entry(log, Space::results, {});
            auto stored = json::parse_own(kept.value);
            change(stored.as_object().at("answer").as_object());
            batch.put(Space::results, kept.key, json::dump(stored));
        });
    }

    // Of the fold that the first event with one belongs to.
    void put_snapshot(const std::function<void(kernel::Held&)>& change) const {
        change_log([&](const Log& log, LogBatch& batch) {
            for (std::uint64_t at = 1; at <= log.last_position() && batch.empty(); ++at) {
                const auto record = log.record(at);
                ASSERT_TRUE(record) << record.error().detail;
                const auto& tag = record->tags.front();
                const auto* type = catalogue.fold_of_tag(tag);
                if (type == nullptr) continue;
                auto held = fold_from_log(log, catalogue, record->tenant, *type, tag);
                ASSERT_TRUE(held) << held.error().detail;
                change(*held);
                const auto name = fmt::format("{}/{}/{}", type->kind, type->version, tag);
                batch.put(Space::snapshots, eventstore::snapshot_key(record->tenant, name),
                          eventstore::write_held(*type, *held));
            }
        });
    }

    static eventstore::Timer first_timer(const Log& log) {
        const auto entry = first_entry(log, Space::policies, eventstore::timer_prefix);
        return *eventstore::decode_timer(entry.key, entry.value);
    }
    static void put_timer(LogBatch& batch, const eventstore::Timer& timer) {
        batch.put(Space::policies, eventstore::timer_key(timer), eventstore::encode(timer));
        batch.put(Space::policies, eventstore::due_key(timer), {});
    }
};

TEST_F(VerifyKeptTest, a_damaged_sealed_value_is_named_with_its_event_and_subject) {
    const auto subject = a_sealed_subject();
    change_sealed([](std::string& data) {
        auto& letter = data.at(data.find(sealed_member) + sealed_member.size() + 50);
        letter = letter == 'A' ? 'B' : 'A';
    });
    expect_found("a value sealed for ");
    expect_found("does not open (");
    expect_found(subject);
}

TEST_F(VerifyKeptTest, a_sealed_value_of_a_subject_without_a_key_is_named) {
    change_sealed([](std::string& data) {
        const auto start = data.find(subject_member) + subject_member.size();
        data.replace(start, 8, "00000000");
    });
    expect_found("client:00000000-");
    expect_found("of whom the keyring knows nothing");
}

TEST_F(VerifyKeptTest, what_a_caller_writes_into_a_field_of_any_content_is_no_sealed_value) {
    {
        const auto store = open(directory_);
        tenancy::CreateTenant business;
        business.name = "Odd";
        business.slug = "odd";
        business.time_zone = "UTC";
        business.currency = "EUR";
        const json::Object looks_sealed{{"sealed", "AAAA"}, {"of", "client:1"}};
        business.settings = {{"theme", looks_sealed}, {"list", json::Array{looks_sealed}}};
        const auto made =
            run(*store, eventstore::house_request(catalogue, "create_tenant", kernel::system_tenant,
                                                  std::move(business)));
        ASSERT_TRUE(made) << made.error().detail;
    }
    expect_fine();
}

TEST_F(VerifyKeptTest, what_is_of_an_erased_subject_does_not_open_and_is_fine) {
    const auto subject = a_sealed_subject();
    const auto tenant = sealed_tenant();
    {
        const auto store = open(directory_);
        const auto erased = store->partition(0).keyring().erase_subject(tenant, subject);
        ASSERT_TRUE(erased) << erased.error().detail;
    }
    expect_fine();
}

TEST_F(VerifyKeptTest, a_kept_result_names_events_that_are_there) {
    run_keyed();
    const auto ran = verify();
    EXPECT_EQ(ran.exit_code, 0) << ran.out;
    EXPECT_EQ(ran.out.find(", 0 results, "), std::string::npos) << ran.out;
    change_result([](json::Object& answer) {
        answer.at("events").as_array().at(0).as_object()["id"] = kernel::to_string(kernel::Uuid{});
    });
    expect_found("a result kept for an idempotency key of tenant ");
    expect_found("names event 00000000-0000-0000-0000-000000000000, which does not stand at 0-");
}

TEST_F(VerifyKeptTest, a_kept_result_beyond_the_end_of_the_log_is_named) {
    run_keyed();
    change_result([](json::Object& answer) { answer["position"] = 1'000'000; });
    expect_found("says position 0-1000000, where the log ends at 0-");
}

TEST_F(VerifyKeptTest, a_snapshot_is_the_fold_of_its_events_or_named) {
    put_snapshot([](kernel::Held&) {});
    const auto ran = verify();
    EXPECT_EQ(ran.exit_code, 0) << ran.out;
    EXPECT_NE(ran.out.find(", 1 snapshots\n"), std::string::npos) << ran.out;
    put_snapshot([](kernel::Held& held) { ++held.revision; });
    expect_found("is not the fold of its events up to 0-");
}

TEST_F(VerifyKeptTest, a_checkpoint_of_a_policy_is_not_ahead_of_the_log) {
    change_log([](const Log& log, LogBatch& batch) {
        batch.put(Space::policies, eventstore::checkpoint_key("hold_ends"),
                  eventstore::encode(eventstore::PolicyCheckpoint{1, log.last_position() + 5}));
    });
    expect_found("policy hold_ends has reacted up to 0-");
}

TEST_F(VerifyKeptTest, a_timer_that_would_never_fire_is_named) {
    change_log([](const Log& log, LogBatch& batch) {
        batch.erase(Space::policies, eventstore::due_key(first_timer(log)));
    });
    expect_found(" would never fire.");
}

TEST_F(VerifyKeptTest, a_due_entry_of_no_timer_is_named) {
    change_log([](const Log& log, LogBatch& batch) {
        batch.erase(Space::policies, eventstore::timer_key(first_timer(log)));
    });
    expect_found(", and is not there.");
}

TEST_F(VerifyKeptTest, a_timer_stands_as_its_event_sets_it) {
    change_log([](const Log& log, LogBatch& batch) {
        auto timer = first_timer(log);
        batch.erase(Space::policies, eventstore::due_key(timer));
        timer.due += std::chrono::hours{1};
        put_timer(batch, timer);
    });
    expect_found("is not as 0-");
}

TEST_F(VerifyKeptTest, a_timer_that_no_event_has_set_is_named) {
    change_log([](const Log& log, LogBatch& batch) {
        auto timer = first_timer(log);
        timer.key = kernel::to_string(kernel::Uuid{});
        timer.id = eventstore::timer_id(timer.cause, timer.policy, timer.key);
        put_timer(batch, timer);
    });
    expect_found(" say that events have set them, of which ");
}

}  // namespace
}  // namespace almanac::replay
