// Commands and lookups on the store of a stopped data directory, opened in this process: no HTTP,
// no views; lookups fold the log. Views are built by the next server that starts on it.
// Limits: `in_flight_max` commands wait for their batch at a time.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "eventstore/store.hpp"
#include "replay/command_target.hpp"

namespace almanac::replay {

class StoreTarget final : public CommandTarget, public BusinessLookup {
  public:
    // `store` and `catalogue` outlive it; nothing else submits.
    StoreTarget(eventstore::Store& store, const kernel::Catalogue& catalogue,
                std::size_t in_flight_max = 2'048);
    ~StoreTarget() override;  // drains

    void submit(CommandCall call, CommandReply reply) override;
    void drain() override;
    Result<Instant> now() override;
    Result<void> settle() override;
    bool is_sandbox() override;

    Result<std::optional<std::string>> find_tenant(const std::string& slug) override;
    Result<std::optional<std::string>> find_by_slug(const std::string& tenant,
                                                    const std::string& collection,
                                                    const std::string& slug) override;
    Result<std::optional<std::string>> find_client(const std::string& tenant,
                                                   const std::string& email) override;
    Result<std::optional<std::string>> find_loyalty_account(const std::string& tenant,
                                                            const std::string& client) override;
    Result<std::string> referral_code(const std::string& tenant, const std::string& id) override;
    Result<bool> has_schedule(const std::string& tenant, const std::string& resource) override;
    Result<bool> has_block(const std::string& tenant, const BlockMark& block) override;
    Result<bool> has_override(const std::string& tenant, const std::string& resource) override;
    Result<std::vector<OfferedSlot>> slots(const std::string& tenant, const std::string& service,
                                           Instant from, Instant to) override;
    Result<std::string> sample_of(const std::string& tenant) override;
    Result<std::vector<FoundAppointment>> sample_appointments(const std::string& tenant,
                                                              const std::string& sample) override;

  private:
    Result<eventstore::CommandRequest> request_of(CommandCall& call) const;
    template <class F>
    Result<kernel::Held> fold(const kernel::TenantId& tenant, const std::string& tag);
    void landed();

    eventstore::Store& store_;
    const kernel::Catalogue& catalogue_;
    std::size_t in_flight_max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t in_flight_ = 0;
};

}  // namespace almanac::replay
