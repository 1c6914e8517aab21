#include "replay/verify_views.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <map>

#include "projections/applier.hpp"
#include "projections/read_models.hpp"
#include "projections/records/records.hpp"

namespace almanac::replay {
namespace {
namespace fs = std::filesystem;
using projections::ViewStore;

// Removed with all that is in it.
class Scratch {
  public:
    Scratch() {
        auto name = (fs::temp_directory_path() / "almanac-verify-XXXXXX").string();
        if (::mkdtemp(name.data())) path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

std::string hexadecimal(const ViewStore::Digest& digest) {
    std::string text;
    for (const auto byte : digest) text += fmt::format("{:02x}", byte);
    return text;
}

class Rebuild {
  public:
    Rebuild(const kernel::Catalogue& catalogue, const Log& log, ViewStore& store,
            const TellProgress& tell)
        : log_(log),
          store_(store),
          tell_(tell),
          records_(catalogue),
          models_(catalogue, store),
          applier_(catalogue, log, store, all(), {}) {
        applier_.load();
    }

    std::vector<projections::Projection*> all() {
        auto projections = models_.projections();
        projections.push_back(&records_);
        return projections;
    }

    Result<void> up_to(std::uint64_t position) {
        constexpr std::size_t batch_events = 512;
        std::vector<eventstore::CommittedEvent> batch;
        Result<void> failed;
        const auto add = [&](std::uint64_t at, std::string_view bytes) {
            auto record = eventstore::decode(bytes);
            if (!record) {
                failed = std::unexpected(std::move(record.error()));
                return false;
            }
            batch.push_back(
                {at, std::make_shared<const eventstore::Record>(std::move(*record)), {}});
            tell_("events in views", at, log_.last_position());
            if (batch.size() < batch_events && at < position) return true;
            applier_.apply(batch);
            batch.clear();
            return true;
        };
        if (reached_ >= position) return {};
        if (auto read = log_.scan(reached_ + 1, position, add); !read) return read;
        reached_ = position;
        return failed;
    }

    ViewStore::Digest digest(const projections::ViewName& view) const {
        return store_.digest(view);
    }

  private:
    const Log& log_;
    ViewStore& store_;
    const TellProgress& tell_;
    projections::RecordsProjection records_;
    projections::ReadModels models_;
    projections::Applier applier_;
    std::uint64_t reached_ = 0;
};

Result<std::vector<ComparedView>> compare(const eventstore::Partition& partition,
                                          const kernel::Catalogue& catalogue,
                                          const ViewStore& views, ViewStore& beside,
                                          Findings& findings, const TellProgress& tell) {
    Rebuild rebuild(catalogue, *partition.log, beside, tell);
    std::multimap<std::uint64_t, projections::ViewName> by_position;
    for (const auto* projection : rebuild.all()) {
        const auto checkpoint = views.checkpoint(projection->name());
        if (checkpoint && checkpoint->version == projection->version()) {
            by_position.emplace(checkpoint->position, projection->view());
            continue;
        }
        findings.add_missing(fmt::format(
            "partition {}: view {} is {}, so nothing can be said of it; the next start builds it.",
            partition.number, projection->name(),
            checkpoint ? fmt::format("of version {} and not {}", checkpoint->version,
                                     projection->version())
                       : "not there"));
    }
    std::vector<ComparedView> compared;
    for (const auto& [position, view] : by_position) {
        if (auto built = rebuild.up_to(position); !built)
            return std::unexpected(std::move(built.error()));
        const auto there = views.digest(view);
        compared.push_back(
            {view.name, position, hexadecimal(there), there == rebuild.digest(view)});
        if (compared.back().equal) continue;
        findings.add(fmt::format("view {} at {}-{}: its rows are not those of a rebuild.",
                                 view.name, partition.number, position));
    }
    return compared;
}
}  // namespace

Result<std::vector<ComparedView>> verify_views(const eventstore::Partition& partition,
                                               const kernel::Catalogue& catalogue,
                                               Findings& findings, const TellProgress& tell) {
    const auto& log = *partition.log;
    std::error_code ignored;
    if (!fs::exists(partition.views_path() / "CURRENT", ignored)) {
        findings.add_missing(
            fmt::format("partition {}: there are no views, so nothing can be said of "
                        "them; the next start builds them.",
                        partition.number));
        return {};
    }
    const Scratch scratch;
    if (scratch.path().empty())
        return kernel::unavailable("io_error", "There is no room for a rebuild of the views.");
    try {
        const auto views =
            ViewStore::open_read_only(partition.views_path(), log.log_id(), log.last_position());
        if (!views) return std::unexpected(views.error());
        if (const auto& why = (*views)->discarded(); !why.empty()) {
            findings.add_missing(
                fmt::format("partition {}: nothing can be said of the views, {}; the next "
                            "start builds them anew.",
                            partition.number, why));
            return {};
        }
        const auto beside = ViewStore::open(scratch.path(), log.log_id(), log.last_position());
        if (!beside) return std::unexpected(beside.error());
        return compare(partition, catalogue, **views, **beside, findings, tell);
    } catch (const projections::ViewFailure& failure) {
        return std::unexpected(failure.rejection());
    }
}

}  // namespace almanac::replay
