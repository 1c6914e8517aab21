#include "replay/store_target.hpp"

#include <future>
#include <map>
#include <set>

#include "domain/loyalty/referral.hpp"
#include "domain/scheduling/appointment.hpp"
#include "domain/scheduling/block.hpp"
#include "domain/scheduling/override.hpp"
#include "domain/scheduling/snapshot_source.hpp"
#include "domain/tenancy/tenant.hpp"
#include "eventstore/normalize.hpp"
#include "replay/sample_marks.hpp"
#include "replay/stopped_directory.hpp"

namespace almanac::replay {
namespace {
using kernel::TenantId;
namespace json = kernel::json;

const kernel::Actor the_operator{"system", "almanac"};

// The folds of a tenant as its log has them, each read once.
class LogRead final : public kernel::Read {
  public:
    LogRead(eventstore::Store& store, const TenantId& tenant) : store_(store), tenant_(tenant) {}
    const TenantId& tenant() const override { return tenant_; }
    const kernel::Held& load(const kernel::FoldType& type, const std::string& tag) override {
        if (const auto known = folds_.find(tag); known != folds_.end()) return known->second;
        auto held = store_.fold(tenant_, type, tag);
        if (!held) throw std::runtime_error(held.error().detail);
        return folds_.emplace(tag, std::move(*held)).first->second;
    }

  private:
    eventstore::Store& store_;
    TenantId tenant_;
    std::map<std::string, kernel::Held> folds_;
};

TenantId tenant_of(eventstore::Store& store, const std::string& text) {
    const auto entry = store.tenants().find(text);
    return entry ? entry->id : TenantId{};
}

Result<scheduling::SlotList> slots_in_log(LogRead& read, const scheduling::ServiceId& id,
                                          Instant from, Instant to, Instant now) {
    const auto& service = read.get<kernel::Record<scheduling::Service>>(id);
    scheduling::FoldSource source(read, now);
    const auto snapshot = scheduling::build_snapshot(source, id, service, from, to, {});
    if (!snapshot) return std::unexpected(snapshot.error());
    scheduling::SlotQuery query;
    query.from = from;
    query.to = to;
    query.now = now;
    return scheduling::slots(*snapshot, query);
}
}  // namespace

StoreTarget::StoreTarget(eventstore::Store& store, const kernel::Catalogue& catalogue,
                         std::size_t in_flight_max)
    : store_(store), catalogue_(catalogue), in_flight_max_(in_flight_max) {}
StoreTarget::~StoreTarget() {
    drain();
}

Result<eventstore::CommandRequest> StoreTarget::request_of(CommandCall& call) const {
    eventstore::CommandRequest request;
    request.type = catalogue_.command(call.command);
    if (request.type == nullptr) {
        return kernel::not_found(fmt::format("There is no command {}.", call.command));
    }
    kernel::PathParameters path;
    if (!call.id.empty()) path.values.emplace_back("id", call.id);
    if (!call.date.empty()) path.values.emplace_back("date", call.date);
    auto command = request.type->parse(json::Value(call.body), path);
    if (!command) return std::unexpected(std::move(command.error()));
    request.command = std::move(*command);
    request.tenant =
        request.type->system_tenant ? kernel::system_tenant : tenant_of(store_, call.tenant);
    if (request.tenant.is_nil()) {
        return kernel::not_found(fmt::format("There is no tenant {}.", call.tenant));
    }
    request.actor = the_operator;
    if (!request.type->creates) request.target_id = call.id;
    if (!call.idempotency_key.empty()) {
        request.idempotency = eventstore::IdempotencyKey{
            call.idempotency_key,
            request.type->method + ' ' + request.type->path + ' ' + call.id + call.date,
            json::dump(json::Value(std::move(call.body)))};
    }
    request.correlation_id = "almanac";
    return request;
}

void StoreTarget::landed() {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    changed_.notify_all();
}

void StoreTarget::submit(CommandCall call, CommandReply reply) {
    auto request = request_of(call);
    if (!request) return reply(std::unexpected(std::move(request.error())));
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return in_flight_ < in_flight_max_; });
        ++in_flight_;
    }
    store_.submit(std::move(*request), [this, reply = std::move(reply)](
                                           Result<eventstore::CommandAnswer> answer) mutable {
        if (answer)
            reply(CommandDone{answer->id, answer->events.size(), answer->replayed});
        else
            reply(std::unexpected(std::move(answer.error())));
        landed();
    });
}

