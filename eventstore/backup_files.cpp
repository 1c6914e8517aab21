#include "eventstore/backup_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Result;
namespace fs = std::filesystem;

constexpr std::size_t page_bytes = 1UL << 20;
constexpr std::uint64_t spare_bytes = 16UL << 20;  // left to others

std::unexpected<kernel::Rejection> failed(std::string_view doing, const fs::path& path) {
    return std::unexpected(file_error(doing, path, errno));
}
std::unexpected<kernel::Rejection> failed(std::string_view doing, const fs::path& path,
                                          const std::error_code& error) {
    return std::unexpected(file_error(doing, path, error.value()));
}

// Reads a file to its end; `use` is given each piece and answers false where it failed.
template <class Use>
Result<std::string> read_through(const fs::path& file, const OnBytes& on_bytes, Use use) {
    const Descriptor in(disk_open(file, O_RDONLY | O_CLOEXEC));
    if (!in.ok()) return failed("Opening", file);
    (void)::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    std::string page(page_bytes, '\0');
    while (true) {
        const auto count = ::read(in.get(), page.data(), page.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return failed("Reading", file);
        if (count == 0) break;
        const auto piece = std::string_view(page).substr(0, static_cast<std::size_t>(count));
        crypto_hash_sha256_update(&hash, reinterpret_cast<const unsigned char*>(piece.data()),
                                  piece.size());
        if (Result<void> used = use(piece); !used) return std::unexpected(std::move(used.error()));
        if (on_bytes) on_bytes(piece.size());
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> sum{};
    crypto_hash_sha256_final(&hash, sum.data());
    std::string hex(2 * sum.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), sum.data(), sum.size());
    hex.pop_back();
    return hex;
}
}  // namespace

fs::path backup_scratch(const fs::path& partition) {
    return partition / ".backup";
}

Result<std::string> digest_of_file(const fs::path& file, const OnBytes& on_bytes) {
    return read_through(file, on_bytes, [](std::string_view) { return Result<void>(); });
}

Result<std::string> copy_file_synced(const fs::path& from, const fs::path& to,
                                     const OnBytes& on_bytes, mode_t mode) {
    const Descriptor out(disk_open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!out.ok()) return failed("Making", to);
    auto digest = read_through(from, on_bytes, [&](std::string_view piece) -> Result<void> {
        if (!write_all(out.get(), piece)) return failed("Writing", to);
        return {};
    });
    if (digest && disk_sync(out.get()) != 0) return failed("Syncing", to);
    return digest;
}

bool link_file(const fs::path& file, const fs::path& name) {
    return disk_link(file, name) == 0;
}

Result<void> sync_directories(const fs::path& root) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
         at.increment(error)) {
        if (!at->is_directory(error)) continue;
        if (auto synced = sync_directory(at->path()); !synced) return synced;
    }
    if (error) return failed("Reading", root, error);
    return sync_directory(root);
}

Result<void> make_directories(const fs::path& directory) {
    std::error_code error;
    if (directory.empty() || fs::is_directory(directory, error)) return {};
    if (auto made = make_directories(directory.parent_path()); !made) return made;
    if (disk_make_directory(directory, 0777) != 0) {
        const int why = errno;
        if (why == EEXIST && fs::is_directory(directory, error)) return {};
        return std::unexpected(file_error("Making", directory, why));
    }
    return sync_directory(directory.parent_path());
}

Result<void> remove_tree(const fs::path& root) {
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(root, error))) {
        if (disk_remove(root) != 0 && errno != ENOENT) return failed("Removing", root);
        return {};
    }
    std::vector<fs::path> names;
    for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error))
        names.push_back(at->path());
    if (error) return failed("Reading", root, error);
    for (const auto& name : names)
        if (auto removed = remove_tree(name); !removed) return removed;
    if (!fs::remove(root, error) && error) return failed("Removing", root, error);
    return {};
}

Result<std::vector<std::string>> files_below(const fs::path& root) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(root, error), end; !error && at != end;
         at.increment(error)) {
        if (at->is_regular_file(error))
            files.push_back(at->path().lexically_relative(root).string());
    }
    if (error) return failed("Reading", root, error);
    std::ranges::sort(files);
    return files;
}

Result<void> check_room(const fs::path& place, std::uint64_t bytes) {
    std::error_code error;
    const auto space = fs::space(place, error);
    if (error) return failed("Asking for the room at", place, error);
    if (space.available >= bytes + spare_bytes) return {};
    return kernel::unavailable(
        "disk_full",
        fmt::format("{} has {} MiB left, {} MiB are needed. Nothing was written.", place.string(),
                    space.available >> 20, (bytes + spare_bytes) >> 20),
        0);
}

}  // namespace almanac::eventstore
