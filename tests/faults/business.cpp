#include "tests/faults/business.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace almanac::faults {
namespace {
using eventstore::Appended;
using eventstore::DataDirectory;
using eventstore::Keyring;
using eventstore::Log;
using eventstore::MasterKey;
using eventstore::must;
using eventstore::Outcome;
using eventstore::Record;
using eventstore::tenant_number;
using kernel::Result;

constexpr std::array<std::uint8_t, 32> master_bytes{7, 7, 7};
constexpr std::uint64_t tenants = 3;
constexpr std::uint64_t things = 5;
constexpr std::uint64_t subjects = 20;
constexpr std::string_view field = "client.email";

MasterKey master() {
    return MasterKey::from_bytes(master_bytes);
}
eventstore::LogOptions small_log() {
    eventstore::LogOptions options;
    options.write_buffer_bytes = 96 << 10;
    options.wal_bytes_max = 64 << 10;
    options.wal_prepared_bytes = 0;
    options.block_cache_bytes = 256 << 10;
    return options;
}
eventstore::OpenOptions open_options() {
    auto options = eventstore::small_open();
    options.log = small_log();
    options.keyring = eventstore::probe_keyring();
    return options;
}

std::string id_text(const kernel::EventId& id) {
    return kernel::to_string(id);
}

// The sealed text within {"sealed":"…","of":"…"}.
std::string sealed_in(std::string_view json) {
    constexpr std::string_view before = R"("sealed":")";
    const auto begin = json.find(before) + before.size();
    return std::string(json.substr(begin, json.find('"', begin) - begin));
}

std::string tag_of(std::uint64_t thing) {
    return fmt::format("thing:{}", thing);
}

// What every position says, and whether commands are whole.
Result<std::vector<Record>> read_all(const Log& log) {
    std::vector<Record> records;
    std::optional<kernel::Rejection> damage;
    auto scanned = log.scan(1, log.last_position(), [&](std::uint64_t, std::string_view bytes) {
        auto record = eventstore::decode(bytes);
        if (!record) damage = record.error();
        if (record) records.push_back(std::move(*record));
        return !damage;
    });
    if (!scanned) return std::unexpected(scanned.error());
    if (damage) return std::unexpected(*damage);
    EXPECT_EQ(records.size(), log.last_position()) << "silently shorter";
    if (!records.empty()) {
        EXPECT_EQ(records.back().index + 1, records.back().count) << "half a command";
    }
    return records;
}

// The two indexes say what a scan says.
Result<void> compare_indexes(const Log& log, const std::vector<Record>& records) {
    for (std::uint64_t number = 0; number < tenants; ++number) {
        const auto tenant = tenant_number(static_cast<std::uint8_t>(number));
        std::vector<std::uint64_t> own;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (records[i].tenant == tenant) own.push_back(i + 1);
        const auto sequences = log.tenant_positions(tenant, 0, records.size() + 1);
        if (!sequences) return std::unexpected(sequences.error());
        EXPECT_EQ(*sequences, own);
        for (std::uint64_t thing = 0; thing < things; ++thing) {
            std::vector<std::uint64_t> expected;
            for (const auto position : own)
                if (std::ranges::count(records[position - 1].tags, tag_of(thing)))
                    expected.push_back(position);
            std::vector<std::uint64_t> found;
            const auto read = log.tagged(tenant, tag_of(thing), 0, [&](std::uint64_t position) {
                found.push_back(position);
                return true;
            });
            if (!read) return read;
            EXPECT_EQ(found, expected);
        }
    }
    return {};
}
}  // namespace

Result<void> Business::create() {
    auto options = eventstore::small_directory();
    options.log = small_log();
    if (auto made = DataDirectory::create(data_, options); !made) return made;
    auto log = Log::open(data_ / "p0000" / "log", eventstore::LogMode::read_only, small_log());
    if (!log) return std::unexpected(log.error());
    auto keyring = Keyring::create(data_ / "p0000" / "keyring", master(), (*log)->log_id());
    if (!keyring) return std::unexpected(keyring.error());
    for (std::uint64_t n = 0; n < tenants; ++n)
        if (auto made = (*keyring)->create_tenant(tenant_number(static_cast<std::uint8_t>(n)));
            !made)
            return made;
    const auto synced = (*keyring)->sync();
    if (!synced) return std::unexpected(synced.error());
    return {};
}

