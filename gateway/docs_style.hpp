// The look of the pages and their one script (filter and copy buttons; nothing depends on it).
// Whoever changes a character here changes its hash in docs.hpp; a test says which. Constants; any
// thread.
#pragma once
#include <string_view>

namespace almanac::gateway {

extern const std::string_view docs_style;
extern const std::string_view docs_script;

}  // namespace almanac::gateway
