#include "replay/verify_kept.hpp"

#include <fmt/format.h>

#include "eventstore/typed_event.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
using eventstore::RecordView;
using eventstore::Space;
using kernel::to_string;

constexpr std::size_t tenant_bytes = 16;
constexpr std::size_t result_key_bytes = tenant_bytes + 4 + 32;  // log.hpp

std::optional<std::uint64_t> number_in(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    boost::system::error_code failed;
    const auto number = value->to_number<std::uint64_t>(failed);
    return failed ? std::nullopt : std::optional(number);
}
std::string_view text_in(const json::Value& value, std::string_view name) {
    const auto* object = value.if_object();
    const auto* text = object ? object->if_contains(name) : nullptr;
    return text && text->is_string() ? std::string_view(text->get_string()) : std::string_view();
}

class KeptCheck {
  public:
    KeptCheck(const eventstore::Partition& partition, const kernel::Catalogue& catalogue,
              Findings& findings, const TellProgress& tell)
        : partition_(partition),
          log_(*partition.log),
          catalogue_(catalogue),
          findings_(findings),
          tell_(tell) {}

    Result<KeptCounts> run() {
        auto done = look_at_all(Space::results, "results",
                                [&](auto key, auto value) { look_at_result(key, value); });
        if (done)
            done = look_at_all(Space::snapshots, "snapshots",
                               [&](auto key, auto value) { look_at_snapshot(key, value); });
        if (!done) return std::unexpected(std::move(done.error()));
        return counts_;
    }

  private:
    template <class Look>
    Result<void> look_at_all(Space space, std::string_view unit, Look look) {
        std::uint64_t total = 0;
        std::uint64_t done = 0;
        const auto count = [&](std::string_view, std::string_view) {
            ++total;
            return true;
        };
        if (auto read = log_.entries(space, {}, {}, count); !read) return read;
        return log_.entries(space, {}, {}, [&](std::string_view key, std::string_view value) {
            look(key, value);
            tell_(unit, ++done, total);
            return true;
        });
    }

    void find(std::string_view what, std::string_view key, std::string_view sentence) {
        const auto tenant = key.size() < tenant_bytes
                                ? std::string("nobody")
                                : to_string(kernel::uuid_from_bytes(key.substr(0, tenant_bytes)));
        findings_.add(fmt::format("partition {}: {} of tenant {} {}", partition_.number, what,
                                  tenant, sentence));
    }

    void look_at_result(std::string_view key, std::string_view value) {
        ++counts_.results;
        const auto find_it = [&](std::string_view sentence) {
            find("a result kept for an idempotency key", key, sentence);
        };
        const auto parsed = json::parse(value);
        const auto* stored = parsed ? parsed->if_object() : nullptr;
        if (key.size() != result_key_bytes || stored == nullptr ||
            text_in(*parsed, "body").empty()) {
            return find_it("cannot be read.");
        }
        const auto* refused = stored->if_contains("rejection");
        if (refused && !text_in(*refused, "code").empty()) return;
        const auto* answer = stored->if_contains("answer");
        if (answer == nullptr || !answer->is_object()) return find_it("cannot be read.");
        look_at_answer(key, answer->get_object(), find_it);
    }

    template <class Find>
    void look_at_answer(std::string_view key, const json::Object& answer, Find find_it) {
        const auto position = number_in(answer, "position");
        const auto sequence = number_in(answer, "sequence");
        const auto* events = answer.if_contains("events");
        if (!position || !sequence || !events || !events->is_array())
            return find_it("cannot be read.");
        const auto& list = events->get_array();
        if (*position > log_.last_position() || *position < list.size()) {
            return find_it(fmt::format("says position {}-{}, where the log ends at {}-{}.",
                                       partition_.number, *position, partition_.number,
                                       log_.last_position()));
        }
        for (std::uint64_t n = 0; n < list.size(); ++n) {
            const auto at = *position + 1 + n - list.size();
            const auto bytes = log_.record_bytes(at);
            const auto record = bytes ? RecordView::parse(*bytes)
                                      : Result<RecordView>(std::unexpected(bytes.error()));
            if (record && record->tenant().view() == key.substr(0, tenant_bytes) &&
                to_string(record->id()) == text_in(list[n], "id") &&
                record->type() == text_in(list[n], "type") &&
                record->sequence() + list.size() == *sequence + 1 + n) {
                continue;
            }
            return find_it(fmt::format("names event {}, which does not stand at {}-{}.",
                                       text_in(list[n], "id"), partition_.number, at));
        }
    }

    // Its key is tenant, kind of the fold, version and tag: "resource_month/2/resource_month:…".
    void look_at_snapshot(std::string_view key, std::string_view value) {
        const auto name = key.substr(std::min(key.size(), tenant_bytes));
        const auto kind_end = name.find('/');
        const auto version_end = kind_end == name.npos ? name.npos : name.find('/', kind_end + 1);
        if (version_end == name.npos) return find("a snapshot", key, "has a key that is none.");
        const auto tag = name.substr(version_end + 1);
        const auto* type = catalogue_.fold_of_tag(tag);
        // Of a fold or a version that is no more: nobody reads it.
        if (type == nullptr ||
            name.substr(0, version_end) != fmt::format("{}/{}", type->kind, type->version)) {
            return;
        }
        ++counts_.snapshots;
        const auto what = fmt::format("the snapshot of {}", tag);
        const auto held = eventstore::read_held(*type, value);
        if (!held) return find(what, key, held.error().detail);
        const TenantId tenant{kernel::uuid_from_bytes(key.substr(0, tenant_bytes))};
        const auto fold = fold_from_log(log_, catalogue_, tenant, *type, tag, held->last_position);
        if (!fold) return find(what, key, fold.error().detail);
        const auto expected = eventstore::write_held(*type, *fold);
        // Also as this program writes what it has read: a field may have come since.
        if (expected == value || expected == eventstore::write_held(*type, *held)) return;
        find(what, key,
             fmt::format("is not the fold of its events up to {}-{}.", partition_.number,
                         held->last_position));
    }

    const eventstore::Partition& partition_;
    const Log& log_;
    const kernel::Catalogue& catalogue_;
    Findings& findings_;
    const TellProgress& tell_;
    KeptCounts counts_;
};
}  // namespace

Result<KeptCounts> verify_kept(const eventstore::Partition& partition,
                               const kernel::Catalogue& catalogue, Findings& findings,
                               const TellProgress& tell) {
    return KeptCheck(partition, catalogue, findings, tell).run();
}

}  // namespace almanac::replay
