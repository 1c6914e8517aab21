#include "eventstore/master_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
mode_t mode_of(const std::filesystem::path& file) {
    struct stat about{};
    EXPECT_EQ(::stat(file.c_str(), &about), 0);
    return about.st_mode & 07777;
}

TEST(MasterKey, is_made_once_with_mode_0600_and_loads_the_same_bytes) {
    const TemporaryDirectory home;
    const auto file = home / "master.key";
    const auto previous = ::umask(0);
    const auto made = MasterKey::create(file);
    ::umask(previous);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(mode_of(file), 0600u);
    EXPECT_EQ(std::filesystem::file_size(file), 32u);
    const auto loaded = MasterKey::load(file);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_TRUE(std::ranges::equal(made->bytes(), loaded->bytes()));
    const auto other = MasterKey::create(home / "other.key");
    ASSERT_TRUE(other);
    EXPECT_FALSE(std::ranges::equal(made->bytes(), other->bytes()));
}

TEST(MasterKey, leaves_nothing_else_beside_it) {
    const TemporaryDirectory home;
    ASSERT_TRUE(MasterKey::create(home / "master.key"));
    EXPECT_EQ(everything_in(home / "").size(), 1u);
}

TEST(MasterKey, is_never_overwritten) {
    const TemporaryDirectory home;
    const auto file = home / "master.key";
    ASSERT_TRUE(MasterKey::create(file));
    const auto before = everything_in(home / "");
    const auto again = MasterKey::create(file);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, "master_key_exists");
    EXPECT_EQ(everything_in(home / ""), before);
    write_bytes(home / "empty.key", "");
    const auto over_empty = MasterKey::create(home / "empty.key");
    ASSERT_FALSE(over_empty);
    EXPECT_EQ(over_empty.error().code, "master_key_exists");
}

TEST(MasterKey, refuses_a_directory_that_is_not_there) {
    const TemporaryDirectory home;
    const auto made = MasterKey::create(home / "no/master.key");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, "master_key_write_failed");
}

TEST(MasterKey, refuses_every_mode_looser_than_0600) {
    const TemporaryDirectory home;
    const auto file = home / "master.key";
    ASSERT_TRUE(MasterKey::create(file));
    for (const mode_t mode : {0601, 0602, 0604, 0610, 0620, 0640, 0644, 0660, 0666, 0700, 04600}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        const auto loaded = MasterKey::load(file);
        ASSERT_FALSE(loaded) << std::oct << mode;
        EXPECT_EQ(loaded.error().code, "master_key_mode");
        EXPECT_NE(loaded.error().detail.find("0600"), std::string::npos);
    }
    for (const mode_t mode : {0600, 0400}) {
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
        EXPECT_TRUE(MasterKey::load(file)) << std::oct << mode;
    }
}

TEST(MasterKey, refuses_a_missing_file_a_directory_and_a_wrong_length) {
    const TemporaryDirectory home;
    const auto file = home / "master.key";
    const auto missing = MasterKey::load(file);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, "master_key_missing");
    EXPECT_NE(missing.error().detail.find(file.string()), std::string::npos);
    const auto folder = MasterKey::load(home / "");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, "master_key_unreadable");
    for (const std::size_t size : {0, 1, 31, 33, 64}) {
        write_bytes(file, std::string(size, 'k'));
        ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
        const auto loaded = MasterKey::load(file);
        ASSERT_FALSE(loaded) << size;
        EXPECT_EQ(loaded.error().code, "master_key_length");
    }
}

TEST(MasterKey, follows_the_link_of_a_mounted_secret) {
    const TemporaryDirectory home;
    ASSERT_TRUE(MasterKey::create(home / "real.key"));
    std::filesystem::create_symlink(home / "real.key", home / "master.key");
    EXPECT_TRUE(MasterKey::load(home / "master.key"));
    const auto over_link = MasterKey::create(home / "master.key");
    ASSERT_FALSE(over_link);
    EXPECT_EQ(over_link.error().code, "master_key_exists");
}
}  // namespace
}  // namespace almanac::eventstore
