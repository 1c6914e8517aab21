// Policies: what the house does of its own accord. A policy reacts to events and to its own timers
// with commands, and with timers to set or to cancel:
//
//   Reactions wait_for_payment(const AppointmentBooked& e, const Happened&) {
//       if (!e.payment_due_at) return {};
//       return Reactions{}.set_timer(to_string(e.id), *e.payment_due_at, Unpaid{e.id});
//   }
//
// A reaction is a pure function of the event or the timer; rules stay in the `decide` of the
// command it submits. It may be run more than once for one event; its effects happen once, each
// told from the others by its name. Limits are checked where the reactions are performed.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

#include "domain/kernel/event.hpp"

namespace almanac::kernel {

inline constexpr std::size_t policy_name_bytes_max = 60;
inline constexpr std::size_t effect_name_bytes_max = 40;
inline constexpr std::size_t timer_key_bytes_max = 128;
inline constexpr std::size_t timer_data_bytes_max = 4'096;
inline constexpr std::size_t reactions_max = 1'000;  // commands and timers of one event or timer

// What a reaction may know of its event beside its data.
struct Happened {
    Instant time{};
    EventId id{};
    Actor actor = {};
    TenantId tenant{};
    std::uint64_t position = 0;
};

struct TimerFired {
    std::string key;
    Instant due{};
    TenantId tenant{};
};

// A command to be decided, and its name among the effects of one source.
struct Effect {
    std::string name;
    std::type_index command;  // of the struct, as the catalogue knows it
    std::shared_ptr<const void> wish;
};

struct TimerChange {
    std::string key;
    std::optional<Instant> due;  // none: it is cancelled
    std::string data;            // JSON
};

class Reactions {
  public:
    template <class C>
    Reactions& submit(std::string name, C command) {
        effects_.push_back({std::move(name), std::type_index(typeid(C)),
                            std::make_shared<const C>(std::move(command))});
        return *this;
    }
    // One timer per policy, tenant and key: the one that was set is replaced.
    template <Described D>
    Reactions& set_timer(std::string key, Instant due, const D& data) {
        timers_.push_back({std::move(key), due, kernel::to_json(data)});
        return *this;
    }
    Reactions& cancel_timer(std::string key) {
        timers_.push_back({std::move(key), std::nullopt, {}});
        return *this;
    }
    bool empty() const { return effects_.empty() && timers_.empty(); }
    const std::vector<Effect>& effects() const { return effects_; }
    const std::vector<TimerChange>& timers() const { return timers_; }

  private:
    std::vector<Effect> effects_;
    std::vector<TimerChange> timers_;
};

struct PolicyType {
    std::string name;  // scheduling.pending_appointments
    std::uint32_t version = 1;
    bool from_the_beginning = false;  // else a new one starts at the end of the log
    struct ToEvent {
        const EventType* type;
        std::function<Reactions(const void* event, const Happened&)> react;
    };
    std::vector<ToEvent> events;
    // `corrupt` where the timer's data is not what the policy sets.
    std::function<Result<Reactions>(const json::Value& data, const TimerFired&)> timer;

    const ToEvent* reaction_to(const EventType& type) const {
        for (const auto& each : events) {
            if (each.type == &type) return &each;
        }
        return nullptr;
    }
};

// What a module writes after `policy("…")`.
class PolicyDeclaration {
  public:
    explicit PolicyDeclaration(PolicyType& type) : type_(type) {}

    template <EventData E>
    PolicyDeclaration& on(Reactions (*react)(const E&, const Happened&)) {
        if (type_.reaction_to(event_type<E>()))
            throw std::logic_error(type_.name + " reacts twice to " + std::string(E::type));
        type_.events.push_back({&event_type<E>(), [react](const void* event, const Happened& meta) {
                                    return react(*static_cast<const E*>(event), meta);
                                }});
        return *this;
    }
    // D: what it gives its timers to carry.
    template <Described D>
    PolicyDeclaration& on_timer(Reactions (*react)(const D&, const TimerFired&)) {
        type_.timer = [react](const json::Value& written, const TimerFired& fired) {
            auto data = from_json<D>(written, Form::sealed, false);
            if (!data) return Result<Reactions>(corrupt("The data of a timer cannot be read."));
            return Result<Reactions>(react(*data, fired));
        };
        return *this;
    }
    PolicyDeclaration& from_the_beginning() {
        type_.from_the_beginning = true;
        return *this;
    }

  private:
    PolicyType& type_;
};

}  // namespace almanac::kernel
