// A personal field as a decision may look at it: open as a command brought it, or sealed as the log
// has it. Nothing where its subject is erased. For the few rules that go by personal data.
#pragma once
#include <stdexcept>

#include "domain/kernel/codec.hpp"
#include "domain/kernel/command.hpp"

namespace almanac::kernel {

template <FixedString FieldId, class T>
std::optional<T> opened(const Personal<FieldId, T>& field, const Context& now) {
    if (field.open) return field.open;
    if (!now.opener) throw std::logic_error("this decision cannot open personal data");
    const auto text = now.opener->open(field.of, FieldId.view(), field.sealed);
    if (!text) return std::nullopt;
    auto value = from_json<T>(json::parse_own(*text));
    return value ? std::optional<T>(std::move(*value)) : std::nullopt;
}

}  // namespace almanac::kernel
