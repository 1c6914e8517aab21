// Backups and what is restored from them: the same log, the same tags, the right keys.
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "eventstore/backup_files.hpp"
#include "tests/eventstore/backup_fixture.hpp"

namespace almanac::eventstore {
namespace {
namespace fs = std::filesystem;
using std::chrono::minutes;

void flip_a_byte(const fs::path& file) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    const auto middle = static_cast<std::streamoff>(fs::file_size(file) / 2);
    stream.seekg(middle);
    const auto byte = static_cast<char>(stream.get() ^ 0x10);
    stream.seekp(middle);
    stream.put(byte);
}

std::uint64_t links_of(const fs::path& file) {
    struct stat about{};
    return ::stat(file.c_str(), &about) == 0 ? about.st_nlink : 0;
}

TEST_F(BackupTest, a_restore_of_a_stopped_directory_has_all_there_was) {
    create();
    append_commands(*run(), 30);
    const auto report = must(back_up());
    EXPECT_TRUE(report.verified);
    EXPECT_EQ(report.manifest.partitions.at(0).position, 60U);
    EXPECT_EQ(report.manifest.partitions.at(0).root, digest_of("data").root);
    const auto restored = must(restore("restored"));
    ASSERT_EQ(restored.partitions.size(), 1U);
    EXPECT_EQ(restored.partitions[0].left_out, 0U);
    EXPECT_EQ(restored.partitions[0].root, digest_of("data").root);
    EXPECT_EQ(digest_of("restored").root, digest_of("data").root);
    const auto opened = run("restored");
    const auto original = run();
    EXPECT_EQ(content_of(*opened->partition.log), content_of(*original->partition.log));
}

TEST_F(BackupTest, the_log_that_was_restored_is_another_one_which_tenants_are_told) {
    create();
    append_commands(*run(), 3);
    must(back_up());
    const auto fork = must(restore("restored")).partitions.at(0).fork;
    const auto opened = run("restored");
    EXPECT_EQ(opened->partition.unfinished_fork, fork);
    EXPECT_EQ(opened->partition.log->log_id(), fork.to_log_id);
    EXPECT_EQ(fork.from_log_id, run()->partition.log->log_id());
    EXPECT_EQ(fork.position, 6U);
    EXPECT_EQ(opened->keyring->log_id(), fork.to_log_id);
    EXPECT_EQ(must(tenants_to_tell(*opened->partition.log, fork)).size(), 3U);
}

TEST_F(BackupTest, a_running_partition_is_backed_up_while_it_is_written) {
    create();
    const auto running = run();
    append_commands(*running, 30);
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        while (!stop) append(*running, 7, 2);
    });
    std::vector<BackupReport> reports;
    for (int i = 0; i < 3; ++i) {
        const auto before = running->partition.log->last_position();
        const auto source = running->source();
        reports.push_back(must(take_backup({&source, 1}, options())));
        EXPECT_GE(reports.back().manifest.partitions.at(0).position, before);
    }
    stop = true;
    writer.join();
    int number = 0;
    for (const auto& report : reports) {
        const auto to = "restored" + std::to_string(number++);
        const auto position = must(restore(to, {}, report.manifest.name)).partitions[0];
        const auto at = report.manifest.partitions.at(0).position;
        EXPECT_EQ(position.fork.position, at);
        EXPECT_EQ(position.root,
                  must(digest_log(*running->partition.log, {at, std::nullopt})).root);
    }
}