Result<void> Business::open(const Options& options) {
    auto held = DataDirectory::open(data_);
    if (!held) return std::unexpected(held.error());
    held_.emplace(std::move(*held));
    auto opening = open_options();
    opening.log.wal_prepared_bytes = options.wal_prepared_bytes;
    auto partition = held_->open_partition(0, opening);
    if (!partition) return std::unexpected(partition.error());
    partition_.emplace(std::move(*partition));
    auto keyring = eventstore::open_keyring(*partition_, master(), eventstore::noon(), {});
    if (!keyring) return std::unexpected(keyring.error());
    keyring_ = std::move(*keyring);
    eventstore::WriterHooks hooks;
    hooks.sync_keyring = [this] { return keyring_->sync(); };
    hooks.failed = [this](const kernel::Rejection& why) {
        failure_ = why.code;
        partition_->release_ballast();
    };
    eventstore::WriterOptions writing;
    writing.alone_jobs_max = options.alone_jobs_max;
    writing.mark_interval_ms = options.mark_interval_ms;
    failure_.clear();
    writer_ = std::make_unique<eventstore::Writer>(*partition_->log, *partition_->mark, clock_,
                                                   std::move(hooks), writing);
    return {};
}

eventstore::BackupSource Business::source() const {
    return {0,
            partition_->log.get(),
            partition_->path,
            [this](const eventstore::KeyringStore::Visit& visit) {
                return keyring_->visit_entries(visit);
            },
            {}};
}

void Business::write_master_key(const std::filesystem::path& file) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(master_bytes.data()), master_bytes.size());
    std::filesystem::permissions(
        file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void Business::close() {
    writer_.reset();
    keyring_.reset();
    partition_.reset();
    held_.reset();
}

int Business::run(Told& told, int commands) {
    for (int done = 0; done < commands; ++done) {
        const auto number = told.commands++;
        const auto tenant = tenant_number(static_cast<std::uint8_t>(number % tenants));
        std::vector<std::string> ids;
        std::promise<Outcome> outcome;
        Appended appended;
        eventstore::Job job;
        job.decide = [&](eventstore::Stage& stage) {
            std::vector<eventstore::EventDraft> drafts;
            for (std::uint64_t n = 0; n <= number % 3; ++n) {
                const auto subject = fmt::format("client:{}", (number + n) % subjects);
                const auto plain = fmt::format("\"{}-{}\"", number, n);
                const auto sealed = must(keyring_->seal(tenant, subject, field, plain));
                drafts.push_back(eventstore::draft(
                    "test.happened", {tag_of((number + n) % things), tag_of(number % things)},
                    fmt::format(R"({{"email":{},"more":"{}"}})", sealed,
                                std::string(number * 37 % 900, 'x'))));
                ids.push_back(id_text(drafts.back().id));
                told.asked[ids.back()] = {0, subject, plain};
            }
            appended = must(stage.append(tenant, eventstore::by_test(), std::move(drafts)));
        };
        job.done = [&](Outcome how) { outcome.set_value(how); };
        if (!writer_->submit(std::move(job))) return done;
        if (outcome.get_future().get() != Outcome::durable) return done;
        for (std::size_t n = 0; n < ids.size(); ++n) {
            told.asked[ids[n]].position = appended.first_position + n;
            told.acknowledged[ids[n]] = told.asked[ids[n]];
        }
    }
    return commands;
}

Result<void> Business::compare(const Log& log, Keyring& keyring, const Told& told) {
    const auto records = read_all(log);
    if (!records) return std::unexpected(records.error());
    if (auto same = compare_indexes(log, *records); !same) return same;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < records->size(); ++i) {
        const auto& record = (*records)[i];
        const auto id = id_text(record.id);
        EXPECT_TRUE(seen.insert(id).second) << "twice";
        const auto asked = told.asked.find(id);
        if (asked == told.asked.end()) {
            ADD_FAILURE() << "Nobody asked for the event at " << i + 1;
            continue;
        }
        const auto& [position, subject, plain] = asked->second;
        if (position != 0) {
            EXPECT_EQ(position, i + 1);
        }
        auto opened = keyring.open(record.tenant, sealed_in(record.data), subject, field);
        if (!opened) return std::unexpected(opened.error());
        EXPECT_EQ(*opened, plain);
    }
    for (const auto& [id, event] : told.acknowledged)
        EXPECT_TRUE(seen.contains(id)) << "acknowledged at " << event.position << " and gone";
    return keyring.verify();
}

Result<void> Business::check(const Told& told) {
    return compare(*partition_->log, *keyring_, told);
}

Result<void> Business::look(const std::filesystem::path& data, const Told& told) {
    const auto held = DataDirectory::open(data);
    if (!held) return std::unexpected(held.error());
    const auto partition = held->open_partition_read_only(0, open_options());
    if (!partition) return std::unexpected(partition.error());
    auto keyring =
        Keyring::open(partition->keyring_path(), master(), partition->log->log_id(), true);
    if (!keyring) return std::unexpected(keyring.error());
    return compare(*partition->log, **keyring, told);
}

}  // namespace almanac::faults
