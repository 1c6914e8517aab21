#include "eventstore/record.hpp"
#include "eventstore/record_rules.hpp"
#include "tests/fuzz/fuzz_targets.hpp"

namespace almanac::fuzz {
namespace {
using eventstore::Record;
using eventstore::RecordView;

constexpr std::size_t leaf_bytes = 32;

// Reading in place never leaves the bytes, whatever they are.
void check_view(std::string_view bytes) {
    const auto view = RecordView::parse(bytes);
    if (!view) {
        require(view.error().kind == kernel::RejectionKind::corrupt, "a refusal is `corrupt`");
        return;
    }
    std::size_t tags = 0;
    std::size_t total = view->type().size() + view->actor_kind().size() + view->actor_id().size() +
                        view->correlation_id().size() + view->causation_id().size() +
                        view->data().size() + view->metadata().size();
    view->for_each_tag([&](std::string_view tag) {
        ++tags;
        total += tag.size();
        require(view->has_tag(tag), "a tag that is visited is there");
    });
    require(tags == view->tag_count(), "as many tags are visited as are counted");
    require(total < bytes.size(), "the parts lie within the whole");
}

void check_decode(std::string_view bytes) {
    auto record = eventstore::decode(bytes);
    if (!record) {
        require(record.error().kind == kernel::RejectionKind::corrupt, "a refusal is `corrupt`");
        return;
    }
    const auto leaf = record->leaf;
    const auto encoded = eventstore::encode(*record);
    require(encoded && *encoded == bytes, "what is decoded is encoded to the same bytes");
    require(record->leaf == leaf, "the leaf is that of the bytes");

    const auto view = RecordView::parse(bytes);
    require(view.has_value() && view->leaf_matches(), "a whole record can be read in place");
    Record seen;
    seen.id = view->id();
    seen.type = view->type();
    seen.type_version = view->type_version();
    seen.tenant = view->tenant();
    seen.sequence = view->sequence();
    seen.time = view->time();
    seen.actor = {std::string(view->actor_kind()), std::string(view->actor_id())};
    seen.correlation_id = view->correlation_id();
    seen.causation_id = view->causation_id();
    seen.index = view->index();
    seen.count = view->count();
    view->for_each_tag([&](std::string_view tag) { seen.tags.emplace_back(tag); });
    seen.data = view->data();
    seen.metadata = view->metadata();
    seen.leaf = view->leaf();
    require(seen == *record, "read in place it is the same record");
    require(!eventstore::find_flaw(*record, bytes.size()), "it breaks no rule of the format");
}
}  // namespace

void record_decoder(std::string_view input) {
    check_view(input);
    check_decode(input);
    if (input.size() < leaf_bytes) return;
    // Without this nothing that is mutated would get past the hash.
    std::string sealed(input.substr(0, input.size() - leaf_bytes));
    const auto leaf = eventstore::leaf_hash(sealed);
    sealed.append(reinterpret_cast<const char*>(leaf.data()), leaf.size());
    check_decode(sealed);
}

}  // namespace almanac::fuzz
