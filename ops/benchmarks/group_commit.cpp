#include "ops/benchmarks/group_commit.hpp"

#include <openssl/evp.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace almanac::benchmarks {
namespace {
void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("RocksDB: " + status.ToString());
}

void append_u64(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

constexpr std::string_view tenant = "0123456789abcdef";  // 16 bytes, as every key of a tenant
constexpr std::size_t sealed_text_bytes = 48;            // a name or a note, padded to 16
}  // namespace

struct GroupCommit::Store {
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> families;  // log, tags, tenants
    rocksdb::WriteBatch open, writing;                   // filled by submit; on its way to the disk
    std::string key, record;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
    // Fetched once: a lookup for each digest would cost more than the digest itself.
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> sha256{EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                           &EVP_MD_free};
    std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES> data_key{};

    ~Store() {
        for (auto* family : families) db->DestroyColumnFamilyHandle(family);
    }
};

GroupCommit::GroupCommit(const CommitOptions& options, Done done)
    : options_(options), done_(std::move(done)), store_(std::make_unique<Store>()) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium does not start");
    rocksdb::Options database;
    database.create_if_missing = true;
    database.write_buffer_size = 64UL << 20;
    database.allow_concurrent_memtable_write = false;  // one thread writes
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(database, options_.directory.string(), &opened));
    store_->db.reset(opened);
    for (const char* name : {"log", "tags", "tenants"}) {
        rocksdb::ColumnFamilyHandle* family = nullptr;
        check(opened->CreateColumnFamily(database, name, &family));
        store_->families.push_back(family);
    }
    thread_ = std::thread([this] { run(); });
}

GroupCommit::~GroupCommit() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

// The batch is filled while the one before it is being synced, by the thread that submits: so the
// commit's thread does nothing but write.
void GroupCommit::submit(Entry* entry) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        put(*entry);
        first = queued_.empty();
        queued_.push_back(entry);
    }
    if (first) wake_.notify_one();
}

void GroupCommit::run() {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    std::vector<Entry*> taken;
    while (true) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
            if (queued_.empty()) return;
            taken.swap(queued_);
            std::swap(store_->open, store_->writing);
        }
        check(store_->db->Write(synced, &store_->writing));
        store_->writing.Clear();
        done_(std::move(taken));
        taken.clear();
    }
}

void GroupCommit::put(Entry& entry) {
    entry.position = ++position_;
    if (options_.equal) {
        put_equal(entry);
    } else {
        put_bare(entry);
    }
}

void GroupCommit::put_bare(const Entry& entry) {
    auto& key = store_->key;
    auto& batch = store_->open;
    key.clear();
    append_u64(key, entry.position);
    check(batch.Put(key, rocksdb::Slice(entry.body.data(), entry.body.size())));
    const std::string position = key;
    for (unsigned i = 1; i < options_.keys; ++i) {
        key.assign(1, static_cast<char>('a' + i));
        key += entry.ids[i % entry.ids.size()];
        append_u64(key, entry.position);
        check(batch.Put(key, position));
    }
}

void GroupCommit::append_sealed(std::string& out) const {
    std::array<unsigned char, sealed_text_bytes> text{};
    std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};
    randombytes_buf(nonce.data(), nonce.size());
    std::array<unsigned char, sealed_text_bytes + crypto_aead_xchacha20poly1305_ietf_ABYTES>
        sealed{};
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed.data(), nullptr, text.data(), text.size(),
        reinterpret_cast<const unsigned char*>(tenant.data()), tenant.size(), nullptr, nonce.data(),
        store_->data_key.data());
    out.append(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    out.append(reinterpret_cast<const char*>(sealed.data()), sealed.size());
}

void GroupCommit::put_equal(const Entry& entry) {
    auto& record = store_->record;
    auto& key = store_->key;
    record.assign(entry.body);
    if (entry.body.contains("_notes\"")) append_sealed(record);
    // The rest of a real record (ids, tags, metadata) is bytes like any others to hash and store.
    const std::size_t hashed = std::max(options_.record_bytes, record.size() + 32) - 32;
    record.resize(hashed, 'r');
    std::array<unsigned char, 32> leaf{};
    EVP_DigestInit_ex2(store_->digest.get(), store_->sha256.get(), nullptr);
    EVP_DigestUpdate(store_->digest.get(), "", 1);
    EVP_DigestUpdate(store_->digest.get(), record.data(), record.size());
    EVP_DigestFinal_ex(store_->digest.get(), leaf.data(), nullptr);
    record.append(reinterpret_cast<const char*>(leaf.data()), leaf.size());

    auto& batch = store_->open;
    std::string position;
    append_u64(position, entry.position);
    check(batch.Put(store_->families[0], position, record));
    key.assign(tenant);
    append_u64(key, entry.position);
    check(batch.Put(store_->families[2], key, position));
    for (unsigned i = 2; i < options_.keys; ++i) {
        key.assign(tenant);
        key.append("kind_of_tag").push_back(static_cast<char>('a' + i));
        key.append(":").append(entry.ids[i % entry.ids.size()]).push_back('\0');
        key += position;
        check(batch.Put(store_->families[1], key, rocksdb::Slice()));
    }
}

}  // namespace almanac::benchmarks
