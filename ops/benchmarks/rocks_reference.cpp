#include "ops/benchmarks/rocks_reference.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace almanac::benchmarks {
namespace {
void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error("RocksDB: " + status.ToString());
}

void append_u64(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift);
}

// Where the families of an open database are given back before it is closed.
struct Database {
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    ~Database() {
        for (auto* family : families) db->DestroyColumnFamilyHandle(family);
    }
};
}  // namespace

struct RocksReference::State : Database {
    rocksdb::WriteBatch batch;
    std::string record, key;
    std::uint64_t position = 0;
};

RocksReference::RocksReference(const std::filesystem::path& directory)
    : state_(std::make_unique<State>()) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(options, directory.string(), &opened));
    state_->db.reset(opened);
    for (const char* name : {"log", "tags", "tenants"}) {
        rocksdb::ColumnFamilyHandle* family = nullptr;
        check(opened->CreateColumnFamily(options, name, &family));
        state_->families.push_back(family);
    }
}

RocksReference::~RocksReference() = default;

void RocksReference::append(unsigned records, const RocksShape& shape) {
    auto& s = *state_;
    s.batch.Clear();
    s.record.resize(shape.record_bytes, 'r');
    for (unsigned i = 0; i < records; ++i) {
        std::string position;
        append_u64(position, ++s.position);
        check(s.batch.Put(s.families[0], position, s.record));
        s.key.assign("0123456789abcdef");
        check(s.batch.Put(s.families[2], s.key + position, position));
        for (std::size_t tag = 0; tag < shape.tags; ++tag) {
            s.key.resize(16);
            s.key.append("kind_of_tag").push_back(static_cast<char>('a' + tag));
            s.key.append(":01900000-0000-7000-8000-");
            s.key.append(std::to_string(100'000'000'000 + s.position / 50)).push_back('\0');
            s.key += position;
            check(s.batch.Put(s.families[1], s.key, rocksdb::Slice()));
        }
    }
    rocksdb::WriteOptions synced;
    synced.sync = true;
    check(s.db->Write(synced, &s.batch));
}

struct RocksScan::State : Database {
    rocksdb::ColumnFamilyHandle* log = nullptr;
};

RocksScan::RocksScan(const std::filesystem::path& directory) : state_(std::make_unique<State>()) {
    std::vector<std::string> names;
    check(rocksdb::DB::ListColumnFamilies({}, directory.string(), &names));
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    rocksdb::DB* opened = nullptr;
    check(
        rocksdb::DB::OpenForReadOnly({}, directory.string(), families, &state_->families, &opened));
    state_->db.reset(opened);
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == "log") state_->log = state_->families[i];
    if (state_->log == nullptr) throw std::runtime_error("RocksDB: no column family `log`");
}

RocksScan::~RocksScan() = default;

std::uint64_t RocksScan::count() const {
    rocksdb::ReadOptions options;
    options.readahead_size = 2UL << 20;
    const std::unique_ptr<rocksdb::Iterator> at(state_->db->NewIterator(options, state_->log));
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        bytes += at->value().size();
        ++records;
    }
    check(at->status());
    return bytes > 0 ? records : 0;
}

}  // namespace almanac::benchmarks
