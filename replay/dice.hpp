// Seeded dice: the same throws for a seed on every machine and compiler, which std's distributions
// do not promise. SplitMix64 (Steele, Lea, Flood 2014). Not for secrets; one thread.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace almanac::replay {

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    // Dice of their own for a numbered part of what the seed makes.
    Dice branch(std::uint64_t number) const {
        Dice mixed(state_ ^ (number * 0xd1342543de82ef95ULL + 0x632be59bd9b4e019ULL));
        return Dice(mixed.next());
    }
    std::uint64_t next() {
        auto z = state_ += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    // 0 .. count − 1; count > 0. The bias is below count / 2^64.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
    int between(int low, int high) {
        return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
    }
    bool chance(int percent) { return static_cast<int>(below(100)) < percent; }
    template <class T>
    const T& pick(const std::vector<T>& list) {
        return list[below(list.size())];
    }

  private:
    std::uint64_t state_;
};

}  // namespace almanac::replay
