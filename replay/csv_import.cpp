#include "replay/csv_import.hpp"

#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <ostream>

#include "replay/business_names.hpp"
#include "replay/csv_mapping.hpp"
#include "replay/failure.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using kernel::FieldError;
using Errors = std::vector<FieldError>;

// A row on its way to be the body of a command.
class RowReader {
  public:
    virtual ~RowReader() = default;
    virtual const char* command() const = 0;
    virtual CsvFields fields(const json::Object& schema) const = 0;
    virtual const std::map<std::string, std::string>& also_known() const = 0;
    virtual Result<void> prepare() = 0;
    virtual Result<json::Object> body(const CsvFields& fields, const CsvMapping& mapping,
                                      const std::vector<std::string>& row, Errors& errors) = 0;
    // Of a dry run: what the row will meet.
    virtual Result<void> foresee(const json::Object& body, std::uint64_t line, Errors& errors) = 0;
};

class ClientRows final : public RowReader {
  public:
    ClientRows(HttpClient& client, const std::string& tenant) : names_(client, tenant) {}
    const char* command() const override { return "create_client"; }
    CsvFields fields(const json::Object& schema) const override {
        return CsvFields(schema, {}, {});
    }
    const std::map<std::string, std::string>& also_known() const override {
        static const std::map<std::string, std::string> known{
            {"firstname", "first_name"},
            {"given_name", "first_name"},
            {"lastname", "last_name"},
            {"surname", "last_name"},
            {"family_name", "last_name"},
            {"e_mail", "email"},
            {"mail", "email"},
            {"email_address", "email"},
            {"telephone", "phone"},
            {"mobile", "phone"},
            {"phone_number", "phone"},
            {"date_of_birth", "birth_date"},
            {"birthday", "birth_date"},
            {"birthdate", "birth_date"},
            {"street", "address.line1"},
            {"address", "address.line1"},
            {"city", "address.city"},
            {"postcode", "address.postal_code"},
            {"zip", "address.postal_code"},
            {"postal_code", "address.postal_code"},
            {"state", "address.state"},
            {"country", "address.country"},
            {"comments", "notes"},
            {"comment", "notes"},
            {"consent", "marketing_consent"}};
        return known;
    }
    Result<void> prepare() override { return {}; }
    Result<json::Object> body(const CsvFields& fields, const CsvMapping& mapping,
                              const std::vector<std::string>& row, Errors&) override {
        return mapping.body(fields, row, {});
    }
    Result<void> foresee(const json::Object& body, std::uint64_t line, Errors& errors) override {
        for (const auto* field : {"email", "phone"}) {
            const auto* value = body.if_contains(field);
            if (!value || !value->is_string()) continue;
            const auto key = fmt::format("{} {}", field, folded(value->get_string()));
            const auto [at, fresh] = seen_.emplace(key, line);
            const auto pointer = std::string("/") + field;
            if (!fresh) {
                errors.push_back(
                    {pointer, "repeated", fmt::format("Line {} has it too.", at->second)});
                continue;
            }
            const auto known = names_.client(std::string(value->get_string()));
            if (!known) return std::unexpected(known.error());
            if (*known)
                errors.push_back(
                    {pointer, "taken", fmt::format("The client {} has it already.", **known)});
        }
        return {};
    }

  private:
    BusinessNames names_;
    std::map<std::string, std::uint64_t> seen_;
};

