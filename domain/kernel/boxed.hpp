// A std::optional whose value lives on the heap: what few things of a kind have, so that the many
// that have it not are a pointer larger and no more. Copies are deep; described, written and read
// like a std::optional. A value type: as thread-safe as one.
#pragma once
#include <memory>

#include "domain/kernel/heap_bytes.hpp"

namespace almanac::kernel {

template <class T>
class Boxed {
  public:
    using value_type = T;

    Boxed() = default;
    Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: as an optional
    Boxed(const Boxed& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(const Boxed& other) {
        if (this != &other) value_ = other ? std::make_unique<T>(*other) : nullptr;
        return *this;
    }
    Boxed& operator=(Boxed&&) noexcept = default;
    ~Boxed() = default;

    explicit operator bool() const { return value_ != nullptr; }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }
    T* operator->() { return value_.get(); }
    const T* operator->() const { return value_.get(); }
    T& emplace() { return *(value_ = std::make_unique<T>()); }
    void reset() { value_.reset(); }
    bool operator==(const Boxed& other) const {
        return value_ && other.value_ ? *value_ == *other.value_ : !value_ == !other.value_;
    }

  private:
    std::unique_ptr<T> value_;
};

template <class T>
inline constexpr bool is_optional<Boxed<T>> = true;

template <class T>
std::size_t heap_bytes(const Boxed<T>& boxed) {
    return boxed ? sizeof(T) + heap_bytes(*boxed) : 0;
}

}  // namespace almanac::kernel
