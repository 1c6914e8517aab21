// The keyring of a backup folder: no sealed value lacks its key, and what was destroyed stays so.
#include "tests/eventstore/backup_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view field = "client.email";

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class BackupKeysTest : public BackupTest {
  protected:
    BackupKeysTest() { create(); }
    // A command whose event holds a sealed value of the subject; answers the sealed text.
    std::string write_sealed(Running& running, const std::string& subject) {
        must(running.keyring->create_tenant(salon_));
        auto sealed = must(running.keyring->seal_text(salon_, subject, field, "\"a@b.c\""));
        append(running, 1, 1, R"({"email":")" + sealed + R"("})");
        return sealed;
    }
    std::optional<std::string> read_sealed(Running& running, const std::string& sealed,
                                           const std::string& subject) {
        return must(running.keyring->open(salon_, sealed, subject, field));
    }
    Result<BackupReport> back_up_running(Running& running, bool into_fork = false) {
        auto wish = options();
        wish.into_fork = into_fork;
        const auto source = running.source();
        return take_backup({&source, 1}, wish);
    }

    const TenantId salon_ = tenant_number(1);
};

TEST_F(BackupKeysTest, every_sealed_value_of_a_backup_has_its_key) {
    auto running = run();
    const auto early = write_sealed(*running, "client:1");
    const auto first = must(back_up_running(*running));
    const auto late = write_sealed(*running, "client:2");
    must(back_up_running(*running));
    running.reset();
    must(restore("old", {}, first.manifest.name));
    must(restore("new"));
    EXPECT_EQ(read_sealed(*run("old"), early, "client:1"), "\"a@b.c\"");
    const auto restored = run("new");
    EXPECT_EQ(read_sealed(*restored, early, "client:1"), "\"a@b.c\"");
    EXPECT_EQ(read_sealed(*restored, late, "client:2"), "\"a@b.c\"");
}

TEST_F(BackupKeysTest, whoever_was_erased_since_a_backup_stays_erased_when_it_is_restored) {
    auto running = run();
    const auto sealed = write_sealed(*running, "client:1");
    const auto kept = write_sealed(*running, "client:2");
    const auto before = must(back_up_running(*running));
    std::ofstream(place("data") / "p0000" / "erasures", std::ios::app) << "client:1\n";
    must(running->keyring->erase_subject(salon_, "client:1"));
    must(back_up_running(*running));
    running.reset();
    must(restore("restored", {}, before.manifest.name));
    const auto restored = run("restored");
    EXPECT_EQ(read_sealed(*restored, sealed, "client:1"), std::nullopt);
    EXPECT_EQ(read_sealed(*restored, kept, "client:2"), "\"a@b.c\"");
    EXPECT_EQ(must(restored->keyring->subject_state(salon_, "client:1")), SubjectState::erased);
    EXPECT_EQ(bytes_of(place("restored") / "p0000" / "erasures"), "client:1\n");
}

TEST_F(BackupKeysTest, the_folder_keeps_what_was_erased_even_where_an_older_copy_backs_up_again) {
    auto running = run();
    const auto sealed = write_sealed(*running, "client:1");
    must(back_up_running(*running));
    fs::copy(place("data"), place("copy"), fs::copy_options::recursive);
    std::ofstream(place("data") / "p0000" / "erasures", std::ios::app) << "client:1\n";
    must(running->keyring->erase_subject(salon_, "client:1"));
    must(back_up_running(*running));
    running.reset();
    auto older = run("copy");
    EXPECT_EQ(read_sealed(*older, sealed, "client:1"), "\"a@b.c\"");
    must(back_up_running(*older));  // union, and erased wins
    older.reset();
    must(restore("restored"));
    EXPECT_EQ(read_sealed(*run("restored"), sealed, "client:1"), std::nullopt);
    EXPECT_EQ(bytes_of(place("restored") / "p0000" / "erasures"), "client:1\n");
}