class AppointmentRows final : public RowReader {
  public:
    AppointmentRows(HttpClient& client, const std::string& tenant, std::string time_zone)
        : names_(client, tenant), time_zone_(std::move(time_zone)) {}
    const char* command() const override { return "book_appointment"; }
    CsvFields fields(const json::Object& schema) const override {
        return CsvFields(schema, {"service_id", "client_id", "resource_ids", "hold_id", "start"},
                         {"service", "client", "resources", "start", "date", "time"});
    }
    const std::map<std::string, std::string>& also_known() const override {
        static const std::map<std::string, std::string> known{
            {"service_id", "service"},  {"service_name", "service"},
            {"client_id", "client"},    {"client_email", "client"},
            {"client_phone", "client"}, {"customer", "client"},
            {"email", "client"},        {"phone", "client"},
            {"resource", "resources"},  {"resource_ids", "resources"},
            {"staff", "resources"},     {"start_time", "time"},
            {"start_date", "date"},     {"starts_at", "start"},
            {"people", "party_size"},   {"party", "party_size"},
            {"notes", "client_notes"},  {"reason", "off_grid_reason"}};
        return known;
    }
    Result<void> prepare() override { return names_.load(time_zone_); }
    Result<json::Object> body(const CsvFields& fields, const CsvMapping& mapping,
                              const std::vector<std::string>& row, Errors& errors) override {
        auto body =
            mapping.body(fields, row, {"service", "client", "resources", "start", "date", "time"});
        const auto put = [&](const char* member, const Named& named) {
            if (named)
                body[member] = *named;
            else
                errors.push_back(named.error());
        };
        if (const auto service = mapping.cell(row, "service"); !service.empty())
            put("service_id", names_.service(service));
        else
            errors.push_back({"/service", "required", "This field is required."});
        if (const auto text = mapping.cell(row, "client"); !text.empty()) {
            const auto client = names_.client(text);
            if (!client) return std::unexpected(client.error());
            put("client_id", *client);
        }
        add_start(mapping, row, body, errors);
        const auto resources = fields_of(mapping.cell(row, "resources"));
        if (resources.empty()) return body;
        json::Array ids;
        for (const auto& text : resources) {
            if (const auto named = names_.resource(text))
                ids.emplace_back(*named);
            else
                errors.push_back(named.error());
        }
        body["resource_ids"] = std::move(ids);
        return body;
    }
    Result<void> foresee(const json::Object&, std::uint64_t, Errors&) override { return {}; }

  private:
    static std::vector<std::string> fields_of(const std::string& cell) {
        std::vector<std::string> items;
        for (std::size_t at = 0; at < cell.size();) {
            const auto end = std::min(cell.find(';', at), cell.size());
            if (auto item = trimmed(cell.substr(at, end - at)); !item.empty())
                items.push_back(std::move(item));
            at = end + 1;
        }
        return items;
    }
    void add_start(const CsvMapping& mapping, const std::vector<std::string>& row,
                   json::Object& body, Errors& errors) const {
        auto text = mapping.cell(row, "start");
        const bool parts = text.empty();
        if (parts) text = trimmed(mapping.cell(row, "date") + ' ' + mapping.cell(row, "time"));
        const auto at = parts && mapping.has("date") ? "/date" : "/start";
        if (text.empty()) {
            errors.push_back({at, "required", "This field is required."});
        } else if (const auto instant = names_.instant(text)) {
            body["start"] = *instant;
        } else {
            errors.push_back({at, instant.error().code, instant.error().detail});
        }
    }

    BusinessNames names_;
    std::string time_zone_;
};

class CsvSource final : public LineSource {
  public:
    CsvSource(const CsvWish& wish, const kernel::Catalogue& catalogue, RowReader& rows,
              std::uint64_t after, std::string run)
        : wish_(wish),
          rows_(rows),
          type_(*catalogue.command(rows.command())),
          fields_(rows.fields(type_.schema())),
          in_(wish.import.file, std::ios::binary),
          csv_(in_, wish.delimiter),
          after_(after),
          run_(std::move(run)) {}

    Result<void> begin() {
        auto header = csv_.next();
        if (!header || header->fault) {
            const auto why = header ? header->fault->detail : "The file is empty.";
            return kernel::reject(std::string(code_arguments),
                                  "The first line has to name the columns: " + why);
        }
        auto mapping = CsvMapping::make(fields_, header->fields, wish_.mapping, rows_.also_known());
        if (!mapping) return std::unexpected(std::move(mapping.error()));
        mapping_ = std::move(*mapping);
        return rows_.prepare();
    }
    Result<std::optional<LineToSend>> next() override {
        auto row = csv_.next();
        while (row && row->line <= after_) row = csv_.next();
        if (!row) return std::optional<LineToSend>{};
        Errors errors;
        auto body = body_of(*row, errors);
        if (!body) return std::unexpected(std::move(body.error()));
        if (!errors.empty()) return refused(*row, std::move(errors));
        const json::Value line =
            json::Object{{"command", type_.name},
                         {"idempotency_key", fmt::format("import/{}/{}", run_, row->line)},
                         {"body", std::move(*body)}};
        return LineToSend{row->line, json::dump(line), csv_line(row->fields, wish_.delimiter)};
    }

