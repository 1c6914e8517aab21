// Commands and lookups on a running server over HTTP. Each of `connections` threads has a client of
// its own. What is refused in passing (429, 503) or lost on the way is tried again with the same
// Idempotency-Key: the caller's, or one made here.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "replay/command_target.hpp"
#include "replay/http_client.hpp"

namespace almanac::replay {

class ServerTarget final : public CommandTarget, public BusinessLookup {
  public:
    // Asks /readyz first; `catalogue` outlives it.
    static Result<std::unique_ptr<ServerTarget>> connect(const ServerAddress& server,
                                                         const kernel::Catalogue& catalogue,
                                                         unsigned connections = 1);
    ~ServerTarget() override;  // drains

    void submit(CommandCall call, CommandReply reply) override;
    void drain() override;
    Result<Instant> now() override;
    Result<void> settle() override;
    bool is_sandbox() override { return is_sandbox_; }

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
    struct Waiting {
        CommandCall call;
        CommandReply reply;
    };
    ServerTarget(const ServerAddress& server, const kernel::Catalogue& catalogue);
    void work();
    Result<CommandDone> exchange(HttpClient& client, const CommandCall& call) const;
    Result<CommandDone> try_once(HttpClient& client, const CommandCall& call) const;
    Result<std::optional<std::string>> first_id(const std::string& path,
                                                const HttpParameters& parameters);

    ServerAddress server_;
    const kernel::Catalogue& catalogue_;
    HttpClient client_;  // of the lookups
    bool is_sandbox_ = false;
    std::string own_keys_;  // what keys made here begin with
    std::uint64_t keys_made_ = 0;
    std::mutex mutex_;
    std::mutex reply_mutex_;  // one reply at a time
    std::condition_variable changed_;
    std::deque<Waiting> queue_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace almanac::replay
