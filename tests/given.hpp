// given(events).when(command).then(events): decisions tested as the rules read. Folds are made from
// the given events by the same tags and evolve functions as everywhere; time, ids and claims are
// the test's. Personal data stays open here, so that expectations can be read.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "domain/kernel/command.hpp"

namespace almanac::testing {

using namespace kernel;

inline Uuid id_number(std::uint32_t n) {
    Uuid id;
    for (std::size_t i = 0; i < 4; ++i)
        id.bytes[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    return id;
}
template <class AnyId>
AnyId id_of(std::uint32_t n) {
    return AnyId{id_number(n)};
}

// Fresh ids count up from 1000.
class CountingIds final : public Ids {
  public:
    Uuid fresh(Instant) override { return id_number(next_++); }
    std::string secret_token() override { return "secret-" + std::to_string(next_++); }

  private:
    std::uint32_t next_ = 1000;
};

class MapClaims final : public Claims {
  public:
    Result<Uuid> claim(std::string_view kind, std::string_view value) override {
        const auto key = std::string(kind) + ':' + std::string(value);
        const auto [at, fresh] =
            claims_.emplace(key, id_number(50'000 + static_cast<std::uint32_t>(claims_.size())));
        return at->second;
    }

  private:
    std::map<std::string, Uuid> claims_;
};

class FixedSigningKeys final : public SigningKeys {
  public:
    std::string public_key(const TenantId&) override { return "public-key"; }
};

class GivenFolds final : public Read {
  public:
    const TenantId& tenant() const override { return tenant_; }
    const Held& load(const FoldType& type, const std::string& tag) override {
        auto& held = folds_[tag];
        if (!held.state) held.state = type.make();
        if (held.revision > 0 || loaded_.contains(tag)) return held;
        loaded_.insert(tag);
        for (const auto& [event, meta] : events_) {
            const auto tags = event.type->tags(event.data.get());
            if (std::find(tags.begin(), tags.end(), tag) == tags.end()) continue;
            ++held.revision;
            auto with_tag = meta;
            with_tag.tag = tag;
            if (const auto* r = event.type->reaction(type))
                r->evolve(held.state.get(), event.data.get(), with_tag);
        }
        return held;
    }
    void add(Event event, Instant at) {
        events_.emplace_back(std::move(event), EventMeta{at, EventId{}, Actor{"user", "test"}, {}});
        folds_.clear();
        loaded_.clear();
    }
    const std::vector<std::pair<Event, EventMeta>>& events() const { return events_; }

  private:
    TenantId tenant_{id_number(1)};
    std::vector<std::pair<Event, EventMeta>> events_;
    std::map<std::string, Held> folds_;
    std::set<std::string> loaded_;
};

// What a decision answered, and what is expected of it.
class Decided {
  public:
    explicit Decided(Decision decision) : decision_(std::move(decision)) {}

    template <EventData... E>
    void then(const E&... expected) const {
        ASSERT_TRUE(decision_) << decision_.error().code << ": " << decision_.error().detail
                               << describe();
        ASSERT_EQ(decision_->list.size(), sizeof...(E));
        std::size_t i = 0;
        (expect_event(decision_->list[i++], expected), ...);
    }
    void then_nothing() const {
        ASSERT_TRUE(decision_) << decision_.error().code;
        EXPECT_TRUE(decision_->list.empty());
    }
    void then_rejected(std::string_view code) const {
        ASSERT_FALSE(decision_) << "accepted";
        EXPECT_EQ(decision_.error().code, code) << decision_.error().detail << describe();
    }
    void then_field_error(std::string_view pointer, std::string_view code) const {
        ASSERT_FALSE(decision_) << "accepted";
        for (const auto& e : decision_.error().errors) {
            if (e.pointer == pointer && e.code == code) return;
        }
        ADD_FAILURE() << "no error " << code << " at " << pointer << describe();
    }
    // The i-th event, to look at its fields.
    template <EventData E>
    const E& event(std::size_t i = 0) const {
        static const E none{};
        if (!decision_) {
            ADD_FAILURE() << decision_.error().code << ": " << decision_.error().detail
                          << describe();
            return none;
        }
        const E* found = i < decision_->list.size() ? decision_->list[i].template as<E>() : nullptr;
        if (!found) ADD_FAILURE() << "no such event at " << i;
        return found ? *found : none;
    }
    const Decision& decision() const { return decision_; }

  private:
    template <EventData E>
    static void expect_event(const Event& event, const E& expected) {
        const E* actual = event.as<E>();
        ASSERT_NE(actual, nullptr) << "expected " << E::type << ", found " << event.type->name;
        EXPECT_EQ(*actual, expected) << E::type;
    }
    std::string describe() const {
        std::string out;
        if (decision_) return out;
        for (const auto& e : decision_.error().errors)
            out += "\n  " + e.pointer + " " + e.code + " " + e.detail;
        return out;
    }
    Decision decision_;
};

class Given {
  public:
    template <EventData... E>
    explicit Given(const E&... events) {
        (and_given(events), ...);
    }
    template <EventData E>
    Given& and_given(const E& event) {
        folds_.add(Event(event), now_);
        return *this;
    }
    Given& at(Instant now) {
        now_ = now;
        return *this;
    }
    Given& at(std::string_view text) { return at(*parse_instant(text)); }
    Given& permitted(std::function<bool(std::string_view)> may) {
        may_ = std::move(may);
        return *this;
    }
    template <class C>
    Decided when(const C& command) {
        Context context;
        context.now = now_;
        context.tenant = folds_.tenant();
        context.actor = {"user", "test"};
        context.ids = &ids_;
        context.claims = &claims_;
        context.signing_keys = &keys_;
        context.may = may_;
        context.disclose = [this](std::string name, std::string value) { disclosed[name] = value; };
        return Decided(decide(command, folds_, context));
    }
    // Decides and takes the events as given, for stories of several steps.
    template <class C>
    Decided after(const C& command) {
        auto decided = when(command);
        if (decided.decision()) {
            for (const auto& event : decided.decision()->list) folds_.add(event, now_);
        }
        return decided;
    }
    template <FoldState F>
    const F& fold(const typename F::Key& key) {
        return folds_.get<F>(key);
    }
    Read& folds() { return folds_; }
    std::map<std::string, std::string> disclosed;

  private:
    GivenFolds folds_;
    Instant now_ = *parse_instant("2026-06-01T08:00:00Z");
    CountingIds ids_;
    MapClaims claims_;
    FixedSigningKeys keys_;
    std::function<bool(std::string_view)> may_;
};

template <EventData... E>
Given given(const E&... events) {
    return Given(events...);
}

}  // namespace almanac::testing
