#include "domain/scheduling/client.hpp"
#include "domain/scheduling/module.hpp"

namespace almanac::scheduling {

void declare_clients(Module& scheduling) {
    auto& clients = scheduling.record<Client>("People who book.");
    clients.filters = {{"status", "status"},
                       {"source", "source"},
                       {"tag", "tags"},
                       {"marketing_consent", "marketing_consent"}};
    clients.searchable = true;
}

}  // namespace almanac::scheduling
