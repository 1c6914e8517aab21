// How far the views of a stopped directory have come: their checkpoints, read without touching
// them (layout: projections/view_store.hpp).
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "domain/kernel/result.hpp"

namespace almanac::replay {

struct ViewPosition {
    std::string name;
    std::uint32_t version = 0;
    std::uint64_t position = 0;
};

// Empty where there are no views yet; they are made when a server starts.
kernel::Result<std::vector<ViewPosition>> view_positions(const std::filesystem::path& views);

}  // namespace almanac::replay
