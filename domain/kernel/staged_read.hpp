// Folds as they will be after events that are decided but not yet taken: for a decision of many
// parts, each of which has to see the ones before it (a series of bookings). What the events touch
// is copied once; all else is read where it is. A reference shows what `apply` does later on.
// Belongs to one decision; decision thread.
#pragma once
#include <map>

#include "domain/kernel/command.hpp"

namespace almanac::kernel {

class StagedRead final : public Read {
  public:
    StagedRead(Read& below, const Context& now) : below_(below), now_(now) {}
    const TenantId& tenant() const override { return below_.tenant(); }
    const Held& load(const FoldType& type, const std::string& tag) override {
        const auto staged = staged_.find(tag);
        return staged == staged_.end() ? below_.load(type, tag) : staged->second;
    }
    void apply(const Event& event) {
        for (const auto& tag : event.type->tags(event.data.get())) {
            for (const auto& reaction : event.type->reactions) {
                if (is_of(tag, reaction.fold->kind)) evolve(reaction, tag, event);
            }
        }
    }

  private:
    static bool is_of(std::string_view tag, std::string_view kind) {
        return tag.starts_with(kind) && (tag.size() == kind.size() || tag[kind.size()] == ':');
    }
    void evolve(const Reaction& reaction, const std::string& tag, const Event& event) {
        auto at = staged_.find(tag);
        if (at == staged_.end()) {
            Held copy = below_.load(*reaction.fold, tag);
            copy.state = reaction.fold->copy(copy.state.get());
            at = staged_.emplace(tag, std::move(copy)).first;
        }
        if (at->second.revision++ == 0) at->second.created_at = now_.now;
        at->second.updated_at = now_.now;
        reaction.evolve(at->second.state.get(), event.data.get(),
                        EventMeta{now_.now, {}, now_.actor, tag});
    }

    Read& below_;
    const Context& now_;
    std::map<std::string, Held> staged_;
};

}  // namespace almanac::kernel
