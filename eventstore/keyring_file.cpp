#include "eventstore/keyring_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <set>

#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"
#include "eventstore/keyring_entries.hpp"
#include "eventstore/log.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::Result;
namespace fs = std::filesystem;

constexpr std::string_view magic = "almanac keyring\n";
constexpr std::uint32_t entry_bytes_max = 1U << 20;
constexpr std::size_t buffer_bytes = 1UL << 20;
constexpr std::size_t import_chunk_count = 10'000;

class Digest {
  public:
    Digest() { crypto_hash_sha256_init(&state_); }
    void add(std::string_view bytes) {
        crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                                  bytes.size());
    }
    std::string sum() {
        std::string sum(crypto_hash_sha256_BYTES, '\0');
        crypto_hash_sha256_final(&state_, reinterpret_cast<unsigned char*>(sum.data()));
        return sum;
    }

  private:
    crypto_hash_sha256_state state_{};
};

std::unexpected<kernel::Rejection> damaged(const fs::path& file) {
    return corrupt(fmt::format("{} is damaged. Use another copy of the backup.", file.string()));
}

// Entry by entry; the sum is checked when the end is reached.
class Reader {
  public:
    explicit Reader(const fs::path& file) : file_(file), in_(file, std::ios::binary) {}
    Result<void> begin() {
        if (!in_.is_open())
            return kernel::unavailable("keyring_missing",
                                       fmt::format("{} is not there.", file_.string()), 0);
        const auto head = take(magic.size());
        const auto version = number();
        if (!whole_ || head != magic) return damaged(file_);
        if (version > keyring_file_version)
            return kernel::unavailable(
                "newer_format", fmt::format("{} was written by a newer version.", file_.string()),
                0);
        if (version != keyring_file_version) return damaged(file_);
        return next();
    }
    bool at_end() const { return key_.empty(); }
    const std::string& key() const { return key_; }
    const std::string& value() const { return value_; }
    Result<void> next() {
        const auto before = key_;
        key_ = take(number());
        if (whole_ && key_.empty()) {
            const auto sum = digest_.sum();
            if (take(crypto_hash_sha256_BYTES) != sum || in_.peek() != EOF) return damaged(file_);
            return {};
        }
        value_ = take(number());
        if (!whole_ || key_ <= before) return damaged(file_);
        return {};
    }

  private:
    std::string take(std::size_t count) {
        whole_ = whole_ && count <= entry_bytes_max;
        if (!whole_) return {};
        std::string bytes(count, '\0');
        in_.read(bytes.data(), static_cast<std::streamsize>(count));
        whole_ = static_cast<std::size_t>(in_.gcount()) == count;
        digest_.add(bytes);
        return bytes;
    }
    std::uint32_t number() {
        std::uint32_t number = 0;
        for (const char c : take(4)) number = number << 8 | static_cast<std::uint8_t>(c);
        return number;
    }

    fs::path file_;
    std::ifstream in_;
    Digest digest_;
    bool whole_ = true;
    std::string key_;
    std::string value_;
};

