// The whole domain as one catalogue: every context declares itself here, once.
#pragma once
#include "domain/kernel/catalogue.hpp"

namespace almanac::scheduling {
void declare(kernel::Catalogue& catalogue);
}
namespace almanac::identity {
void declare(kernel::Catalogue& catalogue);
}
namespace almanac::loyalty {
void declare(kernel::Catalogue& catalogue);
}
namespace almanac::tenancy {
void declare(kernel::Catalogue& catalogue);
}

namespace almanac {

// Throws std::logic_error where two declarations contradict each other.
inline kernel::Catalogue build_catalogue() {
    kernel::Catalogue catalogue;
    tenancy::declare(catalogue);
    identity::declare(catalogue);
    scheduling::declare(catalogue);
    loyalty::declare(catalogue);
    return catalogue;
}

}  // namespace almanac
