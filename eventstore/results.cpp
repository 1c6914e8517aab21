#include "eventstore/results.hpp"

#include <sodium.h>

#include "domain/kernel/codec.hpp"
#include "domain/kernel/digest.hpp"

namespace almanac::eventstore {
namespace {
using kernel::Rejection;
using kernel::RejectionKind;
namespace json = kernel::json;

std::string to_hex(const Keyring::Mac& mac) {
    std::string hex(2 * mac.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
    hex.pop_back();
    return hex;
}

json::Object encode(const CommandAnswer& answer) {
    json::Array events;
    for (const auto& e : answer.events) events.push_back({{"id", e.id}, {"type", e.type}});
    json::Object stored{{"id", answer.id},
                        {"revision", answer.revision},
                        {"position", answer.position},
                        {"sequence", answer.sequence},
                        {"events", std::move(events)}};
    if (!answer.more.empty()) stored["more"] = answer.more;
    return stored;
}

json::Object encode(const Rejection& rejection) {
    json::Array errors;
    for (const auto& e : rejection.errors) {
        errors.push_back({{"pointer", e.pointer}, {"code", e.code}, {"detail", e.detail}});
    }
    return {{"kind", static_cast<int>(rejection.kind)},
            {"code", rejection.code},
            {"detail", rejection.detail},
            {"errors", std::move(errors)}};
}

std::string text(const json::Object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}
std::uint64_t number(const json::Object& object, std::string_view name) {
    return object.at(name).to_number<std::uint64_t>();
}

Result<CommandAnswer> decode(const json::Object& stored) {
    if (const auto* refused = stored.if_contains("rejection")) {
        const auto& r = refused->as_object();
        Rejection rejection{static_cast<RejectionKind>(number(r, "kind")), text(r, "code"),
                            text(r, "detail")};
        for (const auto& e : r.at("errors").as_array()) {
            const auto& o = e.as_object();
            auto& error = rejection.errors.emplace_back();
            error.pointer = text(o, "pointer");
            error.code = text(o, "code");
            error.detail = text(o, "detail");
        }
        rejection.replayed = true;
        return std::unexpected(std::move(rejection));
    }
    const auto& a = stored.at("answer").as_object();
    CommandAnswer answer;
    answer.id = text(a, "id");
    answer.revision = number(a, "revision");
    answer.position = number(a, "position");
    answer.sequence = number(a, "sequence");
    for (const auto& e : a.at("events").as_array()) {
        answer.events.push_back({text(e.as_object(), "id"), text(e.as_object(), "type")});
    }
    if (const auto* more = a.if_contains("more")) answer.more = more->as_object();
    answer.replayed = true;
    return answer;
}
}  // namespace

std::uint32_t utc_day(Instant t) {
    return static_cast<std::uint32_t>(
        std::chrono::floor<std::chrono::days>(t).time_since_epoch().count());
}

Key32 idempotency_key(const Actor& actor, const IdempotencyKey& idempotency) {
    return kernel::sha256(actor.kind + '\n' + actor.id + '\n' + idempotency.route + '\n' +
                          idempotency.key);
}

std::optional<Result<CommandAnswer>> earlier_result(Stage& stage, Keyring& keyring,
                                                    const TenantId& tenant, const Key32& key,
                                                    const IdempotencyKey& idempotency,
                                                    Instant now) {
    const auto today = utc_day(now);
    for (std::uint32_t back = 0; back <= result_days; ++back) {
        const auto day = today - back;
        const auto stored = stage.result(tenant, day, key);
        if (!stored) continue;
        const auto parsed = json::parse_own(*stored);
        const auto mac = keyring.result_mac(tenant, day, idempotency.body);
        if (!mac) return std::unexpected(mac.error());
        if (text(parsed.as_object(), "body") != to_hex(*mac)) {
            return kernel::reject("idempotency_key_reused",
                                  "This Idempotency-Key was used with another body.");
        }
        return decode(parsed.as_object());
    }
    return std::nullopt;
}

bool is_kept(const Result<CommandAnswer>& outcome) {
    if (outcome) return true;
    switch (outcome.error().kind) {
        case RejectionKind::rejected:
        case RejectionKind::conflict:
        case RejectionKind::not_found:
            return true;
        case RejectionKind::invalid:
        case RejectionKind::denied:
        case RejectionKind::unavailable:
        case RejectionKind::corrupt:
            return false;
    }
    return false;
}

Result<void> keep_result(Stage& stage, Keyring& keyring, const TenantId& tenant, const Key32& key,
                         const IdempotencyKey& idempotency, Instant now,
                         const Result<CommandAnswer>& outcome) {
    const auto day = utc_day(now);
    const auto mac = keyring.result_mac(tenant, day, idempotency.body);
    if (!mac) return std::unexpected(mac.error());
    json::Object stored{{"body", to_hex(*mac)}};
    if (outcome) {
        stored["answer"] = encode(*outcome);
    } else {
        stored["rejection"] = encode(outcome.error());
    }
    stage.put_result(tenant, day, key, json::dump(json::Value(std::move(stored))));
    return {};
}

}  // namespace almanac::eventstore
