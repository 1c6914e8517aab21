// The descriptors of events and folds: how each is written, read, copied, sealed and evolved. For
// the module.cpp that registers them, and for a test that makes up its own; every other file only
// names event_type<E>() and fold_type<F>(), and compiles in half the time for it. One that no
// module registers does not link.
#pragma once
#include <set>

#include "domain/kernel/event.hpp"
#include "domain/kernel/heap_bytes.hpp"
#include "domain/kernel/schema.hpp"
#include "domain/kernel/sealed_field_ids.hpp"

namespace almanac::kernel {

template <FoldState F>
[[gnu::noinline, gnu::used]] const FoldType& fold_type() {
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
// Ids of the personal fields of a T, wherever seal_all would find them.
template <class T>
void collect_field_ids(std::set<std::string_view>& ids) {
    if constexpr (requires(T& patch, Sealer& sealer) {
                      seal_value(patch, std::string_view(), sealer);
                  }) {
        collect_field_ids<decltype(T::value)>(ids);
    } else if constexpr (is_personal<T>) {
        ids.insert(T::field_id);
    } else if constexpr (is_optional<T> || is_vector<T>) {
        collect_field_ids<typename T::value_type>(ids);
    } else if constexpr (Described<T> && !std::is_base_of_v<Uuid, T>) {
        const T sample{};
        for_each_field(sample, [&](std::string_view, const auto& member, const FieldRule&) {
            collect_field_ids<std::remove_cvref_t<decltype(member)>>(ids);
        });
    }
}
// A reader with the keys needs the ids of the fields: each is part of what its ciphertext is bound
// to.
template <class E>
json::Object sealed_event_schema() {
    auto schema = schema_of<E>(Form::sealed);
    std::set<std::string_view> ids;
    collect_field_ids<E>(ids);
    if (ids.empty()) return schema;
    json::Array list;
    for (const auto id : ids) list.emplace_back(id);
    schema[sealed_field_ids] = std::move(list);
    return schema;
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

template <EventData E>
[[gnu::noinline, gnu::used]] const EventType& event_type() {
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
        &detail::sealed_event_schema<E>};
    return type;
}

}  // namespace almanac::kernel
