#include "eventstore/carried.hpp"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace almanac::eventstore {
namespace {
constexpr std::size_t carried_bytes_max = 16 << 10;

// Appends what it is shown of some families to another batch.
class Appender final : public rocksdb::WriteBatch::Handler {
  public:
    Appender(rocksdb::WriteBatch& to, std::vector<rocksdb::ColumnFamilyHandle*> families)
        : to_(to), families_(std::move(families)) {}
    rocksdb::Status PutCF(std::uint32_t id, const rocksdb::Slice& key,
                          const rocksdb::Slice& value) override {
        auto* family = find(id);
        return family == nullptr ? rocksdb::Status::OK() : to_.Put(family, key, value);
    }
    rocksdb::Status DeleteCF(std::uint32_t id, const rocksdb::Slice& key) override {
        auto* family = find(id);
        return family == nullptr ? rocksdb::Status::OK() : to_.Delete(family, key);
    }

  private:
    rocksdb::ColumnFamilyHandle* find(std::uint32_t id) const {
        const auto at = std::ranges::find(families_, id, &rocksdb::ColumnFamilyHandle::GetID);
        return at == families_.end() ? nullptr : *at;
    }
    rocksdb::WriteBatch& to_;
    const std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

void append(rocksdb::WriteBatch& to, const rocksdb::WriteBatch& from,
            std::vector<rocksdb::ColumnFamilyHandle*> families) {
    Appender appender(to, std::move(families));
    const auto status = from.Iterate(&appender);
    if (!status.ok()) throw std::logic_error("a batch cannot be read: " + status.ToString());
}
}  // namespace

Carried::Carried()
    : unsynced_(std::make_unique<rocksdb::WriteBatch>()),
      both_(std::make_unique<rocksdb::WriteBatch>()) {}
Carried::~Carried() = default;

rocksdb::WriteBatch& Carried::before(rocksdb::WriteBatch& next,
                                     const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
    if (unsynced_->Count() == 0) return next;
    *both_ = *unsynced_;
    append(*both_, next, families);
    return *both_;
}

void Carried::written(const rocksdb::WriteBatch& next, bool synced,
                      rocksdb::ColumnFamilyHandle* policies) {
    if (synced)
        unsynced_->Clear();
    else
        append(*unsynced_, next, {policies});
}

bool Carried::is_much(const rocksdb::WriteBatch& next) const {
    return unsynced_->GetDataSize() + next.GetDataSize() > carried_bytes_max;
}

}  // namespace almanac::eventstore
