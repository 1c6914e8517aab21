#include "eventstore/search_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "eventstore/normalize.hpp"
#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Uuid;
using Ids = std::vector<Uuid>;

Uuid id(int n) {
    Uuid made;
    for (std::size_t i = 0; i < 4; ++i)
        made.bytes[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
    return made;
}

class SearchIndexTest : public testing::Test {
  protected:
    const kernel::TenantId salon = tenant_number(1);
    const kernel::TenantId clinic = tenant_number(2);
    SearchIndex index;
    const std::vector<SearchEntry> people{
        {id(1), "García", "María", "maria@example.es", "+34 612 345 678"},
        {id(2), "García López", "Ana", "ana.lopez@example.es", "+34699000111"},
        {id(3), "Álvarez", "José", "JOSÉ@example.es", ""},
        {id(4), "Müller", "Zoë", "", "0049 30 1234567"},
        {id(5), "García", "María", "", ""},
    };

    void load(SearchIndex& into, const kernel::TenantId& tenant, std::uint64_t position = 10) {
        const auto filling = into.begin(tenant);
        ASSERT_TRUE(filling);
        ASSERT_EQ(into.load(*filling, people, position), SearchState::ready);
    }
    void SetUp() override { load(index, salon); }
    Ids find(std::string_view query) { return index.find(salon, query, 100).value().ids; }
    Ids order() { return index.sorted_by_last_name(salon, 100).value().ids; }
};

TEST_F(SearchIndexTest, finds_parts_of_names_mails_and_phones_without_marks_or_case) {
    EXPECT_EQ(find("garc"), (Ids{id(5), id(1), id(2)}));
    EXPECT_EQ(find("GARCÍA"), (Ids{id(5), id(1), id(2)}));
    EXPECT_EQ(find("maria garcia"), (Ids{id(5), id(1)}));
    EXPECT_EQ(find("lopez ana"), (Ids{id(2)}));
    EXPECT_EQ(find("  zoe "), (Ids{id(4)}));
    EXPECT_EQ(find("jose@"), (Ids{id(3)}));
    EXPECT_EQ(find("josé@"), (Ids{id(3)}));
    EXPECT_EQ(find("example.es"), (Ids{id(3), id(1), id(2)}));
    EXPECT_EQ(find("nobody"), Ids{});
    EXPECT_EQ(find("garcia nobody"), Ids{});
    EXPECT_EQ(find(""), order());
}

TEST_F(SearchIndexTest, finds_phones_however_they_are_typed) {
    for (const auto* query : {"612345678", "612 345 678", "612-345", "+34 612", "0034612",
                              "(34) 612", "345678", "34612345678"}) {
        EXPECT_EQ(find(query), (Ids{id(1)})) << query;
    }
    EXPECT_EQ(find("+49"), (Ids{id(4)}));
    EXPECT_EQ(find("345 612"), (Ids{id(1)}));  // words, each within the phone
    EXPECT_EQ(find("6123456789"), Ids{});
}

TEST_F(SearchIndexTest, a_word_never_matches_across_two_fields) {
    EXPECT_EQ(find("garciamaria"), Ids{});
    EXPECT_EQ(find("garcia\x1fmaria"), (Ids{id(5), id(1)}));  // a control character is a gap
}

TEST_F(SearchIndexTest, sorts_by_folded_last_name_then_first_name_then_id) {
    EXPECT_EQ(order(), (Ids{id(3), id(5), id(1), id(2), id(4)}));
    auto backwards = order();
    std::ranges::reverse(backwards);
    EXPECT_EQ(index.sorted_by_last_name(salon, 100, true).value().ids, backwards);
}

TEST_F(SearchIndexTest, exact_compares_whole_values_in_normal_form) {
    const auto email = [&](std::string_view text) {
        return index.exact_email(salon, text).value().ids;
    };
    const auto phone = [&](std::string_view text) {
        return index.exact_phone(salon, text).value().ids;
    };
    EXPECT_EQ(email(" Maria@Example.es "), (Ids{id(1)}));
    EXPECT_EQ(email("josé@example.es"), (Ids{id(3)}));
    EXPECT_EQ(email("jose@example.es"), Ids{});
    EXPECT_EQ(email("aria@example.es"), Ids{});
    EXPECT_EQ(email("nonsense"), Ids{});
    EXPECT_EQ(email(""), Ids{});
    EXPECT_EQ(phone("0034-612-345-678"), (Ids{id(1)}));
    EXPECT_EQ(phone("+3461234567"), Ids{});
    EXPECT_EQ(phone("612345678"), Ids{});
}

TEST_F(SearchIndexTest, follows_changes_in_log_order_and_ignores_the_past) {
    index.put(salon, {id(6), "Abad", "Eva", "", ""}, 11);
    EXPECT_EQ(find("abad"), (Ids{id(6)}));
    index.put(salon, {id(6), "Zurita", "Eva", "", ""}, 12);
    EXPECT_EQ(find("abad"), Ids{});
    EXPECT_EQ(order().back(), id(6));
    index.erase(salon, id(1), 13);
    EXPECT_EQ(find("612345678"), Ids{});
    index.put(salon, {id(1), "García", "María", "", "+34612345678"}, 13);
    index.put(salon, {id(1), "García", "María", "", "+34612345678"}, 3);
    EXPECT_EQ(find("612345678"), Ids{});
    index.advance(salon, 20);
    index.erase(salon, id(99), 21);
    EXPECT_EQ(index.position(salon), 21u);
    EXPECT_EQ(index.find(salon, "eva", 10).value().position, 21u);
    index.put(clinic, people[0], 1);
    EXPECT_EQ(index.state(clinic), SearchState::absent);
}

TEST_F(SearchIndexTest, changes_that_come_while_it_is_filled_are_not_lost) {
    const auto filling = index.begin(clinic);
    ASSERT_TRUE(filling);
    EXPECT_FALSE(index.begin(clinic));
    EXPECT_EQ(index.state(clinic), SearchState::loading);
    EXPECT_EQ(index.find(clinic, "", 10).error().code, "search_not_ready");
    index.erase(clinic, id(1), 9);  // already within what is read at 10
    index.put(clinic, {id(6), "Abad", "Eva", "", ""}, 11);
    index.erase(clinic, id(2), 12);
    index.advance(clinic, 15);
    index.advance(clinic, 16);
    ASSERT_EQ(index.load(*filling, people, 10), SearchState::ready);
    EXPECT_EQ(index.sorted_by_last_name(clinic, 10).value().ids,
              (Ids{id(6), id(3), id(5), id(1), id(4)}));
    EXPECT_EQ(index.position(clinic), 16u);
    EXPECT_EQ(index.load(*filling, {}, 20), SearchState::ready);  // once only
    EXPECT_EQ(index.position(clinic), 16u);
}

TEST_F(SearchIndexTest, a_filling_that_was_dropped_does_not_count) {
    const auto old = index.begin(clinic);
    index.drop(clinic);
    EXPECT_EQ(index.load(*old, people, 10), SearchState::absent);
    const auto fresh = index.begin(clinic);
    index.put(clinic, {id(6), "Abad", "Eva", "", ""}, 11);
    EXPECT_EQ(index.load(*old, people, 10), SearchState::absent);
    EXPECT_EQ(index.state(clinic), SearchState::loading);
    EXPECT_EQ(index.load(*fresh, {}, 10), SearchState::ready);
    EXPECT_EQ(index.find(clinic, "abad", 10).value().ids, (Ids{id(6)}));
}

TEST_F(SearchIndexTest, pages_join_without_gap_or_repetition_while_entries_change) {
    Ids seen;
    std::string after;
    for (int page = 0; page < 5; ++page) {
        const auto got = index.find(salon, "", 1, after).value();
        ASSERT_EQ(got.ids.size(), 1u);
        seen.push_back(got.ids[0]);
        EXPECT_EQ(got.next.has_value(), page < 4);
        after = got.next.value_or("");
        index.erase(salon, got.ids[0], 100 + static_cast<std::uint64_t>(page));
    }
    EXPECT_EQ(seen, (Ids{id(3), id(5), id(1), id(2), id(4)}));
}

TEST_F(SearchIndexTest, a_cursor_tells_nothing_and_belongs_to_its_tenant) {
    const auto next = index.sorted_by_last_name(salon, 2).value().next.value();
    EXPECT_EQ(next.find("garc"), std::string::npos);
    EXPECT_EQ(index.sorted_by_last_name(salon, 1, false, next).value().ids, (Ids{id(1)}));
    EXPECT_EQ(index.sorted_by_last_name(salon, 9, true, next).value().ids, (Ids{id(3)}));
    load(index, clinic);
    const auto elsewhere = index.sorted_by_last_name(clinic, 1, false, next);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().errors.at(0).code, "cursor");
    EXPECT_FALSE(index.find(salon, "", 1, "nonsense"));
    SearchIndex restarted;
    load(restarted, salon);
    EXPECT_FALSE(restarted.find(salon, "", 1, next));
}

