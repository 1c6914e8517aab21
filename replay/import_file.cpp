#include "replay/import_file.hpp"

#include <fmt/format.h>

#include <ostream>

#include "replay/failure.hpp"
#include "replay/progress.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;

constexpr std::uint64_t told_max = 20;              // bad lines; all of them go to --errors
constexpr std::size_t line_bytes_max = 16UL << 20;  // the server takes less and says so

class NdjsonSource final : public LineSource {
  public:
    NdjsonSource(const std::string& file, std::uint64_t after, std::string run)
        : in_(file, std::ios::binary), after_(after), run_(std::move(run)) {}

    Result<std::optional<LineToSend>> next() override {
        std::string text;
        while (std::getline(in_, text)) {
            ++line_;
            if (line_ == 1 && text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
            if (line_ <= after_ || text.find_first_not_of(" \t\r") == std::string::npos) continue;
            if (text.size() > line_bytes_max) {
                return LineToSend{
                    line_,
                    {},
                    text.substr(0, 200),
                    kernel::reject("line_too_long", "A line has at most 1 MiB.").error()};
            }
            auto sent = with_key(text, fmt::format("import/{}/{}", run_, line_));
            return LineToSend{line_, std::move(sent), std::move(text)};
        }
        return std::optional<LineToSend>{};
    }

  private:
    std::ifstream in_;
    std::uint64_t after_;
    std::string run_;
    std::uint64_t line_ = 0;
};
}  // namespace

std::string with_key(std::string line, const std::string& key) {
    const auto parsed = json::parse(line);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    if (!object || object->contains("idempotency_key")) return line;
    const auto begin = line.find('{') + 1;
    const auto member = fmt::format(R"("idempotency_key":"{}"{})", key, object->empty() ? "" : ",");
    line.insert(begin, member);
    return line;
}

// What stands in a file must not steer the terminal.
std::string tell_line(const LineAnswer& answer) {
    const auto text =
        fmt::format("line {}: {} {}", answer.line, answer.status, explain(*answer.refused));
    std::string told;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\n') || byte == 0x7f)
            told += fmt::format("\\x{:02x}", byte);
        else
            told += c;
    }
    return told;
}

Result<ImportTotals> run_import(ImportJournal& journal, HttpClient& client,
                                const std::string& tenant, LineSource& source,
                                ImportTerminal terminal) {
    if (journal.totals().complete) {
        terminal.err << "This file was imported before; nothing is sent.\n";
        return journal.totals();
    }
    Progress bar(terminal.err, terminal.err_is_terminal, "lines", journal.file_lines());
    const auto before = journal.totals().line;
    std::uint64_t told = 0;
    const auto on_answer = [&](const LineAnswer& answer) -> Result<void> {
        if (!answer.ok() && told++ < told_max) terminal.err << tell_line(answer) << '\n';
        auto noted = journal.note(answer);
        bar.update(answer.line, journal.totals().line - before);
        return noted;
    };
    ImportRun run(client, tenant, source, on_answer, terminal.err);
    const auto done = run.run();
    if (auto saved = journal.save(done.has_value()); !saved) return std::unexpected(saved.error());
    if (told > told_max)
        terminal.err << fmt::format("… and {} more bad lines (--errors FILE keeps them all)\n",
                                    told - told_max);
    if (!done) return std::unexpected(done.error());
    bar.finish(journal.file_lines(), journal.totals().line - before);
    return journal.totals();
}

Result<ImportTotals> import_file(const ImportWish& wish, const ServerAddress& server,
                                 ImportTerminal terminal) {
    auto journal = ImportJournal::open(
        {wish.file, server.url, wish.tenant, wish.state, wish.errors, "ndjson", wish.start_over});
    if (!journal) return std::unexpected(std::move(journal.error()));
    NdjsonSource source(wish.file, journal->totals().line, journal->run());
    HttpClient client(server);
    return run_import(*journal, client, wish.tenant, source, terminal);
}

}  // namespace almanac::replay
