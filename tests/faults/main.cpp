// GoogleTest's main with a seed: `--seed N`, or ALMANAC_FAULT_SEED=N, repeats a run;
// `--every-place`, or ALMANAC_FAULT_EVERY_PLACE=1, tries every byte and every call instead of a
// seeded choice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "tests/faults/fault_environment.hpp"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        if (argument == "--every-place") {
            ::setenv("ALMANAC_FAULT_EVERY_PLACE", "1", 1);
        } else if (argument == "--seed" && i + 1 < argc) {
            ::setenv("ALMANAC_FAULT_SEED", argv[++i], 1);
        } else {
            fmt::print(stderr, "Unknown argument {}: --seed N, --every-place.\n", argument);
            return 2;
        }
    }
    if (!testing::GTEST_FLAG(list_tests))
        fmt::print("Fault seed {0}; --seed {0} repeats this run.\n",
                   almanac::faults::seed_of_this_run());
    return RUN_ALL_TESTS();
}
