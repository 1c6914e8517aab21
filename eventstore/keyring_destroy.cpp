// What the keyring destroys for ever: subjects, idempotency keys of past days; and `verify`.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "eventstore/keyring_state.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::Result;
using kernel::TenantId;

TenantId tenant_of(std::string_view key, std::size_t at) {
    return TenantId{kernel::uuid_from_bytes(key.substr(at, 16))};
}
}  // namespace

Result<void> Keyring::erase_subject(const TenantId& tenant, std::string_view subject) {
    const std::string one(subject);
    return erase_subjects(tenant, {&one, 1});
}

Result<void> Keyring::erase_subjects(const TenantId& tenant,
                                     std::span<const std::string> subjects) {
    if (auto able = state_->writable(); !able) return able;
    std::vector<std::string> names;
    std::vector<KeyRange> ranges;
    for (const auto& subject : subjects) {
        if (subject.empty() || subject.size() > subject_bytes_max) {
            return kernel::reject("sealing_subject", "A subject has 1 to 200 bytes.");
        }
        names.push_back(entries::subject(tenant, subject));
        ranges.push_back({names.back(), names.back()});
    }
    {
        // Written even where it is erased already: a purge that a crash cut off is done again.
        const std::lock_guard one_creator(state_->create_mutex);
        for (const auto& name : names) state_->stage(name, entries::erased_subject());
        state_->forget(names);
    }
    return state_->sync_and_purge(ranges);
}

Result<void> Keyring::destroy_day_keys_before(std::uint32_t day) {
    if (auto able = state_->writable(); !able) return able;
    const KeyRange range{entries::day_limit(0), entries::day_limit(day)};
    {
        const std::lock_guard one_creator(state_->create_mutex);
        std::set<std::string> found;
        {
            // What leaves these layers is in the store when the scan begins.
            const std::lock_guard lock(state_->mutex);
            for (const auto* layer : {&state_->in_flight, &state_->staged}) {
                auto at = layer->lower_bound(range.first);
                for (; at != layer->end() && at->first < range.last; ++at) found.insert(at->first);
            }
        }
        const auto scanned = state_->store->scan("d", range.first, [&](auto key, auto) {
            if (key < range.last) found.emplace(key);
            return key < range.last;
        });
        if (!scanned) return scanned;
        const std::vector<std::string> names(found.begin(), found.end());
        for (const auto& name : names) state_->stage(name, std::nullopt);
        state_->forget(names);
    }
    return state_->sync_and_purge({&range, 1});
}

namespace {
// One durable entry of the keyring, judged by its layout and, where it wraps a key, by opening it.
Result<void> verify_entry(std::string_view key, std::string_view value, const SecretKey& master,
                          const auto& tenant_key) {
    const auto opens = [&](std::string_view wrap, std::size_t tenant_at, std::uint32_t number) {
        auto wrapping = tenant_key(tenant_of(key, tenant_at));
        if (!wrapping) return Result<void>(std::unexpected(std::move(wrapping.error())));
        auto secret = unwrap_key(*wrapping, wrap, key, number);
        if (!secret) return Result<void>(std::unexpected(std::move(secret.error())));
        return Result<void>();
    };
    const auto shape = [](bool right) {
        return right ? Result<void>() : Result<void>(corrupt("An entry has no valid layout."));
    };
    switch (key.empty() ? '\0' : key[0]) {
        case 'm':
            return {};  // read_meta
        case 't': {
            if (key.size() != 17) return shape(false);
            auto opened = unwrap_key(master, value, key, entries::number_one);
            if (!opened) return std::unexpected(std::move(opened.error()));
            return {};
        }
        case 'c':
            return key.size() == 17 ? opens(value, 1, entries::number_one) : shape(false);
        case 's':
            return key.size() == 21 ? opens(value, 1, entries::number_one) : shape(false);
        case 'd':
            return key.size() == 21 ? opens(value, 5, entries::number_one) : shape(false);
        case 'k': {
            const auto subject = entries::decode_subject(value);
            if (!subject || key.size() < 18) return shape(false);
            const auto wrap = subject->wrap(entries::number_one);
            if (subject->erased) return {};
            return wrap ? opens(*wrap, 1, entries::number_one) : shape(false);
        }
        case 'e':
            return shape(key.size() == 50 && decode_claim(value).has_value());
        case 'r':
            return shape(key.size() == 33 && entries::decode_place(value).has_value());
        case 'p':
            return shape(entries::parse_pending(key).has_value() && value.empty());
        default:
            return shape(false);
    }
}
}  // namespace

Result<void> Keyring::verify() const {
    if (auto sums = state_->store->verify_checksums(); !sums) return sums;
    Result<void> verdict;
    const auto tenant_key = [&](const TenantId& tenant) { return state_->tenant_key(tenant); };
    const auto scanned = state_->store->scan("", "", [&](auto key, auto value) {
        verdict = verify_entry(key, value, state_->master_secret(), tenant_key);
        if (!verdict) {
            verdict.error().detail += fmt::format(" (entry of kind '{}')", key.substr(0, 1));
        }
        return verdict.has_value();
    });
    if (!scanned) return scanned;
    return verdict;
}

}  // namespace almanac::eventstore
