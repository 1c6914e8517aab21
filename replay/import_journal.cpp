#include "replay/import_journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "domain/kernel/digest.hpp"
#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
namespace fs = std::filesystem;

constexpr std::size_t block_bytes = 1UL << 20;

std::unexpected<kernel::Rejection> bad_arguments(std::string detail) {
    return kernel::reject(std::string(code_arguments), std::move(detail));
}

std::uint64_t number_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::string text_at(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Also where one is a link to the other, or is not there yet.
bool is_same(const std::string& a, const std::string& b) {
    std::error_code ignored;
    if (fs::equivalent(a, b, ignored)) return true;
    return fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

json::Value error_of(const kernel::Rejection& refused) {
    json::Array errors;
    for (const auto& error : refused.errors) {
        errors.push_back(
            {{"pointer", error.pointer}, {"code", error.code}, {"detail", error.detail}});
    }
    return json::Object{
        {"code", refused.code}, {"detail", refused.detail}, {"errors", std::move(errors)}};
}
}  // namespace

json::Object ImportTotals::to_json() const {
    return {{"line", line},
            {"done", done},
            {"replayed", replayed},
            {"refused", refused},
            {"complete", complete}};
}

json::Object error_line(const LineAnswer& answer) {
    return {{"line", answer.line},
            {"status", answer.status},
            {"error", error_of(*answer.refused)},
            {"input", answer.input}};
}

Result<void> check_apart(const ImportPlace& place) {
    const auto clash = [](std::string_view what, const std::string& path) {
        return bad_arguments(fmt::format("{} would be written over: {}", what, path));
    };
    if (!place.errors.empty() && is_same(place.errors, place.file))
        return clash("The file to import", place.errors);
    if (place.state.empty()) return {};
    for (const auto& written : {place.state, place.state + ".new"}) {
        if (is_same(written, place.file)) return clash("The file to import", written);
        if (!place.errors.empty() && is_same(written, place.errors))
            return clash("The file of --errors", written);
    }
    return {};
}

Result<FileDigest> digest_file(const std::string& path) {
    std::error_code ignored;
    if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored))
        return bad_arguments("A pipe is read once, and an import reads twice: " + path +
                             " is no regular file.");
    std::ifstream in(path, std::ios::binary);
    if (!in) return bad_arguments("The file cannot be read: " + path);
    FileDigest digest;
    std::string chain;
    std::string block(block_bytes, '\0');
    char last = '\n';
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
        const std::string_view bytes(block.data(), static_cast<std::size_t>(in.gcount()));
        digest.lines += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
        last = bytes.back();
        chain = kernel::sha256_hex(chain + kernel::sha256_hex(bytes));
    }
    if (in.bad()) return bad_arguments("The file cannot be read to its end: " + path);
    if (last != '\n') ++digest.lines;
    digest.sha256 = chain.empty() ? kernel::sha256_hex("") : chain;
    return digest;
}

Result<ImportJournal> ImportJournal::open(ImportPlace place) {
    ImportJournal journal;
    auto digest = digest_file(place.file);
    if (!digest) return std::unexpected(std::move(digest.error()));
    journal.digest_ = std::move(*digest);
    if (place.state.empty()) place.state = fmt::format("{}.{}.import", place.file, place.tenant);
    if (auto apart = check_apart(place); !apart) return std::unexpected(std::move(apart.error()));
    // Without the tenant, which has a slug and an id: keys are of a tenant anyway.
    journal.run_ =
        kernel::sha256_hex(fmt::format("{}\n{}", journal.digest_.sha256, place.how)).substr(0, 24);
    journal.place_ = std::move(place);
    if (auto read = journal.read_state(); !read) return std::unexpected(std::move(read.error()));
    if (auto opened = journal.open_errors(); !opened)
        return std::unexpected(std::move(opened.error()));
    if (auto saved = journal.save(journal.totals_.complete); !saved)
        return std::unexpected(std::move(saved.error()));
    return journal;
}

Result<void> ImportJournal::read_state() {
    std::ifstream in(place_.state, std::ios::binary);
    if (!in || place_.start_over) return {};
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto parsed = json::parse(text);
    if (!parsed || !parsed->is_object())
        return bad_arguments(
            fmt::format("{} is no state of an import; --start-over begins anew.", place_.state));
    const auto& state = parsed->get_object();
    if (number_at(state, "line") == 0) return {};  // nothing was sent under it
    if (text_at(state, "run") != run_ || text_at(state, "server") != place_.server ||
        text_at(state, "tenant") != place_.tenant) {
        return bad_arguments(fmt::format(
            "{} is about another import: the file, the server, the tenant or the mapping has "
            "changed since. Put corrected lines into a file of their own; or --start-over "
            "imports all of this one anew.",
            place_.state));
    }
    totals_.line = number_at(state, "line");
    totals_.done = number_at(state, "done");
    totals_.replayed = number_at(state, "replayed");
    totals_.refused = number_at(state, "refused");
    const auto* complete = state.if_contains("complete");
    totals_.complete = complete && *complete == true;
    errors_of_ = text_at(state, "errors");
    errors_bytes_ = number_at(state, "errors_bytes");
    return {};
}

// What was written after the state was saved is written again.
Result<void> ImportJournal::open_errors() {
    if (place_.errors.empty() || totals_.complete) return {};
    if (std::exchange(errors_of_, place_.errors) != place_.errors) errors_bytes_ = 0;
    std::error_code ignored;
    const auto there = fs::exists(place_.errors) ? fs::file_size(place_.errors, ignored) : 0;
    if (totals_.line == 0 || there < errors_bytes_) errors_bytes_ = 0;
    if (there > 0) fs::resize_file(place_.errors, errors_bytes_, ignored);
    errors_.open(place_.errors, std::ios::binary | std::ios::app);
    if (!errors_) return bad_arguments("The file cannot be written: " + place_.errors);
    return {};
}

Result<void> ImportJournal::note(const LineAnswer& answer) {
    totals_.line = answer.line;
    if (answer.ok()) {
        ++totals_.done;
        if (answer.replayed) ++totals_.replayed;
    } else {
        ++totals_.refused;
        if (errors_.is_open()) {
            const auto text = json::dump(json::Value(error_line(answer))) + '\n';
            errors_ << text;
            errors_bytes_ += text.size();
        }
    }
    if (std::chrono::steady_clock::now() < next_save_) return {};
    return save(false);
}

Result<void> ImportJournal::save(bool complete) {
    next_save_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
    totals_.complete = complete;
    if (errors_.is_open() && !errors_.flush())
        return bad_arguments("The file cannot be written: " + place_.errors);
    auto state = totals_.to_json();
    state["run"] = run_;
    state["file_sha256"] = digest_.sha256;
    state["server"] = place_.server;
    state["tenant"] = place_.tenant;
    state["errors"] = errors_of_;
    state["errors_bytes"] = errors_bytes_;
    const auto fresh = place_.state + ".new";
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out << json::dump(json::Value(state)) << '\n';
        if (!out.flush()) return bad_arguments("The file cannot be written: " + fresh);
    }
    std::error_code failed;
    fs::rename(fresh, place_.state, failed);
    if (failed) return bad_arguments("The file cannot be written: " + place_.state);
    return {};
}

}  // namespace almanac::replay
