#include "replay/operations.hpp"

#include <future>

#include "domain/identity/api_key.hpp"
#include "eventstore/store.hpp"
#include "replay/failure.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {

Result<std::string> issue_admin_key(const std::string& data, const kernel::Catalogue& catalogue,
                                    const std::string& name) {
    auto store = eventstore::Store::open(data, catalogue, {});
    if (!store) return std::unexpected(std::move(store.error()));
    if (auto finished = (*store)->finish_begun(); !finished) {
        return std::unexpected(std::move(finished.error()));
    }
    eventstore::CommandRequest request;
    request.type = catalogue.command("issue_api_key");
    request.command =
        std::make_shared<const identity::IssueApiKey>(name, std::vector<std::string>{"*.*:*"});
    request.tenant = kernel::system_tenant;
    request.actor = {"system", "almanac"};
    request.correlation_id = "almanac";
    std::promise<Result<eventstore::CommandAnswer>> done;
    (*store)->submit(std::move(request), [&](Result<eventstore::CommandAnswer> answer) {
        done.set_value(std::move(answer));
    });
    const auto answer = done.get_future().get();
    if (!answer) return std::unexpected(answer.error());
    for (const auto& [field, value] : answer->disclosed) {
        if (field == "key") return value;
    }
    return kernel::corrupt("The new key was not shown.");
}

}  // namespace almanac::replay
