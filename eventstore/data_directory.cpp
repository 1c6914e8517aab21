#include "eventstore/data_directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "eventstore/backup_files.hpp"
#include "eventstore/disk.hpp"
#include "eventstore/durable_files.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::RejectionKind;
namespace fs = std::filesystem;

constexpr std::string_view first_line = "almanac data directory\n";

struct Format {
    unsigned partitions = 1;
    std::optional<kernel::Instant> sandbox_time;
};

std::string checksum_line(std::string_view lines) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(lines.data()),
                       lines.size());
    std::string line = "checksum ";
    for (std::size_t i = 0; i < 8; ++i) line += fmt::format("{:02x}", hash[i]);
    return line + "\n";
}

std::string write_format(const Format& format) {
    auto text = fmt::format("{}format {}\npartitions {}\n", first_line, data_format_version,
                            format.partitions);
    if (format.sandbox_time)
        text += fmt::format("sandbox {}\n", kernel::to_string(*format.sandbox_time));
    return text + checksum_line(text);
}

// The line's value and the text behind the line; nothing where the text does not begin with it.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || !text.starts_with(name)) return std::nullopt;
    const auto value = text.substr(name.size(), end - name.size());
    text.remove_prefix(end + 1);
    return value;
}
std::optional<unsigned> number(std::optional<std::string_view> text) {
    unsigned value = 0;
    if (!text) return std::nullopt;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
    return value;
}

Result<Format> parse_format(std::string_view text) {
    const auto damaged = corrupt("The file `format` of the data directory is damaged.");
    auto rest = text;
    if (!rest.starts_with(first_line)) return damaged;
    rest.remove_prefix(first_line.size());
    const auto version = number(take_line(rest, "format "));
    if (!version) return damaged;
    if (*version > data_format_version)
        return kernel::unavailable(
            "newer_format",
            fmt::format("The data directory has format {}; this program knows {}.", *version,
                        data_format_version),
            0);
    const auto partitions = number(take_line(rest, "partitions "));
    const auto sandbox = take_line(rest, "sandbox ");
    Format format;
    if (sandbox) format.sandbox_time = kernel::parse_instant(*sandbox);
    if (*version != data_format_version || !partitions || *partitions == 0 ||
        *partitions > partitions_max || (sandbox && !format.sandbox_time))
        return damaged;
    format.partitions = *partitions;
    if (text != write_format(format)) return damaged;
    return format;
}

Result<void> make_partition(const fs::path& path, const CreateOptions& options) {
    if (disk_make_directory(path, 0777) != 0 || disk_make_directory(path / "views", 0777) != 0)
        return std::unexpected(file_error("Making", path, errno));
    auto log = Log::open(path / "log", LogMode::create, options.log);
    if (!log) return std::unexpected(std::move(log.error()));
    Mark first;
    first.log_id = (*log)->log_id();
    first.manifest = (*log)->manifest();
    log->reset();
    auto mark = MarkFile::create(path / "mark", first);
    if (!mark) return std::unexpected(std::move(mark.error()));
    if (auto made = replace_file(path / "erasures", ""); !made) return made;
    if (auto made = reserve_file(path / "ballast", options.ballast_bytes); !made) return made;
    return sync_directory(path);
}

// A directory is a name in the one above, which has to last as what is in it does: also where
// somebody else has just made it. Above what we may not even read it is theirs to sync.
Result<void> sync_name_of(const fs::path& directory) {
    std::error_code error;
    const auto whole = fs::canonical(directory, error);
    if (error) return std::unexpected(file_error("Reading", directory, error.value()));
    const auto above = whole.parent_path();
    return ::access(above.c_str(), R_OK) == 0 ? sync_directory(above) : Result<void>();
}

std::string partition_name(unsigned number) {
    return fmt::format("p{:04}", number);
}
}  // namespace

int exit_code(const kernel::Rejection& refusal) {
    static constexpr std::array<std::pair<std::string_view, int>, 12> codes{{
        {"data_missing", 10},
        {"data_exists", 11},
        {"data_locked", 12},
        {"newer_format", 13},
        {"corrupt", 14},
        {"log_missing", 14},
        {"mark_missing", 14},
        {"log_behind_mark", 15},
        {"keyring_behind_log", 16},
        {"log_id_differs", 17},
        {"disk_full", 18},
        {"io_error", 18},
    }};
    for (const auto& [code, exit] : codes)
        if (refusal.code == code) return exit;
    if (refusal.code.starts_with("keyring_") || refusal.code.starts_with("master_key_")) return 19;
    return refusal.code == "cannot_listen" ? 3 : 1;
}

Result<void> DataDirectory::create(const fs::path& path, const CreateOptions& options) {
    if (options.partitions == 0 || options.partitions > partitions_max)
        return kernel::invalid_field("/partitions", "range", "There are 1 to 1024 partitions.");
    if (auto made = make_directories(path); !made) return made;
    if (auto synced = sync_name_of(path); !synced) return synced;
    std::error_code error;
    const bool empty = fs::is_empty(path, error);
    if (error) return std::unexpected(file_error("Reading", path, error.value()));
    if (!empty)
        return kernel::unavailable("data_exists",
                                   fmt::format("{} is not empty; nothing was changed. A new data "
                                               "directory needs an empty or a new place.",
                                               path.string()),
                                   0);
    if (auto made = replace_file(path / "lock", ""); !made) return made;
    const int lock = ::open((path / "lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) return std::unexpected(file_error("Opening", path / "lock", errno));
    const DataDirectory held(path, lock, options.partitions, options.sandbox_time);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return kernel::unavailable("data_locked", "Another process makes this directory.", 0);
    for (unsigned i = 0; i < options.partitions; ++i)
        if (auto made = make_partition(held.partition_path(i), options); !made) return made;
    return replace_file(path / "format", write_format({options.partitions, options.sandbox_time}));
}

Result<DataDirectory> DataDirectory::open(const fs::path& path) {
    auto text = read_file(path / "format");
    if (!text) return std::unexpected(std::move(text.error()));
    if (!*text)
        return kernel::unavailable(
            "data_missing",
            fmt::format("{} is no data directory; `almanacd init` makes one.", path.string()), 0);
    auto format = parse_format(**text);
    if (!format) return std::unexpected(std::move(format.error()));
    const auto lock_path = path / "lock";
    int lock = ::open(lock_path.c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0 && errno == ENOENT)
        lock = ::open(lock_path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0640);
    if (lock < 0) return std::unexpected(file_error("Opening", lock_path, errno));
    DataDirectory held(path, lock, format->partitions, format->sandbox_time);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return kernel::unavailable("data_locked",
                                   fmt::format("Another process uses {}.", path.string()), 0);
    return held;
}

DataDirectory::DataDirectory(fs::path path, int lock, unsigned partitions,
                             std::optional<kernel::Instant> sandbox_time)
    : path_(std::move(path)), lock_(lock), partitions_(partitions), sandbox_time_(sandbox_time) {}

DataDirectory::~DataDirectory() {
    if (lock_ >= 0) ::close(lock_);
}
DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      partitions_(other.partitions_),
      sandbox_time_(other.sandbox_time_) {}
DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    std::swap(partitions_, other.partitions_);
    std::swap(sandbox_time_, other.sandbox_time_);
    return *this;
}

fs::path DataDirectory::partition_path(unsigned number) const {
    return path_ / partition_name(number);
}

}  // namespace almanac::eventstore
