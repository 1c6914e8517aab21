// Commands and decisions. A command is a described struct; its decision is a pure function
//
//   Decision decide(const BookAppointment& wish, Read& read, const Context& now);
//
// which answers the events that follow or a rejection. It reads only folds of its tenant (`Read`)
// and what `Context` brings: time, actor, fresh ids, claims. The same inputs give the same answer.
#pragma once
#include <expected>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/event.hpp"

namespace almanac::kernel {

struct Events {
    std::vector<Event> list;
    json::Object answer;  // what the caller is told beside them: members of the command's answer
    Events() = default;
    Events(std::initializer_list<Event> events) : list(events) {}
    template <EventData E>
    Events(E event) {  // NOLINT: one event is a list of one
        list.emplace_back(std::move(event));
    }
    void add(Event event) { list.push_back(std::move(event)); }
};

using Decision = std::expected<Events, Rejection>;

// A fold as it is held: its state and what every identity has (revision = number of its events).
struct Held {
    std::shared_ptr<void> state;
    std::uint64_t revision = 0;
    std::uint64_t last_position = 0;
    Instant created_at{};
    Instant updated_at{};
};

// The folds of one tenant, as they are now. A reference stays valid for the whole decision.
class Read {
  public:
    virtual ~Read() = default;
    virtual const TenantId& tenant() const = 0;
    virtual const Held& load(const FoldType& type, const std::string& tag) = 0;

    template <FoldState F>
    const F& get(const typename F::Key& key) {
        return *static_cast<const F*>(load(fold_type<F>(), tag_of<F>(key)).state.get());
    }
    // The same where anything ever happened to it, else null.
    template <FoldState F>
    const F* find(const typename F::Key& key) {
        const auto& held = load(fold_type<F>(), tag_of<F>(key));
        return held.revision > 0 ? static_cast<const F*>(held.state.get()) : nullptr;
    }
};

// Random claim ids of values that must be unique without being written (log.md, "Keyring and
// claims").
class Claims {
  public:
    virtual ~Claims() = default;
    // The claim of this value, made if there is none; a rejection where the value is not valid.
    virtual Result<Uuid> claim(std::string_view kind, std::string_view value) = 0;
};

// Opens sealed personal data for a decision that goes by it. What is written must tell nobody what
// it was (log.md, "Keyring and claims"); `opened` (opened.hpp) reads a field through it.
class Opener {
  public:
    virtual ~Opener() = default;
    // The JSON text of a field; nothing where its subject is erased.
    virtual std::optional<std::string> open(std::string_view of, std::string_view field_id,
                                            std::string_view sealed) = 0;
};

class Ids {
  public:
    virtual ~Ids() = default;
    virtual Uuid fresh(Instant now) = 0;     // UUIDv7
    virtual std::string secret_token() = 0;  // 256 random bits, base64url
};

// Public signing keys of tenants (log.md: made with `tenant_created`).
class SigningKeys {
  public:
    virtual ~SigningKeys() = default;
    virtual std::string public_key(const TenantId& tenant) = 0;  // base64 of 32 bytes
};

struct Context {
    Instant now{};
    TenantId tenant{};
    Actor actor{};
    std::string reason = {};  // Almanac-Reason, open
    Ids* ids = nullptr;
    Claims* claims = nullptr;
    SigningKeys* signing_keys = nullptr;
    Opener* opener = nullptr;
    std::function<bool(std::string_view permission)> may =
        {};  // of the caller, beyond the command's
    // What only the caller of this one command may learn (a new API key): goes into the answer,
    // never into an event, never into the idempotency result.
    std::function<void(std::string name, std::string value)> disclose = {};

    template <class AnyId>
    AnyId fresh_id() const {
        return AnyId{ids->fresh(now)};
    }
};

// `context.resource:action`; checked when compiled, so a command without one does not compile.
struct Permission {
    std::string_view text;
    consteval Permission(const char* literal) : text(literal) {  // NOLINT: written as a literal
        const auto dot = text.find('.');
        const auto colon = text.find(':');
        if (dot == text.npos || colon == text.npos || dot == 0 || colon < dot + 2 ||
            colon + 1 == text.size()) {
            throw "a permission reads context.resource:action";
        }
    }
};

// "POST appointments/{id}/cancel"; below /v1/tenants/{tenant}/ unless it begins with a slash.
struct Route {
    std::string_view method;
    std::string_view path;
    consteval Route(const char* literal) {  // NOLINT: written as a literal
        const std::string_view text = literal;
        const auto space = text.find(' ');
        if (space == text.npos) throw "a route reads METHOD path";
        method = text.substr(0, space);
        path = text.substr(space + 1);
    }
};

}  // namespace almanac::kernel