void StoreTarget::drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ == 0; });
}

Result<Instant> StoreTarget::now() {
    return store_.clock().now();
}
bool StoreTarget::is_sandbox() {
    return store_.is_sandbox();
}

Result<void> StoreTarget::settle() {
    drain();
    const auto now = store_.clock().now();
    if (is_sandbox()) return move_clock(now);  // to where it stands
    for (unsigned i = 0; i < store_.partitions(); ++i) {
        std::promise<bool> ran;
        store_.partition(i).policies().run_until(now, [&](bool done) { ran.set_value(done); });
        if (!ran.get_future().get())
            return kernel::unavailable("io_error", "What follows from it could not be written.");
    }
    return {};
}

template <class F>
Result<kernel::Held> StoreTarget::fold(const TenantId& tenant, const std::string& tag) {
    drain();
    return store_.fold(tenant, kernel::fold_type<F>(), tag);
}

Result<std::optional<std::string>> StoreTarget::find_tenant(const std::string& slug) {
    const auto entry = store_.tenants().find(slug);
    return entry ? std::optional(kernel::to_string(entry->id)) : std::nullopt;
}

Result<std::optional<std::string>> StoreTarget::find_by_slug(const std::string& tenant,
                                                             const std::string& collection,
                                                             const std::string& slug) {
    const auto tag = kernel::tag_of<kernel::Slug>(collection + '/' + slug);
    const auto held = fold<kernel::Slug>(tenant_of(store_, tenant), tag);
    if (!held) return std::unexpected(held.error());
    const auto owner = static_cast<const kernel::Slug*>(held->state.get())->owner;
    return owner ? std::optional(kernel::to_string(*owner)) : std::nullopt;
}

Result<std::optional<std::string>> StoreTarget::find_client(const std::string& tenant,
                                                            const std::string& email) {
    const auto id = tenant_of(store_, tenant);
    const auto value = eventstore::normalize_email(email);
    if (!value) return std::unexpected(value.error());
    drain();
    const auto claim =
        store_.partition_for(id).keyring().find_claim(id, eventstore::ClaimKind::email, *value);
    if (!claim) return std::unexpected(claim.error());
    if (!*claim) return std::optional<std::string>{};
    const auto held = fold<kernel::EmailClaim>(
        id, kernel::tag_of<kernel::EmailClaim>(kernel::to_string(**claim)));
    if (!held) return std::unexpected(held.error());
    const auto owner = static_cast<const kernel::EmailClaim*>(held->state.get())->owner;
    return owner ? std::optional(kernel::to_string(*owner)) : std::nullopt;
}

Result<std::optional<std::string>> StoreTarget::find_loyalty_account(const std::string& tenant,
                                                                     const std::string& client) {
    const loyalty::MemberRef member{loyalty::MemberKind::client,
                                    kernel::parse_uuid(client).value_or(kernel::Uuid{})};
    const auto held =
        fold<loyalty::Member>(tenant_of(store_, tenant), kernel::tag_of<loyalty::Member>(member));
    if (!held) return std::unexpected(held.error());
    const auto& account = static_cast<const loyalty::Member*>(held->state.get())->account;
    return account ? std::optional(kernel::to_string(*account)) : std::nullopt;
}

Result<std::string> StoreTarget::referral_code(const std::string& tenant, const std::string& id) {
    const loyalty::ReferralCodeId code{kernel::parse_uuid(id).value_or(kernel::Uuid{})};
    const auto held = fold<loyalty::ReferralCode>(tenant_of(store_, tenant),
                                                  kernel::tag_of<loyalty::ReferralCode>(code));
    if (!held) return std::unexpected(held.error());
    return static_cast<const loyalty::ReferralCode*>(held->state.get())->code;
}

Result<bool> StoreTarget::has_schedule(const std::string& tenant, const std::string& resource) {
    const scheduling::ResourceId id{kernel::parse_uuid(resource).value_or(kernel::Uuid{})};
    const auto held = fold<scheduling::Calendar>(tenant_of(store_, tenant),
                                                 kernel::tag_of<scheduling::Calendar>(id));
    if (!held) return std::unexpected(held.error());
    return !static_cast<const scheduling::Calendar*>(held->state.get())->schedules.empty();
}

