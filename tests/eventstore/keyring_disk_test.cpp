// What is on disk: refusals that touch nothing, damage, power cuts, and that destroyed means gone.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "eventstore/keyring_entries.hpp"
#include "eventstore/keyring_store.hpp"
#include "tests/eventstore/keyring_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;
using kernel::RejectionKind;

class KeyringDiskTest : public KeyringTest {
  protected:
    void expect_refused(std::string_view code, const MasterKey& key, const kernel::Uuid& id) {
        const auto before = everything_in(directory);
        for (const bool read_only : {true, false}) {
            const auto opened = Keyring::open(directory, key, id, read_only);
            ASSERT_FALSE(opened);
            EXPECT_EQ(opened.error().code, code) << opened.error().detail;
        }
        EXPECT_EQ(everything_in(directory), before);
    }
    void expect_refused(std::string_view code) { expect_refused(code, master, log_id); }

    std::string entry_value(const std::string& entry) {
        const auto store = KeyringStore::open(directory, KeyringStore::Mode::read_only);
        return (*store)->get(entry).value().value();
    }
    void put_entry(const std::string& entry, std::optional<std::string> value) {
        const auto store = KeyringStore::open(directory, KeyringStore::Mode::writable);
        ASSERT_TRUE((*store)->write({{entry, std::move(value)}}));
    }
    std::vector<fs::path> files(std::string_view extension) const {
        std::vector<fs::path> found;
        for (const auto& file : fs::directory_iterator(directory)) {
            if (file.path().extension() == extension) found.push_back(file.path());
        }
        std::ranges::sort(found);
        return found;
    }
    std::unique_ptr<Keyring> create_with_clients(int count) {
        auto keyring = create();
        EXPECT_TRUE(keyring->create_tenant(salon));
        for (int i = 0; i < count; ++i) {
            sealed.push_back(
                seal(*keyring, salon, "client:" + std::to_string(i), "f", std::to_string(i)));
            EXPECT_TRUE(keyring->sync());
        }
        return keyring;
    }
    std::vector<std::string> sealed;
};

TEST_F(KeyringDiskTest, a_missing_keyring_is_refused_and_not_made) {
    const auto opened = Keyring::open(directory, master, log_id, false);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "keyring_missing");
    EXPECT_EQ(Keyring::peek_generation(directory).error().code, "keyring_missing");
    EXPECT_FALSE(fs::exists(directory));
    fs::create_directory(directory);
    expect_refused("keyring_missing");
}

TEST_F(KeyringDiskTest, create_refuses_a_directory_in_use) {
    create();
    const auto before = everything_in(directory);
    EXPECT_EQ(Keyring::create(directory, master, log_id).error().code, "keyring_exists");
    EXPECT_EQ(everything_in(directory), before);
    fs::create_directory(home / "other");
    write_bytes(home / "other/file", "x");
    EXPECT_EQ(Keyring::create(home / "other", master, log_id).error().code, "keyring_exists");
}

TEST_F(KeyringDiskTest, its_directory_is_for_the_owner_only) {
    create();
    EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
}

TEST_F(KeyringDiskTest, another_log_another_master_key_and_another_format_are_refused) {
    create_with_clients(1);
    expect_refused("keyring_foreign", master, kernel::Uuid{{1}});
    constexpr std::array<std::uint8_t, 32> other{7};
    expect_refused("keyring_master_key", MasterKey::from_bytes(other), log_id);
    put_entry(std::string(entries::meta_format), "\x02");
    expect_refused("keyring_format");
}

TEST_F(KeyringDiskTest, missing_meta_entries_are_damage) {
    create_with_clients(1);
    for (const auto name : {entries::meta_log_id, entries::meta_generation, entries::meta_format,
                            entries::meta_master_check}) {
        const std::string entry(name);
        const auto value = entry_value(entry);
        put_entry(entry, std::nullopt);
        expect_refused("keyring_damaged");
        put_entry(entry, value);
    }
    put_entry(std::string(entries::meta_generation), "short");
    expect_refused("keyring_damaged");
    EXPECT_EQ(Keyring::peek_generation(directory).error().code, "keyring_damaged");
}

TEST_F(KeyringDiskTest, a_lost_file_is_refused) {
    create_with_clients(3);
    reopen();  // moves the write-ahead log into a table
    const auto tables = files(".sst");
    ASSERT_FALSE(tables.empty());
    const auto bytes = read_bytes(tables[0]);
    fs::remove(tables[0]);
    expect_refused("keyring_damaged");
    write_bytes(tables[0], bytes.substr(0, bytes.size() / 2));
    expect_refused("keyring_damaged");
    write_bytes(tables[0], bytes);
    const auto current = read_bytes(directory / "CURRENT");
    fs::remove(directory / "CURRENT");
    expect_refused("keyring_damaged");
    write_bytes(directory / "CURRENT", current);
    EXPECT_EQ(reopen()->open(salon, sealed[2], "client:2", "f").value(), "2");
}