// A replay of the first so many events into an empty log, indexes and all.
TEST_F(BackupTest, a_restore_to_each_position_equals_a_replay_to_it) {
    create();
    append_commands(*run(), 9);
    must(back_up());
    const auto whole = must(Log::open(place("data") / "p0000" / "log", LogMode::read_only));
    ASSERT_EQ(whole->last_position(), 18U);
    std::uint64_t last_end = 0;
    for (std::uint64_t position = 1; position <= 18; ++position) {
        const auto record = must(whole->record(position));
        if (record.index + 1 == record.count) last_end = position;
        const auto to = "to" + std::to_string(position);
        const auto restored = must(restore_to(to, position)).partitions.at(0);
        EXPECT_EQ(restored.fork.position, last_end) << "never a part of a command";
        EXPECT_EQ(restored.left_out, 18 - last_end);

        const auto replayed = must(Log::open(place("replay-" + to), LogMode::create));
        LogBatch batch(*replayed);
        must(whole->scan(1, last_end, [&](std::uint64_t at, std::string_view bytes) {
            batch.put_event(at, must(decode(bytes)), bytes);
            return true;
        }));
        must(replayed->commit(batch));
        const auto opened = run(to);
        EXPECT_EQ(content_of(*opened->partition.log), content_of(*replayed));
        EXPECT_EQ(restored.root, must(digest_log(*replayed)).root);
        EXPECT_EQ(opened->partition.mark->current().position, last_end);
        append(*opened, 1, 2);  // and it goes on from there
        EXPECT_EQ(opened->partition.log->last_position(), last_end + 2);
    }
}

TEST_F(BackupTest, until_a_time_is_what_the_log_held_then) {
    create();
    append_commands(*run(), 9);  // the n-th at noon and n minutes: ends at 1, 3, 6, 7, 9, 12 …
    must(back_up());
    const std::vector<std::pair<kernel::Instant, std::uint64_t>> expected{
        {noon() + minutes{1}, 1},
        {noon() + minutes{3}, 6},
        {noon() + minutes{4} - kernel::Micros{1}, 6},
        {noon() + minutes{5}, 9},
        {noon() + minutes{90}, 18}};
    int number = 0;
    for (const auto& [time, end] : expected) {
        RestoreUntil until;
        until.time = time;
        const auto to = "to" + std::to_string(number++);
        EXPECT_EQ(must(restore(to, until)).partitions.at(0).fork.position, end);
    }
}

TEST_F(BackupTest, a_moment_that_is_not_of_the_backup_is_refused_with_nothing_left_behind) {
    create();
    append_commands(*run(), 3);  // 1, 2 and 3 events
    must(back_up());
    refused("restore_until", restore_to("restored", 0));
    refused("restore_until", restore_to("restored", 7));
    RestoreUntil until;
    until.time = noon();
    refused("restore_until", restore("restored", until));
    until.time = noon() + std::chrono::hours{13};
    refused("restore_until", restore("restored", until));
    RestoreUntil other;
    other.positions[1] = 3;
    refused("restore_until", restore("restored", other));
}

TEST_F(BackupTest, several_partitions_are_restored_to_a_position_of_each_or_a_time) {
    create(2);
    append_commands(*run("data", 0), 6);
    append_commands(*run("data", 1), 3);  // later ones
    must(back_up());
    RestoreUntil until;
    until.positions[0] = 6;
    refused("restore_until", restore("restored", until));
    until.positions[1] = 3;
    const auto restored = must(restore("restored", until));
    EXPECT_EQ(restored.partitions.at(0).fork.position, 6U);
    EXPECT_EQ(restored.partitions.at(1).fork.position, 3U);
    RestoreUntil time;
    time.time = noon() + minutes{6};
    const auto then = must(restore("then", time));
    EXPECT_EQ(then.partitions.at(0).fork.position, 12U);
    EXPECT_EQ(then.partitions.at(1).fork.position, 0U) << "it had not begun";
    EXPECT_EQ(run("then", 1)->partition.log->last_position(), 0U);
}

TEST_F(BackupTest, damage_in_any_file_of_a_backup_is_refused) {
    create();
    append_commands(*run(), 6);
    const auto report = must(back_up());
    auto files = std::vector<fs::path>{report.path / "manifest.json",
                                       place("backups") / "keyring" / "p0000"};
    for (const auto& file : report.manifest.files)
        if (file.bytes > 0 && file.path != "format") files.push_back(report.path / file.path);
    ASSERT_GT(files.size(), 5U);
    for (const auto& file : files) {
        flip_a_byte(file);
        refused("corrupt", restore("restored"));
        flip_a_byte(file);
        fs::rename(file, file.string() + ".gone");
        EXPECT_FALSE(restore("restored")) << file;
        EXPECT_FALSE(fs::exists(place("restored")));
        fs::rename(file.string() + ".gone", file);
    }
    must(restore("restored"));
}

