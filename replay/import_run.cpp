#include "replay/import_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <thread>

#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::RejectionKind;

constexpr int tries_max = 7;  // without any progress: about half a minute

std::unexpected<kernel::Rejection> nonsense(std::string detail) {
    return kernel::reject(RejectionKind::corrupt, std::string(code_server), std::move(detail));
}
}  // namespace

ImportRun::ImportRun(HttpClient& client, std::string tenant, LineSource& source, OnAnswer on_answer,
                     std::ostream& notes)
    : client_(client),
      tenant_(std::move(tenant)),
      source_(source),
      on_answer_(std::move(on_answer)),
      notes_(notes) {}

bool ImportRun::settle(LineAnswer answer) {
    progress_ = true;
    if (auto noted = on_answer_(std::move(answer)); !noted) failed_ = std::move(noted.error());
    return !failed_;
}

// Bad ones at the front have waited for their turn alone.
bool ImportRun::settle_bad() {
    while (!waiting_.empty() && waiting_.front().bad && sent_ > 0) {
        auto line = std::move(waiting_.front());
        waiting_.pop_front();
        --sent_;
        if (!settle({line.line, 422, {}, false, std::move(line.bad), std::move(line.input)}))
            return false;
    }
    return true;
}

std::string ImportRun::next_piece() {
    while (!failed_) {
        if (sent_ == waiting_.size()) {
            if (source_ended_) return {};
            auto line = source_.next();
            if (!line) {
                failed_ = std::move(line.error());
                return {};
            }
            source_ended_ = !*line;
            if (source_ended_) return {};
            waiting_.push_back(std::move(**line));
        }
        const auto& line = waiting_[sent_++];
        if (!line.bad) return line.text + '\n';
        settle_bad();
    }
    return {};
}

bool ImportRun::take_answer(std::string_view text) {
    const auto parsed = json::parse(text);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    const auto* number = object ? object->if_contains("line") : nullptr;
    const auto* status = object ? object->if_contains("status") : nullptr;
    const auto bad = [this] {
        failed_ = nonsense("The server's answer is none to this import.").error();
        return false;
    };
    if (!number || !status || !number->is_number() || !status->is_number() ||
        number->to_number<std::uint64_t>() != ++answered_)
        return bad();
    LineAnswer answer;
    answer.status = status->to_number<int>();
    if (const auto* id = object->if_contains("id")) answer.id = std::string(id->as_string());
    answer.replayed = object->contains("replayed");
    if (const auto* error = object->if_contains("error"))
        answer.refused = rejection_of({answer.status, {}, json::dump(*error)});
    const bool not_tried = answer.status == 503 || answer.status == 408 || answer.status == 401;
    if (not_tried && answer.refused) {
        // Of the line to come, where the server ends before it: if there is none, all is done.
        if (source_ended_ && waiting_.empty()) return true;
        if (answer.status == 408) answer.refused->kind = RejectionKind::unavailable;
        failed_ = std::move(answer.refused);
        return false;
    }
    if (sent_ == 0) return bad();
    answer.line = waiting_.front().line;
    answer.input = std::move(waiting_.front().input);
    waiting_.pop_front();
    --sent_;
    return settle(std::move(answer)) && settle_bad();
}

Result<bool> ImportRun::exchange() {
    sent_ = 0;
    answered_ = 0;
    failed_.reset();
    const auto answer = client_.upload(
        fmt::format("/v1/tenants/{}/import", percent_encode(tenant_)), "application/x-ndjson",
        [this] { return next_piece(); },
        [this](std::string_view line) { return take_answer(line); });
    if (failed_) return std::unexpected(*failed_);
    if (!answer) return std::unexpected(answer.error());
    if (!answer->ok()) return std::unexpected(rejection_of(*answer));
    if (source_ended_ && waiting_.empty()) return true;
    return kernel::unavailable(std::string(code_unreachable),
                               "The server's answer ended before all lines were answered.");
}

Result<void> ImportRun::run() {
    for (int tries = 1;; ++tries) {
        progress_ = false;
        const auto done = exchange();
        if (done) return {};
        const auto& why = done.error();
        if (why.kind != RejectionKind::unavailable) return std::unexpected(why);
        if (progress_) tries = 1;
        if (tries == tries_max) return std::unexpected(why);
        const auto wait = std::chrono::milliseconds{100} * (1 << tries);
        const std::chrono::seconds asked{why.retry_after_seconds};
        notes_ << "almanac: " << why.detail << " Trying again.\n" << std::flush;
        std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(wait, asked));
    }
}

}  // namespace almanac::replay
