// Replay: counting over the records of a log, and `records` with its indexes until it can serve,
// each from the first event of the same log, in process.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "domain/house.hpp"
#include "ops/benchmarks/bench_setting.hpp"
#include "ops/benchmarks/booked_log.hpp"
#include "ops/benchmarks/rocks_reference.hpp"
#include "projections/records/records.hpp"
#include "projections/runtime.hpp"

namespace almanac::benchmarks {
namespace {
using projections::RecordsProjection;
using projections::Runtime;
using projections::ViewStore;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

// Every record is read and its layout checked; counted are the bookings and all tags. Data stays
// the text it is: what reads it is measured with `records`.
struct Count {
    std::uint64_t bookings = 0;
    std::uint64_t tags = 0;
};
Count count(const eventstore::Log& log) {
    Count found;
    const auto scanned =
        log.scan(1, log.last_position(), [&](std::uint64_t, std::string_view bytes) {
            const auto record = eventstore::RecordView::parse(bytes);
            if (!record) throw std::runtime_error(record.error().detail);
            if (record->type() == "scheduling.appointment_booked") ++found.bookings;
            found.tags += record->tag_count();
            return true;
        });
    if (!scanned) throw std::runtime_error(scanned.error().detail);
    return found;
}

class RecordsRun {
  public:
    RecordsRun(const kernel::Catalogue& catalogue, const BookedLog& log,
               const std::filesystem::path& directory)
        : log_(log),
          records_(catalogue),
          store_(opened(ViewStore::open(directory, log.log().log_id(), log.log().last_position()))),
          queries_(catalogue, *store_, log.log()) {}

    // From the start until the last booking is read and listed; `at_once` or event by event.
    double seconds(const kernel::Catalogue& catalogue, bool at_once) {
        projections::RuntimeOptions options;
        if (!at_once) options.bulk.events_min = UINT64_MAX;
        Runtime runtime(catalogue, log_.log(), *store_, {&records_}, {}, options);
        const auto begun = Clock::now();
        runtime.start();
        std::atomic<bool> applied = false;
        runtime.when_applied(log_.log().last_position(), begun + std::chrono::hours(2),
                             [&](bool yes) {
                                 applied = yes;
                                 applied.notify_one();
                             });
        applied.wait(false);
        check_served();
        const auto took = seconds_since(begun);
        if (at_once && runtime.status().bulk_builds != 1)
            throw std::runtime_error("the records were not built at once");
        runtime.stop();
        return took;
    }
    ViewStore::Digest digest() const { return store_->digest(records_.view()); }

  private:
    static std::unique_ptr<ViewStore> opened(kernel::Result<std::unique_ptr<ViewStore>> store) {
        if (!store) throw std::runtime_error(store.error().detail);
        return std::move(*store);
    }
    void check_served() const {
        const auto last = log_.booking(log_.bookings() - 1);
        const auto row = queries_.get(log_.tenant(), "appointments", last);
        if (!row || !*row) throw std::runtime_error("the last booking is not there");
        const auto page = queries_.list(log_.tenant(), "appointments", {.sort = "-start"});
        if (!page || page->rows.size() != 50) throw std::runtime_error("the list is not there");
    }
    const BookedLog& log_;
    RecordsProjection records_;
    std::unique_ptr<ViewStore> store_;
    projections::RecordQueries queries_;
};

Row counting(const BookedLog& log, const Scratch& scratch, unsigned rounds) {
    const RocksScan rocks(scratch / "log");
    const auto events = static_cast<double>(log.bookings());
    std::vector<double> ours, theirs;
    for (unsigned round = 0; round < rounds; ++round) {
        auto begun = Clock::now();
        if (count(log.log()).bookings != log.bookings())
            throw std::runtime_error("the replay missed events");
        ours.push_back(events / seconds_since(begun));
        begun = Clock::now();
        if (rocks.count() != log.bookings()) throw std::runtime_error("RocksDB missed events");
        theirs.push_back(events / seconds_since(begun));
    }
    auto row = compare("replay_counting", "events/s", ours, "RocksDB's iterator", theirs);
    row.note = fmt::format("records of {} bytes; asked: 1,000,000", log.record_bytes());
    return row;
}
}  // namespace

std::vector<Row> bench_replay(const BenchSetting& setting) {
    const Scratch scratch(setting, "replay");
    const auto catalogue = build_catalogue();
    BookedLog log(scratch / "log");
    fmt::print("replay: writing {} bookings\n", setting.events);
    std::fflush(stdout);
    log.fill(setting.events);
    std::vector<Row> rows{counting(log, scratch, setting.rounds)};
    const auto events = static_cast<double>(setting.events);
    std::vector<double> at_once, one_by_one;
    for (unsigned round = 0; round < std::max(1U, setting.rounds / 3); ++round) {
        ViewStore::Digest digest;
        {
            RecordsRun run(catalogue, log, scratch / fmt::format("views{}", round));
            at_once.push_back(events / run.seconds(catalogue, true));
            digest = run.digest();
        }  // else it would be compacted beside the next one
        RecordsRun ordinary(catalogue, log, scratch / fmt::format("ordinary{}", round));
        one_by_one.push_back(events / ordinary.seconds(catalogue, false));
        if (ordinary.digest() != digest)
            throw std::runtime_error("both ways do not give the same rows");
        fmt::print("records, round {}: {:.0f} events/s at once, {:.0f} one by one, same digest\n",
                   round + 1, at_once.back(), one_by_one.back());
        std::fflush(stdout);
    }
    rows.push_back(compare("replay_records", "events/s", at_once, "event by event", one_by_one));
    rows.back().note = "until they can serve; asked: 100,000";
    return rows;
}

}  // namespace almanac::benchmarks
