#include "replay/verify_log.hpp"

#include <fmt/format.h>

#include <unordered_map>

#include "domain/kernel/digest.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::replay {
namespace {
namespace json = kernel::json;
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
             eventstore::Keyring& keyring, Findings& findings)
        : partition_(partition),
          log_(*partition.log),
          catalogue_(catalogue),
          keyring_(keyring),
          findings_(findings) {}

    Result<LogCounts> run() {
        const auto look = [&](std::uint64_t position, std::string_view bytes) {
            at_ = position;
            look_at(bytes);
            return true;
        };
        if (auto read = log_.scan(1, log_.last_position(), look); !read)
            return std::unexpected(std::move(read.error()));
        if (left_of_command_ > 0) find("The last command is not there as a whole.");
        if (auto done = compare(Space::tags, tags_); !done)
            return std::unexpected(std::move(done.error()));
        if (auto done = compare(Space::tenants, sequences_); !done)
            return std::unexpected(std::move(done.error()));
        counts_.tags = tags_.count;
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

    void look_at(std::string_view bytes) {
        ++counts_.events;
        const auto record = eventstore::decode(bytes);  // compares the hash too
        if (!record) return find(record.error().detail);
        look_at_place(*record);
        look_at_command(*record);
        for (const auto& tag : record->tags) tags_.add(tag_key(*record, tag, at_), {});
        sequences_.add(sequence_key(*record), position_bytes(at_));
        if (const auto event = eventstore::read_event(catalogue_, *record); !event)
            find(fmt::format("{} cannot be read: {}", record->type, event.error().detail));
        for (const auto* text : {&record->data, &record->metadata})
            look_at_sealed(record->tenant, json::parse_own(*text));
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

    void look_at_sealed(const TenantId& tenant, const json::Value& value) {
        if (value.is_array()) {
            for (const auto& each : value.get_array()) look_at_sealed(tenant, each);
            return;
        }
        if (!value.is_object()) return;
        const auto& object = value.get_object();
        const auto* of = object.if_contains("of");
        if (!of || !of->is_string() || !object.if_contains("sealed")) {
            for (const auto& [name, each] : object) look_at_sealed(tenant, each);
            return;
        }
        ++counts_.sealed_values;
        const auto state = keyring_.subject_state(tenant, of->get_string());
        if (!state) return find(state.error().detail);
        if (*state == eventstore::SubjectState::absent) {
            find(fmt::format("a value is sealed for {}, of whom the keyring knows nothing.",
                             std::string_view(of->get_string())));
        }
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
    eventstore::Keyring& keyring_;
    Findings& findings_;
    LogCounts counts_;
    Sum tags_, sequences_;
    std::unordered_map<TenantId, Tenant> tenants_;
    Command command_;
    int left_of_command_ = 0;
    std::uint64_t at_ = 0;
};
}  // namespace

Result<LogCounts> verify_log(const eventstore::Partition& partition,
                             const kernel::Catalogue& catalogue, eventstore::Keyring& keyring,
                             Findings& findings) {
    return LogCheck(partition, catalogue, keyring, findings).run();
}

}  // namespace almanac::replay