TEST_F(KeyringDiskTest, no_flipped_bit_of_a_table_is_ever_taken_for_an_answer) {
    create_with_clients(3);
    reopen();
    const auto tables = files(".sst");
    ASSERT_FALSE(tables.empty());
    const auto bytes = read_bytes(tables[0]);
    int noticed = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 7) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write_bytes(tables[0], damaged);
        const auto keyring = Keyring::open(directory, master, log_id, true);
        if (!keyring) {
            ++noticed;
            continue;
        }
        if (!(*keyring)->verify()) ++noticed;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto opened =
                (*keyring)->open(salon, sealed[i], "client:" + std::to_string(i), "f");
            EXPECT_TRUE(!opened || opened.value() == std::to_string(i)) << "byte " << at;
        }
    }
    EXPECT_GT(noticed, 0);
    write_bytes(tables[0], bytes);
    EXPECT_TRUE(reopen()->verify());
}

TEST_F(KeyringDiskTest, a_torn_last_write_is_a_power_cut_and_shows_in_the_generation) {
    auto keyring = create_with_clients(5);
    EXPECT_EQ(keyring->generation(), 6u);
    keyring = nullptr;
    const auto logs = files(".log");
    ASSERT_EQ(logs.size(), 1u);
    const auto bytes = read_bytes(logs[0]);
    write_bytes(logs[0], bytes.substr(0, bytes.size() - 3));
    const auto before = everything_in(directory);
    EXPECT_EQ(Keyring::peek_generation(directory).value(), 5u);
    EXPECT_EQ(everything_in(directory), before);
    keyring = reopen();
    EXPECT_EQ(keyring->generation(), 5u);
    EXPECT_EQ(keyring->subject_state(salon, "client:4").value(), SubjectState::absent);
    EXPECT_EQ(keyring->open(salon, sealed[3], "client:3", "f").value(), "3");
}

TEST_F(KeyringDiskTest, damage_inside_the_write_ahead_log_shows_before_anything_is_touched) {
    create_with_clients(6);
    const auto logs = files(".log");
    ASSERT_EQ(logs.size(), 1u);
    auto bytes = read_bytes(logs[0]);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_bytes(logs[0], bytes);
    const auto before = everything_in(directory);
    const auto generation = Keyring::peek_generation(directory);
    ASSERT_TRUE(generation);
    EXPECT_LT(*generation, 7u);
    EXPECT_EQ(everything_in(directory), before);
}

TEST_F(KeyringDiskTest, a_wrap_moved_to_another_place_does_not_open) {
    create_with_clients(2);
    const auto other = entry_value(entries::subject(salon, "client:1"));
    put_entry(entries::subject(salon, "client:0"), other);
    const auto keyring = reopen();
    EXPECT_EQ(keyring->open(salon, sealed[0], "client:0", "f").error().kind,
              RejectionKind::corrupt);
    const auto verdict = keyring->verify();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, RejectionKind::corrupt);
}

TEST_F(KeyringDiskTest, verify_finds_every_kind_of_wrong_entry) {
    auto keyring = create_with_clients(1);
    ASSERT_TRUE(keyring->result_mac(salon, 5, "x"));
    ASSERT_TRUE(keyring->claim(salon, ClaimKind::email, "a@b", {}));
    ASSERT_TRUE(keyring->sync());
    EXPECT_TRUE(keyring->verify());
    keyring = nullptr;
    std::vector<std::string> all;
    {
        const auto store = KeyringStore::open(directory, KeyringStore::Mode::read_only);
        ASSERT_TRUE((*store)->scan("", "", [&](auto key, auto) {
            if (!key.starts_with('m')) all.emplace_back(key);
            return true;
        }));
    }
    ASSERT_EQ(all.size(), 8u);  // t c s d k e r p
    for (const auto& entry : all) {
        const auto value = entry_value(entry);
        put_entry(entry, value + "x");
        EXPECT_FALSE(reopen(true)->verify()) << entry[0];
        put_entry(entry, value);
    }
    put_entry("zunknown", "x");
    EXPECT_FALSE(reopen(true)->verify());
}

TEST_F(KeyringDiskTest, destroyed_keys_are_in_no_file_any_more) {
    auto keyring = create_with_clients(40);
    std::vector<std::string> wraps;
    for (int i = 0; i < 40; ++i) {
        auto wrap = entry_value(entries::subject(salon, "client:" + std::to_string(i)));
        wraps.push_back(wrap.substr(5));
    }
    for (int i = 0; i < 40; ++i) {
        const auto at = static_cast<std::size_t>(i);
        EXPECT_TRUE(any_file_holds(directory, wraps[at])) << i;
        ASSERT_TRUE(keyring->erase_subject(salon, "client:" + std::to_string(i)));
        EXPECT_FALSE(any_file_holds(directory, wraps[at])) << i;
        if (i % 10 == 9) {
            keyring = nullptr;
            keyring = reopen();
            EXPECT_FALSE(any_file_holds(directory, wraps[at])) << i;
        }
        EXPECT_TRUE(i == 39 || any_file_holds(directory, wraps[at + 1])) << i;
    }
}