TEST_F(BackupTest, what_a_crash_left_is_no_backup_and_in_nobodys_way) {
    create();
    append_commands(*run(), 3);
    const auto whole = must(back_up());
    fs::copy(whole.path, place("backups") / ".making", fs::copy_options::recursive);
    fs::create_directories(place("data") / "p0000" / ".backup" / "log");
    EXPECT_EQ(must(restore("restored")).backup, whole.manifest.name);
    const auto next = must(back_up());
    EXPECT_NE(next.manifest.name, whole.manifest.name);
    EXPECT_FALSE(fs::exists(place("backups") / ".making"));
    EXPECT_FALSE(fs::exists(place("data") / "p0000" / ".backup"));
    // Without its manifest, which is written last, nothing is a backup.
    fs::remove(next.path / "manifest.json");
    refused("backup_missing", restore("again"), "again");
    must(restore("again", {}, whole.manifest.name));
}

TEST_F(BackupTest, newer_formats_and_other_places_are_refused) {
    create();
    append_commands(*run(), 3);
    fs::create_directories(place("backups"));
    std::ofstream(place("backups") / "diary.txt") << "mine";
    const auto before = picture_of(place("backups"));
    const auto foreign = back_up();
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, "backup_foreign");
    EXPECT_EQ(picture_of(place("backups")), before);
    refused("backup_missing", restore("restored"));
    fs::remove(place("backups") / "diary.txt");
    must(back_up());
    refused("backup_missing", restore("restored", {}, "000009-20260101T000000Z"));
    fs::create_directories(place("full"));
    std::ofstream(place("full") / "diary.txt") << "mine";
    EXPECT_EQ(restore("full").error().code, "data_exists");
    EXPECT_TRUE(fs::exists(place("full") / "diary.txt"));
    create(2, "broad");
    EXPECT_EQ(back_up("broad").error().code, "backup_foreign");
    auto inside = options();
    inside.folder = place("data") / "backups";
    EXPECT_EQ(back_up_directory(place("data"), inside).error().code, "backup_foreign");
    std::ofstream(place("backups") / "format") << "almanac backup folder\nformat 2\n";
    EXPECT_EQ(back_up().error().code, "newer_format");
    refused("newer_format", restore("restored"));
}

TEST_F(BackupTest, a_manifest_says_what_it_said) {
    BackupManifest manifest{
        "000001-20261201T120000Z",
        "almanac",
        noon(),
        {{random_log_id(), 7, noon(), 3, "00ff"}, {random_log_id(), 0, {}, 0, ""}},
        {{"log/p0000/CURRENT", 16, "abc"}}};
    EXPECT_EQ(must(decode_manifest(encode(manifest))), manifest);
    manifest.files[0].path = "../elsewhere";
    EXPECT_EQ(decode_manifest(encode(manifest)).error().code, "corrupt");
    EXPECT_EQ(decode_manifest("{}").error().code, "corrupt");
    EXPECT_EQ(decode_manifest("").error().code, "corrupt");
}

TEST_F(BackupTest, files_that_have_not_changed_are_linked_with_the_backup_before) {
    create();
    append_commands(*run(), 30);
    const auto first = must(back_up());
    EXPECT_EQ(first.linked_files, 0U);
    EXPECT_EQ(first.base, "");
    append_commands(*run(), 3);
    const auto second = must(back_up());
    EXPECT_EQ(second.base, first.path.string());
    std::uint64_t shared = 0;
    for (const auto& file : second.manifest.files)
        shared += links_of(second.path / file.path) > 1 ? 1 : 0;
    EXPECT_GT(shared, 0U);
    EXPECT_EQ(shared, second.linked_files);
    EXPECT_GT(second.linked_bytes, 0U);
    // Each is whole without the other, and neither shares a file with the data directory.
    fs::remove_all(first.path);
    EXPECT_EQ(must(restore("restored")).partitions.at(0).fork.position, 66U);
    for (const auto& entry : fs::recursive_directory_iterator(place("data")))
        EXPECT_TRUE(!entry.is_regular_file() || links_of(entry.path()) == 1) << entry.path();
}

