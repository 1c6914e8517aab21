// What a batch of views writes: in key order, the last word of each key, without what was taken
// back.
#include "projections/staged_rows.hpp"

#include <gtest/gtest.h>
#include <rocksdb/write_batch.h>

#include <map>
#include <optional>
#include <random>

namespace almanac::projections {
namespace {

class Reader final : public rocksdb::WriteBatch::Handler {
  public:
    void Put(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
        rows.emplace_back(key.ToString(), value.ToString());
    }
    void Delete(const rocksdb::Slice& key) override {
        rows.emplace_back(key.ToString(), std::nullopt);
    }
    std::vector<std::pair<std::string, std::optional<std::string>>> rows;
};

auto laid_down(StagedRows& staged) {
    rocksdb::WriteBatch batch;
    staged.lay_down([&](std::string_view key, const std::string_view* value) {
        const rocksdb::Slice at(key.data(), key.size());
        if (value == nullptr) return batch.Delete(at);
        return batch.Put(at, {value->data(), value->size()});
    });
    Reader reader;
    EXPECT_TRUE(batch.Iterate(&reader).ok());
    return reader.rows;
}

TEST(StagedRows, always_equal_a_model) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    StagedRows staged;
    for (int round = 0; round < 200; ++round) {
        std::map<std::string, std::optional<std::string>> model;
        for (auto job = random() % 20; job > 0; --job) {
            const auto mark = staged.mark();
            const auto before = model;
            for (auto writes = random() % 8; writes > 0; --writes) {
                const auto key = std::string(random() % 4, 'k') + std::to_string(random() % 30);
                if (random() % 4 == 0) {
                    staged.erase(key);
                    model[key] = std::nullopt;
                } else {
                    const auto value = std::string(random() % 50, 'v') + std::to_string(round);
                    staged.put(key, value);
                    model[key] = value;
                }
            }
            if (random() % 3 > 0) continue;
            staged.take_back_to(mark);
            model = before;
        }
        const decltype(Reader::rows) expected(model.begin(), model.end());
        EXPECT_EQ(laid_down(staged), expected);
        staged.clear();
    }
}

// Keys that share long beginnings, end within others, differ by zeros behind their end, and come
// again: what is ordered eight bytes at a time.
TEST(StagedRows, order_long_keys_as_bytes_are_ordered) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    StagedRows staged;
    for (int round = 0; round < 100; ++round) {
        std::map<std::string, std::optional<std::string>> model;
        const std::string beginning(random() % 30, 'b');
        for (int writes = 0; writes < 400; ++writes) {
            auto key = beginning;
            for (auto parts = random() % 4; parts > 0; --parts)
                key += std::string(random() % 12, "\0a\xff"[random() % 3]);
            const auto value = std::to_string(writes);
            staged.put(key, value);
            model[key] = value;
        }
        const decltype(Reader::rows) expected(model.begin(), model.end());
        EXPECT_EQ(laid_down(staged), expected);
        staged.clear();
    }
}

TEST(StagedRows, hold_keys_and_values_of_any_bytes) {
    StagedRows staged;
    const std::string zeros("\0\xff\0", 3);
    staged.put(zeros, zeros);
    staged.put("", "");
    const auto rows = laid_down(staged);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0], std::pair(std::string(), std::optional<std::string>("")));
    EXPECT_EQ(rows[1], std::pair(zeros, std::optional(zeros)));
}

}  // namespace
}  // namespace almanac::projections
