#include "replay/verify_log.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "domain/kernel/digest.hpp"
#include "eventstore/typed_event.hpp"
#include "replay/verify_policies.hpp"
#include "replay/verify_sealed.hpp"

namespace almanac::replay {
namespace {
using eventstore::Record;
using eventstore::Space;
using kernel::to_string;

// The same for the same entries in whatever order they come.
struct Sum {
    std::uint64_t count = 0, high = 0, low = 0;
    bool operator==(const Sum&) const = default;
    void add(std::string_view key, std::string_view value) {
        std::string length;
        eventstore::append_u64(length, key.size());
        const auto hash = kernel::sha256({length, key, value});
        const std::string_view bytes(reinterpret_cast<const char*>(hash.data()), hash.size());
        ++count;
        high += eventstore::read_u64(bytes.substr(0, 8));
        low += eventstore::read_u64(bytes.substr(8, 8));
    }
};

std::string position_bytes(std::uint64_t position) {
    std::string bytes;
    eventstore::append_u64(bytes, position);
    return bytes;
}
std::string tag_key(const Record& record, std::string_view tag, std::uint64_t position) {
    auto key = std::string(record.tenant.view()).append(tag);
    key.push_back('\0');
    return key.append(position_bytes(position));
}
std::string sequence_key(const Record& record) {
    return std::string(record.tenant.view()).append(position_bytes(record.sequence));
}

class LogCheck {
  public:
    LogCheck(const eventstore::Partition& partition, const kernel::Catalogue& catalogue,
             eventstore::Keyring& keyring, Findings& findings, const TellProgress& tell)
        : partition_(partition),
          log_(*partition.log),
          catalogue_(catalogue),
          findings_(findings),
          tell_(tell),
          sealed_(catalogue, keyring, [this](std::string_view sentence) { find(sentence); }),
          policies_(partition, catalogue, findings) {}

    Result<LogCounts> run() {
        if (auto done = policies_.load(); !done) return std::unexpected(std::move(done.error()));
        Result<void> failed;
        const auto look = [&](std::uint64_t position, std::string_view bytes) {
            at_ = position;
            failed = look_at(bytes);
            tell_("events", position, log_.last_position());
            return failed.has_value();
        };
        if (auto read = log_.scan(1, log_.last_position(), look); !read)
            return std::unexpected(std::move(read.error()));
        if (!failed) return std::unexpected(std::move(failed.error()));
        if (left_of_command_ > 0) find("The last command is not there as a whole.");
        if (auto done = compare(Space::tags, tags_); !done)
            return std::unexpected(std::move(done.error()));
        if (auto done = compare(Space::tenants, sequences_); !done)
            return std::unexpected(std::move(done.error()));
        if (auto done = policies_.finish(); !done) return std::unexpected(std::move(done.error()));
        counts_.tags = tags_.count;
        counts_.sealed_values = sealed_.count();
        counts_.timers = policies_.timers();
        return counts_;
    }

  private:
    struct Tenant {
        std::uint64_t next_sequence = 0;
        Instant last_time{};
    };

    void find(std::string_view sentence) {
        findings_.add(fmt::format("{}-{}: {}", partition_.number, at_, sentence));
    }

    Result<void> look_at(std::string_view bytes) {
        ++counts_.events;
        const auto record = eventstore::decode(bytes);  // compares the hash too
        if (!record) {
            find(record.error().detail);
            return {};
        }
        look_at_place(*record);
        look_at_command(*record);
        for (const auto& tag : record->tags) tags_.add(tag_key(*record, tag, at_), {});
        sequences_.add(sequence_key(*record), position_bytes(at_));
        sealed_.look_at(*record);
        const auto event = eventstore::read_event(catalogue_, *record);
        if (event) return policies_.look_at(*record, *event, at_);
        find(fmt::format("{} cannot be read: {}", record->type, event.error().detail));
        return {};
    }