TEST_F(BackupKeysTest, the_master_key_is_in_no_backup_and_needed_for_a_restore) {
    {
        const auto running = run();
        write_sealed(*running, "client:1");
        must(back_up_running(*running));
    }
    const auto key = bytes_of(master_key());
    ASSERT_EQ(key.size(), MasterKey::bytes_count);
    for (const auto& entry : fs::recursive_directory_iterator(place("backups"))) {
        if (entry.is_regular_file()) {
            EXPECT_EQ(bytes_of(entry.path()).find(key), std::string::npos) << entry.path();
        }
    }
    RestoreOptions wish;
    wish.folder = place("backups");
    wish.data = place("restored");
    wish.ballast_bytes = 0;
    refused("master_key_missing", restore_backup(catalogue_, wish));
    create(1, "another");
    wish.master_key = master_key("another");
    refused("keyring_master_key", restore_backup(catalogue_, wish));
    // An operator may have put it there before; then it stays, whatever happens.
    fs::create_directories(place("restored"));
    fs::copy(master_key("another"), place("restored") / "master.key");
    wish.master_key.reset();
    EXPECT_EQ(restore_backup(catalogue_, wish).error().code, "keyring_master_key");
    EXPECT_TRUE(fs::exists(place("restored") / "master.key"));
    fs::copy(master_key(), place("restored") / "master.key", fs::copy_options::overwrite_existing);
    must(restore_backup(catalogue_, wish));
}

TEST_F(BackupKeysTest, a_folder_goes_on_with_a_restored_log_only_when_told) {
    {
        const auto running = run();
        write_sealed(*running, "client:1");
        must(back_up_running(*running));
    }
    must(restore("restored"));
    const auto restored = run("restored");
    const auto later = write_sealed(*restored, "client:2");
    const auto silent = back_up_running(*restored);
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().code, "backup_of_another_log");
    const auto forked = must(back_up_running(*restored, true));
    must(back_up_running(*restored));  // the folder's last one is of this log now
    must(restore("again", {}, forked.manifest.name));
    EXPECT_EQ(read_sealed(*run("again"), later, "client:2"), "\"a@b.c\"");
}

TEST_F(BackupKeysTest, keys_of_another_directory_are_never_mixed_in) {
    {
        const auto running = run();
        write_sealed(*running, "client:1");
        must(back_up_running(*running));
    }
    create(1, "another");
    const auto another = run("another");
    write_sealed(*another, "client:1");
    const auto before = picture_of(place("backups") / "keyring");
    const auto mixed = back_up_running(*another, true);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code, "backup_of_another_log");
    EXPECT_EQ(picture_of(place("backups") / "keyring"), before);
    must(restore("restored"));
}

TEST_F(BackupKeysTest, claims_and_generation_survive_and_past_days_do_not) {
    std::uint64_t generation = 0;
    kernel::Uuid claim;
    {
        const auto running = run();
        write_sealed(*running, "client:1");
        claim = must(running->keyring->claim(salon_, ClaimKind::email, "a@b.c", noon()));
        must(running->keyring->result_mac(salon_, 20'000, "body"));  // 2024
        generation = must(running->keyring->sync());
        must(back_up_running(*running));
    }
    const auto file = place("backups") / "keyring" / "p0000";
    EXPECT_EQ(must(look_at_keyring_file(file)).generation, generation + 1);
    must(restore("restored"));
    std::size_t days = 0;
    must(stopped_keyring_entries(place("restored") / "p0000" / "keyring")([&](auto key, auto) {
        days += key.starts_with('d') ? 1 : 0;
        return true;
    }));
    EXPECT_EQ(days, 0U);
    const auto restored = run("restored");
    EXPECT_GT(restored->keyring->generation(), generation);
    EXPECT_EQ(must(restored->keyring->find_claim(salon_, ClaimKind::email, "a@b.c")), claim);
    // Under the new log_id no event has named it yet.
    std::size_t asked = 0;
    const ClaimNamed named = [&](const TenantId&, ClaimKind, const kernel::Uuid&) {
        return ++asked > 0;
    };
    must(restored->keyring->sweep_claims(clock_.now() + std::chrono::hours{25}, named));
    EXPECT_EQ(asked, 1U);
}

}  // namespace
}  // namespace almanac::eventstore
