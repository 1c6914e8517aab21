#include "projections/records/presented.hpp"

#include "domain/loyalty/account_view.hpp"

namespace almanac::projections {
namespace {
namespace json = kernel::json;

std::string loyalty_account(const void* state, kernel::Read& read, kernel::Instant now) {
    const auto terms = loyalty::terms_at(now, read);
    const auto view = loyalty::view_on(*static_cast<const loyalty::Account*>(state), terms.program,
                                       terms.today);
    return kernel::to_json(view, kernel::Form::sealed, true);
}
}  // namespace

Presentation presentation_of(std::string_view collection) {
    if (collection == "loyalty_accounts") return &loyalty_account;
    return nullptr;
}

std::string present_row(const kernel::FoldType& fold, Presentation presentation,
                        std::string_view row, kernel::Read& read, kernel::Instant now) {
    const auto kept = json::parse_own(row);
    auto shown = json::parse_own(presentation(fold.from_json(kept).get(), read, now));
    json::Object out{{"id", kept.at("id")}};
    for (auto& [name, value] : shown.get_object()) out[name] = std::move(value);
    for (const auto* name : {"revision", "created_at", "updated_at"}) out[name] = kept.at(name);
    return json::dump(out);
}

}  // namespace almanac::projections
