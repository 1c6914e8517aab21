// Where generated and sample commands go: the store of a stopped directory, in this process, or a
// server. The same commands by their catalogue names, decided by the same rules.
// Concurrency: `submit` from one thread; replies come on any thread, one at a time per target, and
// must be short. Commands of one tenant that are in flight together may be decided in any order.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/kernel/catalogue.hpp"

namespace almanac::replay {

using kernel::Instant;
using kernel::Result;

struct CommandCall {
    std::string command;  // book_appointment
    std::string tenant;   // id or slug; empty for commands of the house
    std::string id;       // the {id} of its path, empty where it has none
    kernel::json::Object body;
    std::string idempotency_key;  // empty: none
    std::string date = {};        // the {date} of its path
};

struct CommandDone {
    std::string id;
    std::uint64_t events = 0;
    bool replayed = false;  // the Idempotency-Key was known
};

using CommandReply = std::move_only_function<void(Result<CommandDone>)>;

class CommandTarget {
  public:
    virtual ~CommandTarget() = default;
    // Waits where too many are in flight.
    virtual void submit(CommandCall call, CommandReply reply) = 0;
    virtual void drain() = 0;  // until every reply has come
    virtual Result<Instant> now() = 0;
    virtual bool is_sandbox() = 0;

    // Until the policies have reacted to all that was answered, and what was due by now has run.
    virtual Result<void> settle() = 0;

    Result<CommandDone> run(CommandCall call);  // submit and wait
    Result<void> move_clock(Instant to);        // sandboxes only
};

// What the sample asks before it writes.
struct FoundAppointment {
    std::string id;
    std::int64_t number = 0;  // metadata.sample_number
    std::string first_date;   // metadata.sample_from
    std::string status;
    std::uint64_t revision = 0;
    Instant start{};
};
struct BlockMark {
    std::string kind;
    std::string owner;  // id
    std::string rrule;
    bool operator==(const BlockMark&) const = default;
};
struct OfferedSlot {
    Instant start{};
    std::vector<std::string> resources;  // ids
};

class BusinessLookup {
  public:
    virtual ~BusinessLookup() = default;
    // Ids of live things; nothing where there is none.
    virtual Result<std::optional<std::string>> find_tenant(const std::string& slug) = 0;
    virtual Result<std::optional<std::string>> find_by_slug(const std::string& tenant,
                                                            const std::string& collection,
                                                            const std::string& slug) = 0;
    virtual Result<std::optional<std::string>> find_client(const std::string& tenant,
                                                           const std::string& email) = 0;
    // The loyalty account of a client; and what a referral code reads like.
    virtual Result<std::optional<std::string>> find_loyalty_account(const std::string& tenant,
                                                                    const std::string& client) = 0;
    virtual Result<std::string> referral_code(const std::string& tenant, const std::string& id) = 0;
    virtual Result<bool> has_schedule(const std::string& tenant, const std::string& resource) = 0;
    // Whether a block of this kind and rule ("": once) is in force for a resource or location, or
    // ("") for everything; and whether a resource works otherwise on any date.
    virtual Result<bool> has_block(const std::string& tenant, const BlockMark& block) = 0;
    virtual Result<bool> has_override(const std::string& tenant, const std::string& resource) = 0;
    virtual Result<std::vector<OfferedSlot>> slots(const std::string& tenant,
                                                   const std::string& service, Instant from,
                                                   Instant to) = 0;
    // The name in settings.sample of a tenant, "" where none was loaded to its end.
    virtual Result<std::string> sample_of(const std::string& tenant) = 0;
    // Appointments whose metadata name this sample.
    virtual Result<std::vector<FoundAppointment>> sample_appointments(
        const std::string& tenant, const std::string& sample) = 0;
};

}  // namespace almanac::replay
