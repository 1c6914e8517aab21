#include "ops/benchmarks/filled_log.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

namespace almanac::benchmarks {
namespace {
using eventstore::Appended;
using eventstore::EventDraft;
using kernel::Result;

template <class T>
T value_or_throw(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
    return std::move(*result);
}

kernel::Uuid uuid_of(std::uint64_t number) {
    kernel::Uuid id;
    id.bytes = {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80};
    for (std::size_t i = 0; i < 7; ++i)
        id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return id;
}

EventDraft booking(std::uint64_t number) {
    const auto id = kernel::to_string(uuid_of(number));
    const auto resource = kernel::to_string(uuid_of(number % 100));
    const auto client = kernel::to_string(uuid_of(number % 2000));
    EventDraft draft;
    draft.id = eventstore::EventId{uuid_of(number)};
    draft.type = "scheduling.appointment_booked";
    draft.tags = {"appointment:" + id,
                  "resource_month:" + resource + "/2026-12",
                  "service_day:" + resource + "/2026-12-01",
                  fmt::format("reference_day:2026-12-{:02}", number % 28 + 1),
                  "client_visits:" + client + "/2026",
                  "usage:2026-12"};
    draft.data = fmt::format(
        R"({{"id":"{}","client_id":"{}","resources":["{}"],"reference":"BK-20261201-{}",)"
        R"("price":{{"amount":2500,"currency":"EUR"}},"customer":"{:s>420}"}})",
        id, client, resource, number, "");
    draft.metadata = R"({"request_id":"01900000-0000-7000-8000-000000000000"})";
    return draft;
}

// Keeps a number of appends under way until all are durable.
class Producers {
  public:
    Producers(eventstore::Writer& writer, const kernel::TenantId& tenant, std::uint64_t first,
              std::uint64_t events)
        : writer_(writer), tenant_(tenant), next_(first), end_(first + events), left_(events) {}

    void run(unsigned producers) {
        auto finished = finished_.get_future();
        for (unsigned i = 0; i < producers; ++i) produce();
        finished.get();
    }

  private:
    void produce() {
        const auto number = next_.fetch_add(1);
        if (number >= end_) return;
        auto submitted = writer_.append(tenant_, {{"system", "bench"}, {}, {}}, {booking(number)},
                                        std::nullopt, [this](Result<Appended> appended) {
                                            if (!appended) return fail(appended.error().code);
                                            if (left_.fetch_sub(1) == 1)
                                                return finished_.set_value();
                                            produce();
                                        });
        if (!submitted) fail(submitted.error().code);
    }
    void fail(const std::string& code) {
        if (!failed_.exchange(true))
            finished_.set_exception(std::make_exception_ptr(std::runtime_error(code)));
    }

    eventstore::Writer& writer_;
    kernel::TenantId tenant_;
    std::atomic<std::uint64_t> next_;
    std::uint64_t end_;
    std::atomic<std::uint64_t> left_;
    std::atomic<bool> failed_ = false;
    std::promise<void> finished_;
};
}  // namespace

FilledLog::FilledLog(const std::filesystem::path& directory, int mark_interval_ms)
    : log_directory_(directory / "log"), tenant_{uuid_of(1)} {
    std::filesystem::create_directories(directory);
    log_ = value_or_throw(eventstore::Log::open(log_directory_, eventstore::LogMode::create));
    mark_ =
        value_or_throw(eventstore::MarkFile::create(directory / "mark", {.position = 0,
                                                                         .hash = {},
                                                                         .keyring_generation = 0,
                                                                         .log_id = log_->log_id(),
                                                                         .manifest = {}}));
    writer_ = std::make_unique<eventstore::Writer>(
        *log_, *mark_, clock_, eventstore::WriterHooks{},
        eventstore::WriterOptions{.mark_interval_ms = mark_interval_ms});
}

FilledLog::~FilledLog() {
    writer_.reset();
}

double FilledLog::append(std::uint64_t events, unsigned producers) {
    const auto begun = std::chrono::steady_clock::now();
    Producers run(*writer_, tenant_, next_, events);
    run.run(producers);
    next_ += events;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

std::size_t FilledLog::record_bytes() const {
    return value_or_throw(log_->record_bytes(log_->last_position())).size();
}

std::size_t FilledLog::tags() const {
    return booking(0).tags.size();
}

}  // namespace almanac::benchmarks