TEST_F(BackupTest, a_file_that_went_bad_in_the_backup_before_is_named_and_not_linked) {
    create();
    append_commands(*run(), 30);
    const auto first = must(back_up());
    const auto second = must(back_up());
    ASSERT_GT(second.linked_files, 0U);
    EXPECT_TRUE(second.damaged_files.empty());
    for (const auto& file : second.manifest.files)
        if (file.path.ends_with(".sst")) flip_a_byte(second.path / file.path);
    const auto third = must(back_up());
    EXPECT_TRUE(third.verified);
    ASSERT_FALSE(third.damaged_files.empty());
    for (const auto& file : third.damaged_files) {
        EXPECT_TRUE(file.starts_with(second.path.string())) << file;
        const auto copy = third.path / fs::path(file).lexically_relative(second.path);
        EXPECT_EQ(links_of(copy), 1U) << copy;
    }
    refused("corrupt", restore("restored", {}, second.manifest.name));
    EXPECT_EQ(must(restore("restored")).partitions.at(0).fork.position, 60U);
}

TEST_F(BackupTest, what_a_killed_backup_left_in_the_data_goes_when_it_is_opened) {
    create();
    const auto left = backup_scratch(place("data") / "p0000");
    fs::create_directories(left / "log");
    std::ofstream(left / "log" / "000009.sst") << "a link";
    run();
    EXPECT_FALSE(fs::exists(left));
}

TEST_F(BackupTest, a_backup_is_built_on_the_one_that_is_named) {
    create();
    append_commands(*run(), 30);
    const auto first = must(back_up());
    auto elsewhere = options("elsewhere");
    elsewhere.base = first.path;
    const auto linked = must(back_up_directory(place("data"), elsewhere));
    EXPECT_EQ(linked.base, first.path.string());
    EXPECT_GT(linked.linked_files, 0U);
    // What is named has to be there.
    elsewhere.base = place("backups") / "000009-20260101T000000Z";
    EXPECT_EQ(back_up_directory(place("data"), elsewhere).error().code, "backup_missing");
    fs::remove_all(first.path);
    RestoreOptions wish;
    wish.folder = place("elsewhere");
    wish.data = place("restored");
    wish.master_key = master_key();
    wish.ballast_bytes = 0;
    EXPECT_EQ(must(restore_backup(catalogue_, wish)).partitions.at(0).fork.position, 60U);
}

TEST_F(BackupTest, one_that_is_not_verified_says_so_and_is_checked_when_it_is_restored) {
    create();
    append_commands(*run(), 9);
    auto quick = options();
    quick.verify = false;
    const auto report = must(back_up_directory(place("data"), quick));
    EXPECT_FALSE(report.verified);
    EXPECT_EQ(report.manifest.partitions.at(0).root, "");
    const auto restored = must(restore("restored")).partitions.at(0);
    EXPECT_EQ(restored.root, digest_of("data").root);
    for (const auto& file : report.manifest.files)
        if (file.path.ends_with(".sst")) flip_a_byte(report.path / file.path);
    refused("corrupt", restore("again"), "again");
}

TEST_F(BackupTest, a_second_backup_into_a_folder_waits_for_nobody_and_is_refused) {
    create();
    append_commands(*run(), 3);
    const auto report = must(back_up());
    {
        const auto held = must(BackupFolder::open_or_make(place("backups"), 1));
        EXPECT_EQ(back_up().error().code, "backup_running");
        refused("backup_running", restore("restored"));
    }
    must(restore("restored", {}, report.manifest.name));
    must(back_up());
}

TEST_F(BackupTest, a_restored_master_key_is_nobody_elses) {
    create();
    append_commands(*run(), 1);
    must(back_up());
    must(restore("restored"));
    struct stat about{};
    ASSERT_EQ(::stat(master_key("restored").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0600U);
}

}  // namespace
}  // namespace almanac::eventstore
