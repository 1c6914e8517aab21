// The entry that libFuzzer calls; ALMANAC_FUZZ_TARGET names one function of fuzz_targets.hpp.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz_targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        almanac::fuzz::ALMANAC_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    } catch (const almanac::fuzz::BrokenProperty& broken) {
        std::fprintf(stderr, "broken property: %s\n", broken.what());
        std::abort();
    }
    return 0;
}