  private:
    Result<json::Object> body_of(const CsvRow& row, Errors& errors) {
        if (row.fault) {
            errors.push_back(*row.fault);
            return json::Object{};
        }
        if (row.fields.size() != mapping_.columns()) {
            errors.push_back({"", "csv_columns",
                              fmt::format("{} fields, where the first line names {} columns.",
                                          row.fields.size(), mapping_.columns())});
            return json::Object{};
        }
        if (const auto column = mapping_.unnamed(row.fields)) {
            errors.push_back({"", "csv_columns",
                              fmt::format("Column {} holds something, and the first line does not "
                                          "name it.",
                                          *column)});
        }
        auto body = rows_.body(fields_, mapping_, row.fields, errors);
        if (!body) return body;
        const auto told = errors.size();
        if (const auto parsed = type_.parse(*body, {}); !parsed)
            add_new(parsed.error(), told > 0, errors);
        if (!wish_.dry_run) return body;
        if (auto seen = rows_.foresee(*body, row.line, errors); !seen)
            return std::unexpected(std::move(seen.error()));
        return body;
    }
    // What could not be named is missing in the body: that is told already.
    static void add_new(const kernel::Rejection& refused, bool told, Errors& errors) {
        for (const auto& error : refused.errors)
            if (!told || error.code != "required") errors.push_back(error);
        if (refused.errors.empty()) errors.push_back({"", refused.code, refused.detail});
    }
    LineToSend refused(const CsvRow& row, Errors errors) const {
        for (auto& error : errors) error.pointer = mapping_.place(error.pointer);
        kernel::Rejection rejection{kernel::RejectionKind::invalid, "validation_failed",
                                    "The row was not sent."};
        rejection.errors = std::move(errors);
        return {row.line, {}, csv_line(row.fields, wish_.delimiter), std::move(rejection)};
    }

    const CsvWish& wish_;
    RowReader& rows_;
    const kernel::CommandType& type_;
    const CsvFields fields_;
    std::ifstream in_;
    CsvReader csv_;
    CsvMapping mapping_;
    std::uint64_t after_;
    std::string run_;
};

std::string how(const CsvWish& wish) {
    auto text = wish.kind + wish.delimiter + wish.time_zone;
    for (const auto& each : wish.mapping) text += '\n' + each;
    return text;
}

// Tells every bad row; nothing is written but `--errors`.
Result<ImportTotals> dry_run(const CsvWish& wish, CsvSource& source, ImportTerminal terminal) {
    ImportTotals totals;
    std::ofstream errors;
    const auto unwritten = [&] {
        return kernel::reject(std::string(code_arguments),
                              "The file cannot be written: " + wish.import.errors);
    };
    if (!wish.import.errors.empty()) {
        errors.open(wish.import.errors, std::ios::binary | std::ios::trunc);
        if (!errors) return unwritten();
    }
    while (true) {
        auto line = source.next();
        if (!line) return std::unexpected(std::move(line.error()));
        if (!*line) break;
        totals.line = (*line)->line;
        if (!(*line)->bad) {
            ++totals.done;
            continue;
        }
        ++totals.refused;
        const LineAnswer answer{(*line)->line, 422, {}, false, (*line)->bad, (*line)->input};
        terminal.err << tell_line(answer) << '\n';
        if (errors.is_open()) errors << json::dump(json::Value(error_line(answer))) << '\n';
    }
    if (errors.is_open() && !errors.flush()) return unwritten();
    return totals;
}
}  // namespace

Result<ImportTotals> import_csv(const CsvWish& wish, const kernel::Catalogue& catalogue,
                                const ServerAddress& server, ImportTerminal terminal) {
    ImportPlace place{wish.import.file,   server.url, wish.import.tenant,    wish.import.state,
                      wish.import.errors, how(wish),  wish.import.start_over};
    if (auto apart = check_apart(place); !apart) return std::unexpected(std::move(apart.error()));
    if (std::string_view("\"\r\n").find(wish.delimiter) != std::string_view::npos)
        return kernel::reject(std::string(code_arguments),
                              "--delimiter takes no quote and no line end.");
    HttpClient asks(server);
    std::unique_ptr<RowReader> rows;
    if (wish.kind == "clients")
        rows = std::make_unique<ClientRows>(asks, wish.import.tenant);
    else
        rows = std::make_unique<AppointmentRows>(asks, wish.import.tenant, wish.time_zone);
    if (wish.dry_run) {
        CsvSource source(wish, catalogue, *rows, 0, "");
        if (auto begun = source.begin(); !begun) return std::unexpected(std::move(begun.error()));
        return dry_run(wish, source, terminal);
    }
    auto journal = ImportJournal::open(std::move(place));
    if (!journal) return std::unexpected(std::move(journal.error()));
    CsvSource source(wish, catalogue, *rows, journal->totals().line, journal->run());
    if (auto begun = source.begin(); !begun) return std::unexpected(std::move(begun.error()));
    HttpClient client(server);
    return run_import(*journal, client, wish.import.tenant, source, terminal);
}

}  // namespace almanac::replay