Result<bool> StoreTarget::has_block(const std::string& tenant, const BlockMark& block) {
    drain();
    const auto id = tenant_of(store_, tenant);
    std::set<std::string> found;
    const auto note = [&](std::uint64_t, const eventstore::RecordView& record) {
        const bool added = record.type() == scheduling::BlockAdded::type;
        if (!added && record.type() != scheduling::BlockRemoved::type) return true;
        const auto data = json::parse_own(record.data());
        const std::string of(data.at("id").as_string());
        if (!added)
            found.erase(of);
        else if (mark_of_block(data.get_object()) == block)
            found.insert(of);
        return true;
    };
    auto visited = visit_events(store_.partition_for(id).log(), id, 0, note);
    if (!visited) return std::unexpected(std::move(visited.error()));
    return !found.empty();
}

Result<bool> StoreTarget::has_override(const std::string& tenant, const std::string& resource) {
    drain();
    const auto id = tenant_of(store_, tenant);
    std::set<std::string> found;
    const auto note = [&](std::uint64_t, const eventstore::RecordView& record) {
        const bool set = record.type() == scheduling::OverrideSet::type;
        if (!set && record.type() != scheduling::OverrideRemoved::type) return true;
        const auto data = json::parse_own(record.data());
        if (data.at("resource_id").as_string() != resource) return true;
        const std::string of(data.at("id").as_string());
        if (set)
            found.insert(of);
        else
            found.erase(of);
        return true;
    };
    auto visited = visit_events(store_.partition_for(id).log(), id, 0, note);
    if (!visited) return std::unexpected(std::move(visited.error()));
    return !found.empty();
}

Result<std::vector<OfferedSlot>> StoreTarget::slots(const std::string& tenant,
                                                    const std::string& service, Instant from,
                                                    Instant to) {
    drain();
    LogRead read(store_, tenant_of(store_, tenant));
    const scheduling::ServiceId id{kernel::parse_uuid(service).value_or(kernel::Uuid{})};
    const auto list = slots_in_log(read, id, from, to, store_.clock().now());
    if (!list) return std::unexpected(list.error());
    std::vector<OfferedSlot> offered;
    for (const auto& slot : list->slots) {
        OfferedSlot offer{slot.start, {}};
        for (const auto& resource : slot.resources) {
            offer.resources.push_back(kernel::to_string(resource.id));
        }
        offered.push_back(std::move(offer));
    }
    return offered;
}

Result<std::string> StoreTarget::sample_of(const std::string& tenant) {
    const auto id = tenant_of(store_, tenant);
    const auto held = fold<tenancy::Tenant>(id, kernel::tag_of<tenancy::Tenant>(id));
    if (!held) return std::unexpected(held.error());
    return sample_of_settings(static_cast<const tenancy::Tenant*>(held->state.get())->settings);
}

Result<std::vector<FoundAppointment>> StoreTarget::sample_appointments(const std::string& tenant,
                                                                       const std::string& sample) {
    drain();
    const auto id = tenant_of(store_, tenant);
    const auto& log = store_.partition_for(id).log();
    std::vector<FoundAppointment> found;
    const auto note = [&](std::uint64_t, const eventstore::RecordView& record) {
        if (record.type() != scheduling::AppointmentBooked::type) return true;
        const auto data = json::parse_own(record.data());
        const auto* metadata = data.get_object().if_contains("metadata");
        auto appointment = metadata ? sample_appointment(*metadata, sample) : std::nullopt;
        if (!appointment) return true;
        appointment->id = data.at("id").as_string();
        found.push_back(std::move(*appointment));
        return true;
    };
    if (auto visited = visit_events(log, id, 0, note); !visited) {
        return std::unexpected(std::move(visited.error()));
    }
    for (auto& each : found) {
        const scheduling::AppointmentId appointment{*kernel::parse_uuid(each.id)};
        const auto held =
            fold<scheduling::Appointment>(id, kernel::tag_of<scheduling::Appointment>(appointment));
        if (!held) return std::unexpected(held.error());
        const auto& state = *static_cast<const scheduling::Appointment*>(held->state.get());
        each.status = kernel::enum_name(state.status);
        each.revision = held->revision;
        each.start = state.start;
    }
    return found;
}

}  // namespace almanac::replay