// Written beside, synced, renamed; gone where it is given up.
class Writer {
  public:
    explicit Writer(const fs::path& file) : file_(file), beside_(file) {
        beside_ += ".new";
        disk_remove(beside_);
        descriptor_ = disk_open(beside_, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        error_ = errno;
        buffer_.append(magic);
        append_u32(buffer_, keyring_file_version);
    }
    ~Writer() {
        if (descriptor_ < 0) return;
        disk_close(descriptor_);
        if (!done_) disk_remove(beside_);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Result<void> put(std::string_view key, std::string_view value) {
        append_u32(buffer_, static_cast<std::uint32_t>(key.size()));
        buffer_.append(key);
        append_u32(buffer_, static_cast<std::uint32_t>(value.size()));
        buffer_.append(value);
        return buffer_.size() < buffer_bytes ? Result<void>() : write_out();
    }
    Result<void> finish() {
        append_u32(buffer_, 0);
        if (auto written = write_out(); !written) return written;
        buffer_ = digest_.sum();
        if (auto written = write_out(); !written) return written;
        if (disk_sync(descriptor_) != 0) return failed("Syncing");
        if (disk_rename(beside_, file_) != 0) return failed("Renaming");
        done_ = true;
        return sync_directory(file_.parent_path());
    }

  private:
    std::unexpected<kernel::Rejection> failed(std::string_view doing) const {
        return std::unexpected(file_error(doing, beside_, errno));
    }
    Result<void> write_out() {
        if (descriptor_ < 0) return std::unexpected(file_error("Making", beside_, error_));
        digest_.add(buffer_);
        if (!write_all(descriptor_, buffer_)) return failed("Writing");
        buffer_.clear();
        return {};
    }

    fs::path file_;
    fs::path beside_;
    int descriptor_ = -1;
    int error_ = 0;  // why it could not be made
    Digest digest_;
    std::string buffer_;
    bool done_ = false;
};

class Merging {
  public:
    Merging(const KeyringMerge& wish, Writer& out) : wish_(wish), out_(out) {}
    std::uint64_t generation() const { return generation_; }

    Result<void> only_in_file(const std::string& key, const std::string& value) {
        if (key[0] == 'r' && displaced_.contains(key)) return {};
        return put(key, value);
    }
    Result<void> only_in_keyring(std::string_view key, std::string_view value) {
        if (key == entries::meta_generation) return put_generation(0, value);
        return put(key, value);
    }
    Result<void> in_both(std::string_view key, std::string_view in_file, std::string_view value) {
        if (key == entries::meta_generation) {
            const auto before = entries::decode_u64(in_file);
            if (!before) return damaged(wish_.file);
            return put_generation(*before, value);
        }
        switch (key[0]) {
            case 'k': {
                const auto kept = entries::decode_subject(in_file);
                const auto now = entries::decode_subject(value);
                if (!kept || !now) return damaged(wish_.file);
                if (kept->erased || now->erased) return put(key, entries::erased_subject());
                return in_file == value ? put(key, value) : another();
            }
            case 'e': {
                const auto kept = decode_claim(in_file);
                const auto now = decode_claim(value);
                if (!kept || !now) return damaged(wish_.file);
                if (kept->id != now->id) {
                    const kernel::TenantId tenant{kernel::uuid_from_bytes(key.substr(1, 16))};
                    displaced_.insert(entries::claim_by_id(tenant, kept->id));
                }
                return put(key, value);
            }
            case 't':
            case 'c':
            case 's':
            case 'd':
                return in_file == value ? put(key, value) : another();
            default:
                return put(key, value);
        }
    }

  private:
    std::unexpected<kernel::Rejection> another() const {
        return kernel::conflict(
            "backup_of_another_log",
            fmt::format("{} holds other keys for the same things: it is of another directory, or "
                        "of a copy that went its own way. Back up into a folder of its own.",
                        wish_.file.string()));
    }
    Result<void> put_generation(std::uint64_t in_file, std::string_view value) {
        const auto now = entries::decode_u64(value);
        if (!now) return corrupt("The keyring has no valid generation.");
        if (*now < wish_.generation_min)
            return corrupt("The keyring is older than the log that was backed up.");
        generation_ = std::max(in_file, *now) + 1;
        return out_.put(entries::meta_generation, entries::encode_u64(generation_));
    }
    Result<void> put(std::string_view key, std::string_view value) {
        const bool past_day = key[0] == 'd' && key < entries::day_limit(wish_.oldest_day);
        // A restore forks, and then every claim has to be named anew ('p').
        if (past_day || key[0] == 'p' || key == entries::meta_purged) return {};
        return out_.put(key, value);
    }

    const KeyringMerge& wish_;
    Writer& out_;
    std::uint64_t generation_ = 0;
    std::set<std::string> displaced_;  // 'r' entries of claims that were made anew
};
}  // namespace

std::unexpected<kernel::Rejection> other_log(const kernel::Uuid& in_folder,
                                             const kernel::Uuid& log_id) {
    return kernel::conflict(
        "backup_of_another_log",
        fmt::format("The folder's last backup is of log {}, this log is {}. Where the one comes "
                    "from the other by a restore or an accepted loss, say --into-fork; else back "
                    "up into a folder of its own.",
                    kernel::to_string(in_folder), kernel::to_string(log_id)));
}

KeyringEntries stopped_keyring_entries(const fs::path& keyring) {
    return [keyring](const KeyringStore::Visit& visit) -> Result<void> {
        const auto store = KeyringStore::open(keyring, KeyringStore::Mode::read_only);
        if (!store) return std::unexpected(store.error());
        return (*store)->scan("", "", visit);
    };
}

Result<std::uint64_t> merge_keyring(const KeyringMerge& wish, const KeyringEntries& keyring) {
    std::optional<Reader> kept;
    if (std::error_code ignored; fs::exists(wish.file, ignored)) {
        const auto state = look_at_keyring_file(wish.file);
        if (!state) return std::unexpected(state.error());
        if (state->log_id != wish.log_id && !wish.into_fork)
            return other_log(state->log_id, wish.log_id);
        kept.emplace(wish.file);
        if (auto begun = kept->begin(); !begun) return std::unexpected(std::move(begun.error()));
    }
    Writer out(wish.file);
    Merging merging(wish, out);
    Result<void> done;
    const auto go_on = [&](Result<void> step) {
        if (done && !step) done = std::move(step);
        return done.has_value();
    };
    const auto catch_up = [&](std::string_view before) {
        while (kept && !kept->at_end() && (before.empty() || kept->key() < before)) {
            if (!go_on(merging.only_in_file(kept->key(), kept->value())) || !go_on(kept->next()))
                return false;
        }
        return true;
    };
    const auto scanned = keyring([&](std::string_view key, std::string_view value) {
        if (!catch_up(key)) return false;
        if (!kept || kept->at_end() || kept->key() != key)
            return go_on(merging.only_in_keyring(key, value));
        return go_on(merging.in_both(key, kept->value(), value)) && go_on(kept->next());
    });
    if (!scanned) return std::unexpected(scanned.error());
    if (done) catch_up({});
    if (!done) return std::unexpected(std::move(done.error()));
    if (merging.generation() == 0) return corrupt("The keyring has no generation.");
    if (auto finished = out.finish(); !finished)
        return std::unexpected(std::move(finished.error()));
    return merging.generation();
}

Result<KeyringFileState> look_at_keyring_file(const fs::path& file) {
    Reader reader(file);
    if (auto begun = reader.begin(); !begun) return std::unexpected(std::move(begun.error()));
    KeyringFileState state;
    while (!reader.at_end()) {
        if (reader.key() == entries::meta_log_id) {
            if (reader.value().size() != 16) return damaged(file);
            state.log_id = kernel::uuid_from_bytes(reader.value());
        }
        if (reader.key() == entries::meta_generation)
            state.generation = entries::decode_u64(reader.value()).value_or(0);
        if (auto next = reader.next(); !next) return std::unexpected(std::move(next.error()));
    }
    if (state.log_id.is_nil() || state.generation == 0) return damaged(file);
    return state;
}

Result<void> restore_keyring(const fs::path& file, const fs::path& keyring,
                             const kernel::Uuid& log_id) {
    if (const auto whole = look_at_keyring_file(file); !whole)
        return std::unexpected(whole.error());
    Reader reader(file);
    if (auto begun = reader.begin(); !begun) return begun;
    auto store = KeyringStore::open(keyring, KeyringStore::Mode::create);
    if (!store) return std::unexpected(std::move(store.error()));
    while (!reader.at_end()) {
        KeyringChanges chunk;
        while (!reader.at_end() && chunk.size() < import_chunk_count) {
            const bool names_log = reader.key() == entries::meta_log_id;
            chunk[reader.key()] = names_log ? std::string(log_id.view()) : reader.value();
            if (auto next = reader.next(); !next) return next;
        }
        if (auto written = (*store)->write(chunk); !written) return written;
    }
    return {};
}

}  // namespace almanac::eventstore
