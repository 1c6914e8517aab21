#include "replay/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace almanac::replay {
namespace {
constexpr std::size_t bar_cells = 24;

std::string time_left(const ProgressPoint& point) {
    if (point.done == 0 || point.seconds < 0.5) return "";
    const auto each = point.seconds / static_cast<double>(point.done);
    const auto left = each * static_cast<double>(point.total - std::min(point.done, point.total));
    const auto whole = static_cast<std::uint64_t>(left + 0.5);
    if (whole < 120) return fmt::format("  {} s left", whole);
    return fmt::format("  {} min {:02} s left", whole / 60, whole % 60);
}
std::string speed(const ProgressPoint& point) {
    const auto rate = point.seconds > 0 ? static_cast<double>(point.events) / point.seconds : 0.0;
    return grouped(static_cast<std::uint64_t>(rate)) + " events/s";
}
}  // namespace

std::string grouped(std::uint64_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string progress_text(const ProgressPoint& point, const std::string& unit, bool bar) {
    const auto share =
        point.total == 0
            ? 1.0
            : std::min(1.0, static_cast<double>(point.done) / static_cast<double>(point.total));
    const auto cells = static_cast<std::size_t>(share * bar_cells);
    return fmt::format("{}{:3.0f}%  {}/{} {}{}{}",
                       bar ? fmt::format("[{:.<{}}] ", std::string(cells, '#'), bar_cells) : "",
                       share * 100, grouped(point.done), grouped(point.total), unit,
                       point.counts_events ? "  " + speed(point) : "", time_left(point));
}

Progress::Progress(std::ostream& out, bool is_terminal, std::string unit, std::uint64_t total,
                   bool counts_events)
    : out_(out),
      is_terminal_(is_terminal),
      unit_(std::move(unit)),
      total_(total),
      counts_events_(counts_events),
      start_(Clock::now()),
      next_(start_) {}

double Progress::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::print(std::uint64_t done, std::uint64_t events) {
    const ProgressPoint point{done, total_, events, seconds(), counts_events_};
    const auto text = progress_text(point, unit_, is_terminal_);
    if (is_terminal_)
        out_ << '\r' << text << "\x1b[K" << std::flush;
    else
        out_ << text << '\n' << std::flush;
}

void Progress::update(std::uint64_t done, std::uint64_t events) {
    const auto now = Clock::now();
    if (now < next_) return;
    next_ =
        now + (is_terminal_ ? std::chrono::milliseconds{200} : std::chrono::milliseconds{5'000});
    print(done, events);
}

void Progress::finish(std::uint64_t done, std::uint64_t events) {
    print(done, events);
    if (is_terminal_) out_ << '\n' << std::flush;
}

ProgressOfPieces::ProgressOfPieces(std::ostream& out, bool is_terminal,
                                   std::chrono::milliseconds silent_for)
    : out_(out),
      is_terminal_(is_terminal),
      speaks_from_(std::chrono::steady_clock::now() + silent_for) {}

ProgressOfPieces::~ProgressOfPieces() {
    finish();
}

void ProgressOfPieces::finish() {
    if (piece_ && has_spoken_) piece_->finish(done_, done_);
    piece_.reset();
}

// A piece begins when it does, also where it is not spoken of yet: its speed is that of all of it.
void ProgressOfPieces::update(std::string_view unit, std::uint64_t done, std::uint64_t total) {
    if (!piece_ || unit != unit_ || total != total_) {
        finish();
        unit_ = unit;
        total_ = total;
        has_spoken_ = false;
        piece_.emplace(out_, is_terminal_, unit_, total, unit_ == "events");
    }
    done_ = done;
    if (std::chrono::steady_clock::now() < speaks_from_) return;
    has_spoken_ = true;
    piece_->update(done, done);
}

}  // namespace almanac::replay