    void look_at_place(const Record& record) {
        auto& tenant = tenants_[record.tenant];
        if (record.sequence != tenant.next_sequence) {
            find(fmt::format("sequence {} of tenant {} stands where {} is due.", record.sequence,
                             to_string(record.tenant), tenant.next_sequence));
        }
        if (record.time < tenant.last_time) find("time runs backwards within the tenant.");
        tenant = {record.sequence + 1, record.time};
    }

    // The events of a command stand one behind the other.
    void look_at_command(const Record& record) {
        const bool first = record.index == 0;
        if (first != (left_of_command_ == 0) || record.index >= record.count ||
            (!first &&
             (record.count - record.index != left_of_command_ || record.tenant != command_.tenant ||
              record.time != command_.time || record.correlation_id != command_.correlation_id))) {
            find(fmt::format("event {} of {} of a command that is not whole.", record.index + 1,
                             record.count));
        }
        if (first) {
            ++counts_.commands;
            command_ = {record.tenant, record.time, record.correlation_id};
        }
        left_of_command_ = record.index < record.count ? record.count - record.index - 1 : 0;
    }

    Result<void> compare(Space space, const Sum& said) {
        Sum there;
        const auto add = [&](std::string_view key, std::string_view value) {
            there.add(key, value);
            return true;
        };
        if (auto read = log_.entries(space, {}, {}, add); !read) return read;
        if (there == said) return {};
        const auto counted = findings_.count();
        if (auto done = space == Space::tags ? name_missing_tags() : name_missing_sequences();
            !done) {
            return done;
        }
        if (findings_.count() > counted) return {};
        findings_.add(
            fmt::format("partition {}: the index of {} has {} entries of which no record "
                        "says anything.",
                        partition_.number, space == Space::tags ? "tags" : "sequences",
                        there.count - said.count));
        return {};
    }

    Result<void> name_missing_tags() {
        return for_each_record([&](const Record& record) -> Result<void> {
            for (const auto& tag : record.tags) {
                const auto entry = log_.get(Space::tags, tag_key(record, tag, at_));
                if (!entry) return std::unexpected(entry.error());
                if (!*entry) find(fmt::format("the index of tags does not have it for {}.", tag));
            }
            return {};
        });
    }
    Result<void> name_missing_sequences() {
        return for_each_record([&](const Record& record) -> Result<void> {
            const auto entry = log_.get(Space::tenants, sequence_key(record));
            if (!entry) return std::unexpected(entry.error());
            if (*entry != position_bytes(at_))
                find("the index of sequences does not have it, or elsewhere.");
            return {};
        });
    }
    template <class Look>
    Result<void> for_each_record(Look look) {
        Result<void> failed;
        const auto visit = [&](std::uint64_t position, std::string_view bytes) {
            at_ = position;
            const auto record = eventstore::decode(bytes);
            if (record) failed = look(*record);
            return failed.has_value();
        };
        if (auto read = log_.scan(1, log_.last_position(), visit); !read) return read;
        return failed;
    }

    struct Command {
        TenantId tenant;
        Instant time{};
        std::string correlation_id;
    };

    const eventstore::Partition& partition_;
    const Log& log_;
    const kernel::Catalogue& catalogue_;
    Findings& findings_;
    const TellProgress& tell_;
    LogCounts counts_;
    SealedCheck sealed_;
    PolicyCheck policies_;
    Sum tags_, sequences_;
    std::unordered_map<TenantId, Tenant> tenants_;
    Command command_;
    int left_of_command_ = 0;
    std::uint64_t at_ = 0;
};
}  // namespace

Result<LogCounts> verify_log(const eventstore::Partition& partition,
                             const kernel::Catalogue& catalogue, eventstore::Keyring& keyring,
                             Findings& findings, const TellProgress& tell) {
    return LogCheck(partition, catalogue, keyring, findings, tell).run();
}

}  // namespace almanac::replay
