#include "eventstore/backup.hpp"
#include "eventstore/backup_files.hpp"
#include "eventstore/data_directory.hpp"
#include "eventstore/partition_keys.hpp"

namespace almanac::eventstore {
namespace fs = std::filesystem;

namespace {
// Of views that nobody has open: all but RocksDB's lock and diary.
Result<void> link_closed_views(const fs::path& views, const fs::path& into) {
    std::error_code none;
    if (!fs::exists(views, none)) return {};
    const auto files = files_below(views);
    if (!files) return std::unexpected(files.error());
    if (auto made = make_directories(into); !made) return made;
    for (const auto& file : *files) {
        if (file == "LOCK" || file.starts_with("LOG")) continue;
        if (link_file(views / file, into / file)) continue;
        if (auto copied = copy_file_synced(views / file, into / file, {}); !copied)
            return std::unexpected(copied.error());
    }
    return {};
}
}  // namespace

Result<BackupReport> back_up_directory(const fs::path& data, const BackupOptions& options) {
    const auto directory = DataDirectory::open(data);
    if (!directory) return std::unexpected(directory.error());
    OpenOptions open;
    open.keyring = probe_keyring();
    std::vector<Inspection> inspections;
    std::vector<Partition> partitions;
    for (unsigned number = 0; number < directory->partitions(); ++number) {
        // All of them read-only first: where one does not fit, none is touched.
        const auto looked = directory->open_partition_read_only(number, open);
        if (!looked) return std::unexpected(looked.error());
        inspections.push_back(inspection_of(*looked));
    }
    std::vector<BackupSource> sources;
    for (const auto& inspection : inspections) {
        auto partition = directory->open_partition(inspection, open);
        if (!partition) return std::unexpected(std::move(partition.error()));
        partitions.push_back(std::move(*partition));
        const auto& opened = partitions.back();
        sources.push_back({opened.number, opened.log.get(), opened.path,
                           stopped_keyring_entries(opened.keyring_path()),
                           [views = opened.views_path()](const fs::path& into) {
                               return link_closed_views(views, into);
                           }});
    }
    return take_backup(sources, options);
}

}  // namespace almanac::eventstore