TEST_F(SearchIndexTest, a_tenant_beyond_its_limit_is_dropped_and_remembered) {
    SearchIndex small({.tenant_bytes_max = 1500, .total_bytes_max = 100'000});
    load(small, salon);
    EXPECT_GT(small.bytes(salon), 5 * 176u);
    for (std::uint64_t n = 0; n < 20; ++n) {
        small.put(salon, {id(100 + static_cast<int>(n)), "Name", "First", "", ""}, 11 + n);
    }
    EXPECT_EQ(small.state(salon), SearchState::too_large);
    EXPECT_EQ(small.find(salon, "x", 1).error().code, "search_too_large");
    EXPECT_EQ(small.total_bytes(), 0u);
    EXPECT_FALSE(small.begin(salon));
    small.drop(salon);
    const auto filling = small.begin(salon);
    ASSERT_TRUE(filling);
    EXPECT_EQ(small.load(*filling, std::vector<SearchEntry>(100, people[0]), 1),
              SearchState::ready);  // one person, a hundred times
    small.drop(salon);
    std::vector<SearchEntry> many;
    for (int n = 0; n < 100; ++n) many.push_back({id(n), "Name", "", "", ""});
    EXPECT_EQ(small.load(*small.begin(salon), many, 1), SearchState::too_large);
}

TEST_F(SearchIndexTest, the_least_recently_asked_tenant_makes_room) {
    SearchIndex small({.tenant_bytes_max = 3000, .total_bytes_max = 3000});
    load(small, tenant_number(1));
    load(small, tenant_number(2));
    ASSERT_EQ(small.state(tenant_number(1)), SearchState::ready);
    ASSERT_TRUE(small.find(tenant_number(1), "x", 1));
    load(small, tenant_number(3));
    EXPECT_EQ(small.state(tenant_number(1)), SearchState::ready);
    EXPECT_EQ(small.state(tenant_number(2)), SearchState::absent);
    EXPECT_EQ(small.state(tenant_number(3)), SearchState::ready);
    EXPECT_LE(small.total_bytes(), 3000u);
    EXPECT_EQ(small.total_bytes(), small.bytes(tenant_number(1)) + small.bytes(tenant_number(3)));
}

TEST_F(SearchIndexTest, agrees_with_a_plain_scan_under_random_changes) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::string> names{"García", "Gil", "Álvarez", "Müller", "Li", "", "Smith"};
    std::map<Uuid, SearchEntry> model;
    index.drop(salon);
    ASSERT_EQ(index.load(*index.begin(salon), {}, 0), SearchState::ready);
    for (std::uint64_t step = 1; step <= 3000; ++step) {
        const auto who = id(static_cast<int>(random() % 60));
        if (random() % 4 == 0) {
            model.erase(who);
            index.erase(salon, who, step);
        } else {
            SearchEntry entry{who, names[random() % names.size()], names[random() % names.size()],
                              "", "+3460000" + std::to_string(1000 + random() % 9000)};
            model[who] = entry;
            index.put(salon, entry, step);
        }
        if (step % 50 != 0) continue;
        const auto part =
            fold_for_search(names[random() % names.size()]).substr(0, 1 + random() % 3);
        std::vector<std::pair<std::string, Uuid>> expected;
        for (const auto& [key, entry] : model) {
            const auto text = fold_for_search(entry.last_name) + "\x1f" +
                              fold_for_search(entry.first_name) + "\x1f\x1f" + entry.phone;
            if (text.find(part) != std::string::npos) expected.emplace_back(text, key);
        }
        std::ranges::sort(expected);
        Ids got;
        std::string after;
        do {
            const auto page = index.find(salon, part, 7, after).value();
            got.insert(got.end(), page.ids.begin(), page.ids.end());
            after = page.next.value_or("");
        } while (!after.empty());
        Ids wanted;
        for (const auto& [text, key] : expected) wanted.push_back(key);
        ASSERT_EQ(got, wanted) << part;
    }
    for (const auto& [key, entry] : std::map(model)) index.erase(salon, key, 4000);
    EXPECT_LE(index.sorted_by_last_name(salon, 100).value().ids.size(), model.size());
}

TEST_F(SearchIndexTest, counts_its_bytes_back_to_nothing) {
    std::uint64_t position = 10;
    for (const auto& person : people) index.erase(salon, person.id, ++position);
    EXPECT_EQ(index.bytes(salon), 0u);
    EXPECT_EQ(index.total_bytes(), 0u);
    EXPECT_EQ(index.state(salon), SearchState::ready);
}

TEST_F(SearchIndexTest, readers_and_one_writer_work_together) {
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    const auto read = [&] {
        std::uint64_t last = 0;
        while (!done) {
            const auto page = index.find(salon, "garcia", 50);
            if (!page) {
                if (page.error().code != "search_not_ready") ++wrong;
                continue;
            }
            if (page->position < last) ++wrong;
            last = page->position;
        }
    };
    std::thread first(read);
    std::thread second(read);
    for (std::uint64_t n = 11; n < 2000; ++n) {
        index.put(salon, {id(static_cast<int>(n % 40)), "García", "X", "", ""}, n);
        if (n % 3 == 0) index.erase(salon, id(static_cast<int>(n % 17)), n + 1);
        load(index, tenant_number(static_cast<std::uint8_t>(3)));
        index.drop(tenant_number(3));
    }
    done = true;
    first.join();
    second.join();
    EXPECT_EQ(wrong, 0);
}
}  // namespace
}  // namespace almanac::eventstore
