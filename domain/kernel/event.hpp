// Events, tags and folds. An event is a described struct with its wire name and version; the
// function `tags` next to it says which folds it belongs to, the identity first:
//
//   struct ReferralRegistered {
//       static constexpr std::string_view type = "loyalty.referral_registered";
//       static constexpr std::uint16_t version = 1;
//       ReferralId referral; …
//   };
//   inline auto tags(const ReferralRegistered& e) {
//       return Tags<Referral, Referee>{}.add<Referral>(e.referral).add<Referee>(e.referee);
//   }
//
// A fold is a described struct with `kind` (the tag's kind), `version` (of its snapshot), a `Key`,
// and one `evolve(Fold&, const Event&[, const EventMeta&])` per event that carries its tag; a fold
// that forgets one does not compile. Evolve is total: it never fails, never looks at anything else.
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/actor.hpp"
#include "domain/kernel/heap_bytes.hpp"

namespace almanac::kernel {

// What evolve may know of an event beside its data.
struct EventMeta {
    Instant time{};
    EventId id{};
    Actor actor = {};
    std::string_view tag = {};  // the one this fold is kept under
};

struct FoldType;

// One fold that reacts to one event type.
struct Reaction {
    const FoldType* fold;
    void (*evolve)(void* fold, const void* event, const EventMeta& meta);
};

// A fold's descriptor; one per type, at a fixed address.
struct FoldType {
    std::string_view kind;
    std::uint32_t version;
    std::shared_ptr<void> (*make)();
    std::shared_ptr<void> (*copy)(const void*);
    std::string (*to_json)(const void*, bool nulls);
    std::shared_ptr<void> (*from_json)(const json::Value&);
    std::size_t (*bytes)(const void*);
};

// An event type's descriptor; one per type, at a fixed address.
struct EventType {
    std::string_view name;
    std::uint16_t version;
    std::vector<Reaction> reactions;
    std::string (*to_json)(const void*);                                   // sealed form
    Result<std::shared_ptr<const void>> (*from_json)(const json::Value&);  // sealed form
    std::vector<std::string> (*tags)(const void*);
    std::string (*subject)(const void*);  // of personal fields that name none; empty: the trace
    void (*seal)(void*, std::string_view subject, Sealer&);
    json::Object (*schema)();  // sealed form
    const Reaction* reaction(const FoldType& fold) const {
        for (const auto& each : reactions) {
            if (each.fold == &fold) return &each;
        }
        return nullptr;
    }
};

template <class F>
concept FoldState = Described<F> && std::default_initializable<F> && requires {
    { F::kind } -> std::convertible_to<std::string_view>;
    { F::version } -> std::convertible_to<std::uint32_t>;
    typename F::Key;
};

// How a key is written in a tag. Ids and strings as they are; other keys bring
// `append_key(std::string&, const Key&)`.
inline void append_key(std::string& tag, const Uuid& id) {
    append(tag, id);
}
inline void append_key(std::string& tag, const std::string& text) {
    tag += text;
}

// The key of a fold of which a tenant has exactly one; its kind is the whole tag
// (`directory:services`).
struct Whole {};

template <FoldState F>
std::string tag_of(const typename F::Key& key) {
    std::string tag;
    if constexpr (std::same_as<typename F::Key, Whole>) {
        tag = F::kind;
    } else {
        tag.reserve(80);  // most tags: a kind, an id, a date
        tag.append(F::kind).append(1, ':');
        append_key(tag, key);
    }
    return tag;
}

template <FoldState F>
const FoldType& fold_type() {
    static const FoldType type{
        F::kind,
        F::version,
        [] { return std::shared_ptr<void>(std::make_shared<F>()); },
        [](const void* fold) {
            return std::shared_ptr<void>(std::make_shared<F>(*static_cast<const F*>(fold)));
        },
        [](const void* fold, bool nulls) {
            return kernel::to_json(*static_cast<const F*>(fold), Form::sealed, nulls);
        },
        [](const json::Value& value) {
            auto fold = std::make_shared<F>();
            Reader in{Form::sealed, false};
            read_struct(in, value, Place{}, *fold);
            return std::shared_ptr<void>(std::move(fold));
        },
        [](const void* fold) { return sizeof(F) + heap_bytes(*static_cast<const F*>(fold)); }};
    return type;
}

// The tags of an event: identity first, then relations. Only folds named in the list can be added.
template <FoldState... Folds>
struct Tags {
    std::vector<std::string> list;
    Tags() { list.reserve(8); }  // most events have as many, or fewer
    template <class F>
    Tags& add(const typename F::Key& key) {
        static_assert((std::same_as<F, Folds> || ...), "name the fold in Tags<…>");
        list.push_back(tag_of<F>(key));
        return *this;
    }
    Tags& add_written(const std::vector<std::string>& written) {  // tags kept in the event itself
        list.insert(list.end(), written.begin(), written.end());
        return *this;
    }
};

template <class E>
concept EventData = Described<E> && requires(const E& e) {
    { E::type } -> std::convertible_to<std::string_view>;
    { E::version } -> std::convertible_to<std::uint16_t>;
    tags(e).list;
};

namespace detail {
template <class F, class E>
void evolve_erased(void* fold, const void* event, const EventMeta& meta) {
    auto& f = *static_cast<F*>(fold);
    const auto& e = *static_cast<const E*>(event);
    if constexpr (requires { evolve(f, e, meta); }) {
        evolve(f, e, meta);
    } else {
        static_assert(requires { evolve(f, e); }, "a fold forgets an event that carries its tag");
        evolve(f, e);
    }
}
template <class E, class... Folds>
std::vector<Reaction> reactions_of(const Tags<Folds...>*) {
    return {Reaction{&fold_type<Folds>(), &evolve_erased<Folds, E>}...};
}
template <class E>
std::string subject_of(const void* event) {
    if constexpr (requires(const E& e) { subject(e); }) {
        return subject(*static_cast<const E*>(event));
    } else {
        return {};
    }
}
}  // namespace detail

template <class T>
json::Object schema_of(Form form);  // schema.hpp

template <EventData E>
const EventType& event_type() {
    using TagList = std::remove_cvref_t<decltype(tags(std::declval<const E&>()))>;
    static const EventType type{
        E::type,
        E::version,
        detail::reactions_of<E>(static_cast<const TagList*>(nullptr)),
        [](const void* e) { return kernel::to_json(*static_cast<const E*>(e)); },
        [](const json::Value& value) -> Result<std::shared_ptr<const void>> {
            auto e = kernel::from_json<E>(value, Form::sealed, false);
            if (!e) return std::unexpected(std::move(e.error()));
            return std::shared_ptr<const void>(std::make_shared<const E>(std::move(*e)));
        },
        [](const void* e) { return tags(*static_cast<const E*>(e)).list; },
        &detail::subject_of<E>,
        [](void* e, std::string_view subject, Sealer& sealer) {
            seal_all(*static_cast<E*>(e), subject, sealer);
        },
        [] { return schema_of<E>(Form::sealed); }};
    return type;
}

// An event as a decision makes it: typed data behind its descriptor.
struct Event {
    const EventType* type = nullptr;
    std::shared_ptr<void> data;

    template <EventData E>
    Event(E event)  // NOLINT: an event struct is an event
        : type(&event_type<E>()), data(std::make_shared<E>(std::move(event))) {}
    template <EventData E>
    const E* as() const {
        return type == &event_type<E>() ? static_cast<const E*>(data.get()) : nullptr;
    }
};

}  // namespace almanac::kernel
