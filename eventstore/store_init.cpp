// Making a new data directory: partitions, keys, the first administrator key.
#include <future>

#include "domain/identity/api_key.hpp"
#include "eventstore/store.hpp"

namespace almanac::eventstore {

using kernel::system_tenant;

Result<std::string> Store::init(const std::filesystem::path& path,
                                const kernel::Catalogue& catalogue, const CreateOptions& create,
                                std::shared_ptr<SystemClock> clock) {
    if (auto made = DataDirectory::create(path, create); !made)
        return std::unexpected(std::move(made.error()));
    {
        auto directory = DataDirectory::open(path);
        if (!directory) return std::unexpected(std::move(directory.error()));
        auto key = MasterKey::create(directory->master_key_path());
        if (!key) return std::unexpected(std::move(key.error()));
        for (unsigned number = 0; number < create.partitions; ++number) {
            auto partition = directory->open_partition(
                number, OpenOptions{create.log, {}, create.ballast_bytes});
            if (!partition) return std::unexpected(std::move(partition.error()));
            auto keyring =
                Keyring::create(partition->keyring_path(), *key, partition->log->log_id());
            if (!keyring) return std::unexpected(std::move(keyring.error()));
            if (number != 0) continue;
            if (auto keys = (*keyring)->create_tenant(system_tenant); !keys)
                return std::unexpected(keys.error());
            if (auto synced = (*keyring)->sync(); !synced) return std::unexpected(synced.error());
        }
    }
    StoreOptions options;
    options.clock = std::move(clock);
    auto store = open(path, catalogue, options);
    if (!store) return std::unexpected(std::move(store.error()));
    identity::IssueApiKey wish{"administrator", {"*.*:*"}, std::nullopt};
    auto request = house_request(catalogue, "issue_api_key", system_tenant, std::move(wish));
    std::promise<Result<CommandAnswer>> done;
    (*store)->submit(std::move(request),
                     [&](Result<CommandAnswer> answer) { done.set_value(std::move(answer)); });
    auto answer = done.get_future().get();
    if (!answer) return std::unexpected(std::move(answer.error()));
    return answer->disclosed.at(0).second;
}

}  // namespace almanac::eventstore
