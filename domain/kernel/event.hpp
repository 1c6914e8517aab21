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

// Defined in event_definition.hpp, for the module that registers F: what a descriptor points at is
// compiled once, not in every file that names the fold.
template <FoldState F>
const FoldType& fold_type();

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

// Defined in event_definition.hpp, as fold_type is.
template <EventData E>
const EventType& event_type();

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
