#include "replay/view_positions.hpp"

#include <rocksdb/db.h>

#include <memory>

#include "eventstore/log.hpp"
#include "eventstore/rocks_status.hpp"

namespace almanac::replay {
namespace {
constexpr std::string_view checkpoint_prefix{"\0c", 2};

std::string_view view_of(const rocksdb::Slice& slice) {
    return {slice.data(), slice.size()};
}
}  // namespace

kernel::Result<std::vector<ViewPosition>> view_positions(const std::filesystem::path& views) {
    std::error_code ignored;
    std::vector<ViewPosition> found;
    if (!std::filesystem::exists(views / "CURRENT", ignored)) return found;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly({}, views.string(), &opened);
    if (!status.ok()) return std::unexpected(eventstore::translate(status, "Reading the views"));
    const std::unique_ptr<rocksdb::DB> db(opened);
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator({}));
    for (at->Seek(rocksdb::Slice(checkpoint_prefix.data(), checkpoint_prefix.size()));
         at->Valid() && view_of(at->key()).starts_with(checkpoint_prefix); at->Next()) {
        auto name = view_of(at->key()).substr(checkpoint_prefix.size());
        const auto value = view_of(at->value());
        if (!name.ends_with('\0') || value.size() != 12) {
            return kernel::corrupt("A checkpoint of the views is damaged.");
        }
        name.remove_suffix(1);
        std::string version(4, '\0');
        version += value.substr(0, 4);
        found.push_back({std::string(name),
                         static_cast<std::uint32_t>(eventstore::read_u64(version)),
                         eventstore::read_u64(value.substr(4))});
    }
    if (!at->status().ok()) {
        return std::unexpected(eventstore::translate(at->status(), "Reading the views"));
    }
    return found;
}

}  // namespace almanac::replay