TEST_F(KeyringDiskTest, a_whole_month_of_traces_goes_at_once) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    std::vector<std::string> subjects;
    for (int i = 0; i < 3000; ++i)
        subjects.push_back("trace:user:" + std::to_string(i) + "/2026-01");
    for (const auto& subject : subjects) seal(*keyring, salon, subject, "trace.address", "\"::1\"");
    const auto kept = seal(*keyring, salon, "trace:user:1/2026-02", "trace.address", "\"::1\"");
    ASSERT_TRUE(keyring->sync());
    const auto wrap = entry_value(entries::subject(salon, subjects[1500])).substr(5);
    ASSERT_TRUE(any_file_holds(directory, wrap));
    const auto generation = keyring->generation();
    ASSERT_TRUE(keyring->erase_subjects(salon, subjects));
    EXPECT_EQ(keyring->generation(), generation + 1);
    EXPECT_FALSE(any_file_holds(directory, wrap));
    EXPECT_EQ(keyring->open(salon, kept, "trace:user:1/2026-02", "trace.address").value(),
              "\"::1\"");
}

TEST_F(KeyringDiskTest, a_key_erased_before_its_first_sync_never_reaches_the_disk) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    const auto gone = seal(*keyring, salon, "client:1", "f", "1");
    ASSERT_TRUE(keyring->erase_subject(salon, "client:1"));
    EXPECT_EQ(entry_value(entries::subject(salon, "client:1")), entries::erased_subject());
    EXPECT_EQ(keyring->open(salon, gone, "client:1", "f").value(), std::nullopt);
}

TEST_F(KeyringDiskTest, day_keys_of_past_days_are_in_no_file_any_more) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    std::vector<std::string> wraps;
    for (std::uint32_t day = 100; day < 110; ++day) {
        ASSERT_TRUE(keyring->result_mac(salon, day, "x"));
        ASSERT_TRUE(keyring->sync());
        wraps.push_back(entry_value(entries::day_key(day, salon)));
    }
    ASSERT_TRUE(keyring->destroy_day_keys_before(108));
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(any_file_holds(directory, wraps[i]), i >= 8);
}

// While it lives, this process cannot make any file longer than `bytes`.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) : previous_action_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        const rlimit limit{bytes, previous_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        std::signal(SIGXFSZ, previous_action_);
    }

  private:
    rlimit previous_{};
    void (*previous_action_)(int);
};

TEST_F(KeyringDiskTest, a_failed_write_ends_all_making_and_no_opening) {
    auto keyring = create_with_clients(2);
    const auto staged = seal(*keyring, salon, "client:7", "f", "7");
    {
        const FileSizeLimit full(fs::file_size(files(".log").at(0)));
        const auto failed = keyring->sync();
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().kind, RejectionKind::unavailable);
        EXPECT_EQ(failed.error().code, "keyring_failed");
    }
    EXPECT_EQ(keyring->sync().error().code, "keyring_failed");
    EXPECT_EQ(keyring->generation(), 3u);
    EXPECT_EQ(keyring->seal(salon, "client:8", "f", "8").error().code, "keyring_failed");
    EXPECT_EQ(keyring->create_tenant(clinic).error().code, "keyring_failed");
    EXPECT_EQ(keyring->erase_subject(salon, "client:0").error().code, "keyring_failed");
    EXPECT_EQ(keyring->open(salon, sealed[1], "client:1", "f").value(), "1");
    EXPECT_EQ(keyring->open(salon, staged, "client:7", "f").value(), "7");
    keyring = nullptr;
    keyring = reopen();
    EXPECT_EQ(keyring->generation(), 3u);
    EXPECT_EQ(keyring->open(salon, sealed[1], "client:1", "f").value(), "1");
    EXPECT_EQ(keyring->subject_state(salon, "client:7").value(), SubjectState::absent);
}

TEST_F(KeyringDiskTest, plaintext_and_unwrapped_keys_never_reach_the_disk) {
    auto keyring = create();
    ASSERT_TRUE(keyring->create_tenant(salon));
    seal(*keyring, salon, "client:1", "client.email", "\"ana@example.es\"");
    ASSERT_TRUE(keyring->claim(salon, ClaimKind::email, "ana@example.es", {}));
    ASSERT_TRUE(keyring->sync());
    EXPECT_FALSE(any_file_holds(directory, "ana@example"));
    const auto entry = entries::tenant_key(salon);
    const auto key = unwrap_key(SecretKey(master.bytes()), entry_value(entry), entry, 1);
    ASSERT_TRUE(key);
    EXPECT_FALSE(any_file_holds(directory, {reinterpret_cast<const char*>(key->data()), 32}));
}
}  // namespace
}  // namespace almanac::eventstore
