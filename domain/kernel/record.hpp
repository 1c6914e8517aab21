// Plain records: one described struct and one line in the module give create, patch, delete,
// restore, list, get, history and unique keys. The struct says what it is:
//
// clang-format off
//   struct Brand {
//       static constexpr std::string_view context = "commerce", kind = "brand", collection = "brands";
//       using Unique = UniqueKeys<Slug>;  // folds of kernel/unique.hpp, one per unique field
//       using Directories = FoldList<>;   // relation folds that hold its choosing fields
//       std::string name;
//       std::optional<std::string> slug; …
//   };
// clang-format on
// Optional functions next to it: `check(const T&, Reader&, const Place&)` across fields,
// `prepare(T&)` before a create, `admit(const T&, const T* before, Read&, const Context&)` for
// rules that look at other things, `key_value(const T&, std::string_view kind)` for its unique
// fields. Deleted records keep their history and free their unique keys; restore takes them again
// or refuses.
#pragma once
#include <array>

#include "domain/kernel/command.hpp"
#include "domain/kernel/patch.hpp"
#include "domain/kernel/unique.hpp"

namespace almanac::kernel {

template <class... Folds>
struct FoldList {};

template <class T>
concept RecordData = Described<T> && requires {
    { T::context } -> std::convertible_to<std::string_view>;
    { T::kind } -> std::convertible_to<std::string_view>;
    { T::collection } -> std::convertible_to<std::string_view>;
    typename T::Unique;
    typename T::Directories;
};

namespace detail {
template <const std::string_view&... Parts>
struct Joined {
    static constexpr auto text = [] {
        std::array<char, (Parts.size() + ...)> joined{};
        auto at = joined.begin();
        ((at = std::copy(Parts.begin(), Parts.end(), at)), ...);
        return joined;
    }();
    static constexpr std::string_view view{text.data(), text.size()};
};
inline constexpr std::string_view dot = ".";
inline constexpr std::string_view created = "_created";
inline constexpr std::string_view changed = "_changed";
inline constexpr std::string_view deleted = "_deleted";
inline constexpr std::string_view restored = "_restored";
}  // namespace detail

template <class T>
struct Record : T {
    using Key = Id<T>;
    static constexpr std::string_view kind = T::kind;
    static constexpr std::uint32_t version = 1;
    std::vector<std::string> keys;  // unique keys it holds, as tags
    std::optional<Instant> deleted_at;
    BOOST_DESCRIBE_CLASS(Record, (T), (keys, deleted_at), (), ())
};
template <class T>
inline constexpr auto rules<Record<T>> =
    fields(field(&Record<T>::keys, "unique keys it holds").internal(),
           field(&Record<T>::deleted_at, "set while it is deleted"));

template <class T>
struct RecordCreated : T {
    static constexpr std::string_view type =
        detail::Joined<T::context, detail::dot, T::kind, detail::created>::view;
    static constexpr std::uint16_t version = 1;
    Id<T> id;
    std::vector<std::string> keys;
    BOOST_DESCRIBE_CLASS(RecordCreated, (T), (id, keys), (), ())
};
template <class T>
struct RecordChanged {
    static constexpr std::string_view type =
        detail::Joined<T::context, detail::dot, T::kind, detail::changed>::view;
    static constexpr std::uint16_t version = 1;
    Id<T> id;
    Patch<T> changes;
    std::vector<std::string> keys_taken;
    std::vector<std::string> keys_freed;
    BOOST_DESCRIBE_CLASS(RecordChanged, (), (id, changes, keys_taken, keys_freed), (), ())
};
template <class T>
struct RecordDeleted {
    static constexpr std::string_view type =
        detail::Joined<T::context, detail::dot, T::kind, detail::deleted>::view;
    static constexpr std::uint16_t version = 1;
    Id<T> id;
    std::vector<std::string> keys_freed;
    BOOST_DESCRIBE_CLASS(RecordDeleted, (), (id, keys_freed), (), ())
};
// Repeats the fields, so that directories that forgot the record know it again.
template <class T>
struct RecordRestored : T {
    static constexpr std::string_view type =
        detail::Joined<T::context, detail::dot, T::kind, detail::restored>::view;
    static constexpr std::uint16_t version = 1;
    Id<T> id;
    std::vector<std::string> keys_taken;
    BOOST_DESCRIBE_CLASS(RecordRestored, (T), (id, keys_taken), (), ())
};

// ---- tags -------------------------------------------------------------------------------------

namespace detail {
template <class T, class... U, class... D>
auto record_tags(const Id<T>& id, UniqueKeys<U...>, FoldList<D...>) {
    Tags<Record<T>, U..., D...> out;
    out.template add<Record<T>>(id);
    (out.template add<D>(Whole{}), ...);
    return out;
}
}  // namespace detail

template <class T>
auto tags(const RecordCreated<T>& e) {
    auto t = detail::record_tags<T>(e.id, typename T::Unique{}, typename T::Directories{});
    return t.add_written(e.keys);
}
template <class T>
auto tags(const RecordChanged<T>& e) {
    auto t = detail::record_tags<T>(e.id, typename T::Unique{}, typename T::Directories{});
    return t.add_written(e.keys_freed).add_written(e.keys_taken);
}
template <class T>
auto tags(const RecordDeleted<T>& e) {
    auto t = detail::record_tags<T>(e.id, typename T::Unique{}, typename T::Directories{});
    return t.add_written(e.keys_freed);
}
template <class T>
auto tags(const RecordRestored<T>& e) {
    auto t = detail::record_tags<T>(e.id, typename T::Unique{}, typename T::Directories{});
    return t.add_written(e.keys_taken);
}

// Personal fields of a record belong to the record itself: `client:<id>`.
template <class T>
std::string subject(const RecordCreated<T>& e) {
    return tag_of<Record<T>>(e.id);
}
template <class T>
std::string subject(const RecordChanged<T>& e) {
    return tag_of<Record<T>>(e.id);
}

// ---- evolve -----------------------------------------------------------------------------------

template <class T>
void evolve(Record<T>& record, const RecordCreated<T>& e) {
    static_cast<T&>(record) = e;
    record.keys = e.keys;
}
template <class T>
void evolve(Record<T>& record, const RecordChanged<T>& e) {
    apply(e.changes, static_cast<T&>(record));
    for (const auto& freed : e.keys_freed) std::erase(record.keys, freed);
    record.keys.insert(record.keys.end(), e.keys_taken.begin(), e.keys_taken.end());
}
template <class T>
void evolve(Record<T>& record, const RecordDeleted<T>&, const EventMeta& meta) {
    record.deleted_at = meta.time;  // the keys it held are remembered: a restore takes them again
}
template <class T>
void evolve(Record<T>& record, const RecordRestored<T>& e) {
    record.deleted_at.reset();
    record.keys = e.keys_taken;
}

template <std::derived_from<UniqueKey> U, class T>
void evolve(U& key, const RecordCreated<T>& e) {
    key.owner = e.id;
}
template <std::derived_from<UniqueKey> U, class T>
void evolve(U& key, const RecordChanged<T>& e, const EventMeta& meta) {
    const bool taken = std::ranges::find(e.keys_taken, meta.tag) != e.keys_taken.end();
    key.owner = taken ? std::optional<Uuid>(e.id) : std::nullopt;
}
template <std::derived_from<UniqueKey> U, class T>
void evolve(U& key, const RecordDeleted<T>&) {
    key.owner.reset();
}
template <std::derived_from<UniqueKey> U, class T>
void evolve(U& key, const RecordRestored<T>& e) {
    key.owner = e.id;
}

// ---- commands ---------------------------------------------------------------------------------

template <class T>
struct CreateRecord : T {
    BOOST_DESCRIBE_CLASS(CreateRecord, (T), (), (), ())
};
template <class T>
struct PatchRecord {
    Id<T> id;
    json::Object changes;  // the merge patch as it came
};
template <class T>
struct DeleteRecord {
    Id<T> id;
    BOOST_DESCRIBE_CLASS(DeleteRecord, (), (id), (), ())
};
template <class T>
struct RestoreRecord {
    Id<T> id;
    BOOST_DESCRIBE_CLASS(RestoreRecord, (), (id), (), ())
};
template <class T>
inline constexpr auto rules<DeleteRecord<T>> = fields(field(&DeleteRecord<T>::id, "").path());
template <class T>
inline constexpr auto rules<RestoreRecord<T>> = fields(field(&RestoreRecord<T>::id, "").path());

namespace detail {
template <class T>
std::optional<Rejection> admitted(const T& after, const T* before, Read& read, const Context& now) {
    if constexpr (requires { admit(after, before, read, now); })
        return admit(after, before, read, now);
    return std::nullopt;
}

template <class U, class T>
Result<std::string> key_of(const T& value, const Context& now) {
    const std::optional<std::string> text = key_value(value, U::kind);
    if (!text || text->empty()) return std::string();
    if constexpr (U::is_claim) {
        auto claim = now.claims->claim(U::kind, *text);
        if (!claim) {
            for (auto& error : claim.error().errors) error.pointer = "/" + std::string(U::field);
            return std::unexpected(std::move(claim.error()));
        }
        return tag_of<U>(to_string(*claim));
    } else {
        return tag_of<U>(std::string(T::collection) + '/' + *text);
    }
}

// The key of one unique field if it is free (or already this record's own); "" where it has none.
template <class U, class T>
Result<std::string> free_key(const T& value, const Uuid& self, Read& read, const Context& now) {
    auto key = key_of<U>(value, now);
    if (!key || key->empty()) return key;
    const auto& held = *static_cast<const U*>(read.load(fold_type<U>(), *key).state.get());
    if (held.owner && *held.owner != self) {
        Rejection taken{RejectionKind::conflict, std::string(U::code), std::string(U::sentence)};
        taken.errors.push_back({"/" + std::string(U::field), "taken", std::string(U::sentence)});
        return std::unexpected(std::move(taken));
    }
    return key;
}

template <class T, class... U>
Result<std::vector<std::string>> free_keys(const T& value, const Uuid& self, Read& read,
                                           const Context& now, UniqueKeys<U...>) {
    std::vector<std::string> keys;
    std::optional<Rejection> refused;
    const auto take = [&](Result<std::string> key) {
        if (!key && !refused) refused = std::move(key.error());
        if (key && !key->empty()) keys.push_back(std::move(*key));
    };
    (take(free_key<U>(value, self, read, now)), ...);
    if (refused) return std::unexpected(std::move(*refused));
    return keys;
}
}  // namespace detail

template <class T>
Decision decide(const CreateRecord<T>& wish, Read& read, const Context& now) {
    RecordCreated<T> e;
    static_cast<T&>(e) = wish;
    if constexpr (requires(T& t) { prepare(t); }) prepare(static_cast<T&>(e));
    if (auto refused = detail::admitted<T>(e, nullptr, read, now))
        return std::unexpected(std::move(*refused));
    e.id = now.fresh_id<Id<T>>();
    auto keys = detail::free_keys<T>(e, e.id, read, now, typename T::Unique{});
    if (!keys) return std::unexpected(std::move(keys.error()));
    e.keys = std::move(*keys);
    return e;
}

namespace detail {
// Keys of fields the patch names are decided anew; the others stay.
template <class T, class... U>
std::optional<Rejection> change_keys(RecordChanged<T>& e, const Record<T>& record, const T& after,
                                     Read& read, const Context& now, UniqueKeys<U...>) {
    std::optional<Rejection> refused;
    const auto change = [&]<class Key>(const Key*) {
        if (refused || !e.changes.has(Key::field)) return;
        auto key = free_key<Key>(after, e.id, read, now);
        if (!key) {
            refused = std::move(key.error());
            return;
        }
        const auto prefix = std::string(Key::kind) + ':';
        for (const auto& held : record.keys) {
            if (held.starts_with(prefix) && held != *key) e.keys_freed.push_back(held);
        }
        const bool has = std::ranges::find(record.keys, *key) != record.keys.end();
        if (!key->empty() && !has) e.keys_taken.push_back(std::move(*key));
    };
    (change(static_cast<const U*>(nullptr)), ...);
    return refused;
}
}  // namespace detail

// The record where it exists and is not deleted, else null.
template <class T>
const Record<T>* live(Read& read, const Id<T>& id) {
    const auto* record = read.find<Record<T>>(id);
    return record && !record->deleted_at ? record : nullptr;
}

template <class T>
Decision decide(const PatchRecord<T>& wish, Read& read, const Context& now) {
    const auto* found = live<T>(read, wish.id);
    if (!found) return not_found();
    const auto& record = *found;
    RecordChanged<T> e;
    e.id = wish.id;
    Reader in;
    read_patch<T>(in, wish.changes, Place{}, record, e.changes);
    if (!in.errors.empty()) return invalid(std::move(in.errors));
    drop_unchanged<T>(e.changes, record);
    if (e.changes.names.empty()) return Events{};
    T after = record;
    apply(e.changes, after);
    if constexpr (requires { check(std::as_const(after), in, Place{}); }) {
        check(std::as_const(after), in, Place{});
        if (!in.errors.empty()) return invalid(std::move(in.errors));
    }
    const T& before = record;
    if (auto refused = detail::admitted<T>(after, &before, read, now))
        return std::unexpected(std::move(*refused));
    if (auto refused = detail::change_keys<T>(e, record, after, read, now, typename T::Unique{})) {
        return std::unexpected(std::move(*refused));
    }
    return e;
}

template <class T>
Decision decide(const DeleteRecord<T>& wish, Read& read, const Context&) {
    const auto* record = live<T>(read, wish.id);
    if (!record) return not_found();
    RecordDeleted<T> e;
    e.id = wish.id;
    e.keys_freed = record->keys;
    return e;
}

namespace detail {
template <class U>
std::optional<Rejection> still_free(const std::string& key, const Uuid& self, Read& read) {
    if (!key.starts_with(std::string(U::kind) + ':')) return std::nullopt;
    const auto& held = *static_cast<const U*>(read.load(fold_type<U>(), key).state.get());
    if (!held.owner || *held.owner == self) return std::nullopt;
    return Rejection{RejectionKind::conflict, std::string(U::code), std::string(U::sentence)};
}
template <class... U>
std::optional<Rejection> all_free(const std::vector<std::string>& keys, const Uuid& self,
                                  Read& read, UniqueKeys<U...>) {
    std::optional<Rejection> refused;
    for (const auto& key : keys) {
        ((refused = refused ? refused : still_free<U>(key, self, read)), ...);
    }
    return refused;
}
}  // namespace detail

template <class T>
Decision decide(const RestoreRecord<T>& wish, Read& read, const Context& now) {
    const auto* found = read.find<Record<T>>(wish.id);
    if (!found) return not_found();
    const auto& record = *found;
    if (!record.deleted_at) return conflict("not_deleted", "It is not deleted.");
    const T& value = record;
    if (auto refused = detail::admitted<T>(value, nullptr, read, now)) {
        return std::unexpected(std::move(*refused));
    }
    if (auto refused = detail::all_free(record.keys, wish.id, read, typename T::Unique{})) {
        return std::unexpected(std::move(*refused));
    }
    RecordRestored<T> e;
    static_cast<T&>(e) = record;
    e.id = wish.id;
    e.keys_taken = record.keys;
    return e;
}

}  // namespace almanac::kernel
