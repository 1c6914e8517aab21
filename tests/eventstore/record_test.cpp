// The record's bytes are what the header says, for ever; nothing altered is ever accepted.
#include "eventstore/record.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "eventstore/record_rules.hpp"

namespace almanac::eventstore {
namespace {

std::string golden(const std::string& name) {
    std::ifstream file(std::string(ALMANAC_SOURCE_DIR) + "/tests/golden/" + name);
    std::string bytes;
    int high = -1;
    for (char c = 0; file.get(c);) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) continue;
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<char>(high * 16 + digit));
            high = -1;
        }
    }
    return bytes;
}

template <class Id>
Id id(std::string_view text) {
    return Id{*kernel::parse_uuid(text)};
}

Record small() {
    Record record;
    record.id = id<EventId>("00000000-0000-7000-8000-000000000000");
    record.type = "a";
    record.tenant = kernel::system_tenant;
    record.actor = {"system", ""};
    return record;
}

Record full() {
    Record record;
    record.id = id<EventId>("0196a5b1-9c00-7abc-8def-0123456789ab");
    record.type = "scheduling.appointment_booked";
    record.type_version = 3;
    record.tenant = id<TenantId>("0196a5b1-0000-7111-8222-333344445555");
    record.sequence = 0x0102030405060708;
    record.time = kernel::instant_from_micros(1'764'576'000'123'456);
    record.actor = {"user", "0196a5b1-0000-7aaa-8bbb-cccccccccccc"};
    record.correlation_id = "req-7f3a/42";
    record.causation_id = "0196a5b1-9bff-7abc-8def-0123456789ab";
    record.index = 1;
    record.count = 3;
    record.tags = {"appointment:0196a5b1-9c00-7abc-8def-000000000001",
                   "resource_month:0196a5b1-9c00-7abc-8def-000000000002/2026-12",
                   "service_day:0196a5b1-9c00-7abc-8def-000000000003/2026-12-01"};
    record.data =
        R"({"start":"2026-12-01T09:30:00Z","name":"María García","price":{"amount":2500,"currency":"EUR"}})";
    record.metadata = R"({"request_id":"req-7f3a/42","reason":"ünï"})";
    return record;
}

std::string code_of(Record record) {
    const auto bytes = encode(record);
    return bytes ? "accepted" : bytes.error().code;
}

TEST(Record, golden_files_are_written_byte_for_byte) {
    for (auto [name, record] :
         {std::pair{"record_v1_small.hex", small()}, {"record_v1_full.hex", full()}}) {
        const auto bytes = encode(record);
        ASSERT_TRUE(bytes) << bytes.error().detail;
        EXPECT_EQ(*bytes, golden(name)) << name;
    }
}

TEST(Record, golden_files_are_read_for_ever) {
    for (auto [name, expected] :
         {std::pair{"record_v1_small.hex", small()}, {"record_v1_full.hex", full()}}) {
        const auto record = decode(golden(name));
        ASSERT_TRUE(record) << record.error().detail;
        ASSERT_TRUE(encode(expected));  // sets the leaf
        EXPECT_EQ(*record, expected) << name;
    }
}

TEST(Record, view_reads_what_was_written) {
    auto record = full();
    const auto bytes = *encode(record);
    const auto view = RecordView::parse(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->id(), record.id);
    EXPECT_EQ(view->type(), record.type);
    EXPECT_EQ(view->type_version(), record.type_version);
    EXPECT_EQ(view->tenant(), record.tenant);
    EXPECT_EQ(view->sequence(), record.sequence);
    EXPECT_EQ(view->time(), record.time);
    EXPECT_EQ(view->actor_kind(), record.actor.kind);
    EXPECT_EQ(view->actor_id(), record.actor.id);
    EXPECT_EQ(view->correlation_id(), record.correlation_id);
    EXPECT_EQ(view->causation_id(), record.causation_id);
    EXPECT_EQ(view->index(), 1);
    EXPECT_EQ(view->count(), 3);
    EXPECT_EQ(view->data(), record.data);
    EXPECT_EQ(view->metadata(), record.metadata);
    EXPECT_EQ(view->leaf(), record.leaf);
    EXPECT_TRUE(view->leaf_matches());
    std::vector<std::string> tags;
    view->for_each_tag([&](std::string_view tag) { tags.emplace_back(tag); });
    EXPECT_EQ(tags, record.tags);
    EXPECT_TRUE(view->has_tag(record.tags[2]));
    EXPECT_FALSE(view->has_tag("appointment:0196a5b1"));
}

TEST(Record, every_flipped_bit_is_refused) {
    for (auto record : {small(), full()}) {
        const auto bytes = *encode(record);
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            auto broken = bytes;
            broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
            const auto read = decode(broken);
            ASSERT_FALSE(read) << "bit " << bit;
            ASSERT_EQ(read.error().kind, kernel::RejectionKind::corrupt);
        }
    }
}

TEST(Record, every_truncation_and_extension_is_refused) {
    auto record = full();
    const auto bytes = *encode(record);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(decode(std::string_view(bytes).substr(0, size))) << size;
    EXPECT_FALSE(decode(bytes + '\0'));
}

