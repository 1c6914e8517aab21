// A data directory with keys, commands of several sizes in it, and its backups and restores.
#pragma once
#include <fstream>

#include "eventstore/backup.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/log_digest.hpp"
#include "eventstore/partition_keys.hpp"
#include "eventstore/restore.hpp"
#include "tests/eventstore/directory_picture.hpp"
#include "tests/eventstore/writer_fixture.hpp"

namespace almanac::eventstore {

class BackupTest : public testing::Test {
  protected:
    void create(unsigned partitions = 1, const std::string& name = "data") {
        const auto path = place(name);
        must(DataDirectory::create(path, small_directory(partitions)));
        const auto held = must(DataDirectory::open(path));
        const auto key = must(MasterKey::create(held.master_key_path()));
        for (unsigned number = 0; number < partitions; ++number) {
            const auto opened = must(held.open_partition(number, small_open()));
            must(Keyring::create(opened.keyring_path(), key, opened.log->log_id()));
        }
    }
    std::filesystem::path place(const std::string& name) const { return directory_.path() / name; }
    std::filesystem::path master_key(const std::string& name = "data") const {
        return place(name) / "master.key";
    }

    // A partition as a server has it open.
    struct Running {
        DataDirectory held;
        Partition partition;
        std::unique_ptr<Keyring> keyring;
        std::unique_ptr<Writer> writer;
        ~Running() { writer.reset(); }
        BackupSource source() {
            return {
                partition.number,
                partition.log.get(),
                partition.path,
                [this](const KeyringStore::Visit& visit) { return keyring->visit_entries(visit); },
                {}};
        }
    };
    std::unique_ptr<Running> run(const std::string& name = "data", unsigned number = 0) {
        auto held = must(DataDirectory::open(place(name)));
        const auto key = must(MasterKey::load(held.master_key_path()));
        auto options = small_open();
        options.keyring = probe_keyring();
        auto partition = must(held.open_partition(number, options));
        auto keyring = must(open_keyring(partition, key, clock_.now(), {}));
        auto running = std::unique_ptr<Running>(
            new Running{std::move(held), std::move(partition), std::move(keyring), nullptr});
        WriterHooks hooks;
        hooks.sync_keyring = [raw = running.get()] { return raw->keyring->sync(); };
        running->writer = std::make_unique<Writer>(
            *running->partition.log, *running->partition.mark, clock_, std::move(hooks));
        return running;
    }
    // One command; answers when it is durable.
    void append(Running& running, std::uint8_t tenant, unsigned events,
                const std::string& data = "{}") {
        std::vector<EventDraft> drafts;
        for (unsigned i = 0; i < events; ++i)
            drafts.push_back(draft(
                "test.happened", {"thing:" + std::to_string(counter_++ % 5), "all:of_them"}, data));
        std::promise<Result<Appended>> done;
        must(running.writer->append(
            tenant_number(tenant), by_test(), std::move(drafts), std::nullopt,
            [&](Result<Appended> appended) { done.set_value(std::move(appended)); }));
        must(done.get_future().get());
    }
    // Commands of 1, 2, 3, 1, 2, 3 … events, a minute apart, of three tenants.
    void append_commands(Running& running, unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            clock_.advance(std::chrono::minutes{1});
            append(running, static_cast<std::uint8_t>(i % 3), 1 + i % 3);
        }
    }
    BackupOptions options(const std::string& folder = "backups") const {
        BackupOptions options;
        options.folder = place(folder);
        options.now = noon() + std::chrono::hours{12};
        return options;
    }
    Result<BackupReport> back_up(const std::string& name = "data") {
        return back_up_directory(place(name), options());
    }
    Result<RestoreReport> restore(const std::string& to, const RestoreUntil& until = {},
                                  const std::string& backup = {}) {
        RestoreOptions wish;
        wish.folder = place("backups");
        wish.backup = backup;
        wish.data = place(to);
        wish.master_key = place("data") / "master.key";
        wish.until = until;
        wish.ballast_bytes = 1 << 16;
        return restore_backup(catalogue_, wish);
    }
    Result<RestoreReport> restore_to(const std::string& to, std::uint64_t position) {
        RestoreUntil until;
        until.positions[0] = position;
        return restore(to, until);
    }
    void refused(const std::string& code, const Result<RestoreReport>& restored,
                 const std::string& to = "restored") {
        ASSERT_FALSE(restored) << "expected " << code;
        EXPECT_EQ(restored.error().code, code) << restored.error().detail;
        EXPECT_FALSE(std::filesystem::exists(place(to)));
    }
    LogDigest digest_of(const std::string& name, const LogLimit& limit = {}) {
        const auto log = must(Log::open(place(name) / "p0000" / "log", LogMode::read_only));
        return must(digest_log(*log, limit));
    }
    // What the log holds of events and their index, key by key.
    using Content = std::vector<std::pair<std::string, std::string>>;
    static Content content_of(const Log& log) {
        Content content;
        for (const auto space : {Space::log, Space::tags, Space::tenants})
            must(log.entries(space, {}, {}, [&](auto key, auto value) {
                content.emplace_back(key, value);
                return true;
            }));
        return content;
    }

    TemporaryDirectory directory_;
    ManualClock clock_{noon()};
    kernel::Catalogue catalogue_;
    unsigned counter_ = 0;
};

}  // namespace almanac::eventstore
