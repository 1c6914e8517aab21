// Every file of a directory with its content, to prove that a refusal touched nothing.
#pragma once
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace almanac::eventstore {

using DirectoryPicture = std::map<std::string, std::string>;

inline DirectoryPicture picture_of(const std::filesystem::path& directory) {
    DirectoryPicture picture;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        auto& content = picture[entry.path().lexically_relative(directory).string()];
        if (!entry.is_regular_file()) continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        content.assign(std::istreambuf_iterator<char>(stream), {});
        content += std::to_string(entry.last_write_time().time_since_epoch().count());
    }
    return picture;
}

}  // namespace almanac::eventstore