TEST(Record, view_of_random_bytes_never_reads_outside) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto record = full();
    const auto bytes = *encode(record);
    std::size_t parsed = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto broken = bytes.substr(0, 60 + random() % (bytes.size() - 59));
        for (int i = 0; i < 3; ++i)
            broken[1 + random() % (broken.size() - 1)] = static_cast<char>(random());
        const auto view = RecordView::parse(broken);
        if (!view) continue;
        ++parsed;
        std::size_t total = view->data().size() + view->metadata().size() + view->type().size();
        view->for_each_tag([&](std::string_view tag) { total += tag.size(); });
        ASSERT_LE(total, broken.size());
    }
    EXPECT_GT(parsed, 0U);
}

TEST(Record, random_records_come_back_equal) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 500; ++round) {
        auto record = full();
        record.type = "t" + std::string(random() % type_bytes_max, 'x');
        record.type_version = static_cast<std::uint16_t>(1 + random() % 65'535);
        record.sequence = random();
        record.time = kernel::instant_from_micros(static_cast<std::int64_t>(
            random() % static_cast<std::uint64_t>(kernel::instant_us_max)));
        record.actor.id = std::string(random() % (actor_id_bytes_max + 1), 'a');
        record.correlation_id = std::string(random() % (correlation_bytes_max + 1), '~');
        record.count = static_cast<std::uint16_t>(1 + random() % events_per_command_max);
        record.index = static_cast<std::uint16_t>(random() % record.count);
        record.tags.clear();
        for (std::size_t i = 0, n = random() % (tags_per_event_max + 1); i < n; ++i)
            record.tags.push_back("k:" + std::to_string(i) + std::string(random() % 150, 'y'));
        record.data = "{" + std::string(random() % 5'000, ' ') + "}";
        const auto bytes = encode(record);
        ASSERT_TRUE(bytes) << bytes.error().detail;
        const auto read = decode(*bytes);
        ASSERT_TRUE(read) << read.error().detail;
        ASSERT_EQ(*read, record);
    }
}

TEST(Record, limits_are_kept_to_the_byte) {
    auto record = small();
    const auto overhead = encode(record)->size() - 2;
    record.data = "{" + std::string(record_bytes_max - overhead - 2, ' ') + "}";
    EXPECT_EQ(encode(record)->size(), record_bytes_max);
    record.data.insert(1, " ");
    EXPECT_EQ(code_of(record), "limit_reached");
    record = small();
    for (int i = 0; i < 256; ++i) record.tags.push_back("k:" + std::to_string(i));
    EXPECT_EQ(code_of(record), "accepted");
    record.tags.push_back("k:x");
    EXPECT_EQ(code_of(record), "limit_reached");
    record.tags = {"k:" + std::string(198, 'x')};
    EXPECT_EQ(code_of(record), "accepted");
    record.tags = {"k:" + std::string(199, 'x')};
    EXPECT_EQ(code_of(record), "limit_reached");
    record = small();
    record.correlation_id = std::string(128, '!');
    EXPECT_EQ(code_of(record), "accepted");
    record.correlation_id += '!';
    EXPECT_EQ(code_of(record), "invalid_event");
    record = small();
    record.count = 1'001;
    EXPECT_EQ(code_of(record), "limit_reached");
}

TEST(Record, what_is_not_of_its_form_is_refused) {
    const auto refused = [](auto change) {
        auto record = full();
        change(record);
        return code_of(record) == "invalid_event";
    };
    for (const std::string type : {"", "Upper", "1st", "with space", "a-b"})
        EXPECT_TRUE(refused([&](Record& r) { r.type = type; })) << type;
    EXPECT_TRUE(refused([](Record& r) { r.type_version = 0; }));
    for (const std::string tag :
         {"", "kind", "kind:", ":key", "Kind:key", "kind:a\nb", "kind:\xff"})
        EXPECT_TRUE(refused([&](Record& r) { r.tags = {tag}; })) << tag;
    EXPECT_TRUE(refused([](Record& r) { r.tags = {std::string("kind:a\0b", 8)}; }));
    EXPECT_TRUE(refused([](Record& r) { r.tags = {"kind:a", "kind:b", "kind:a"}; }));
    EXPECT_TRUE(refused([](Record& r) { r.correlation_id = "with space"; }));
    EXPECT_TRUE(refused([](Record& r) { r.causation_id = "ü"; }));
    EXPECT_TRUE(refused([](Record& r) { r.actor.kind = ""; }));
    EXPECT_TRUE(refused([](Record& r) { r.actor.id = "a\x7f"; }));
    EXPECT_TRUE(refused([](Record& r) { r.index = 3; }));
    EXPECT_TRUE(refused([](Record& r) { r.time = kernel::instant_from_micros(-1); }));
    EXPECT_TRUE(refused(
        [](Record& r) { r.time = kernel::instant_from_micros(kernel::instant_us_max + 1); }));
    for (const std::string data : {"", "[]", "{", "null", "{\"a\":\"\xc0\xaf\"}"})
        EXPECT_TRUE(refused([&](Record& r) { r.data = data; })) << data;
    EXPECT_TRUE(refused([](Record& r) { r.metadata = "1"; }));
}

TEST(Record, utf8_is_what_unicode_says) {
    for (const std::string_view good :
         {"", "abc", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf",
          "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const std::string_view bad :
         {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "12345678\xff"})
        EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace almanac::eventstore
