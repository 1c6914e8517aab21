#include "eventstore/record.hpp"

#include <algorithm>
#include <cstring>

#include "domain/kernel/digest.hpp"
#include "eventstore/record_rules.hpp"

namespace almanac::eventstore {
namespace {
using kernel::corrupt;
using kernel::reject;

constexpr std::size_t leaf_bytes = 32;
constexpr std::size_t tenant_in_fixed = 2, sequence_in_fixed = 18, time_in_fixed = 26;
constexpr std::size_t fixed_bytes = 34;  // type version, tenant, sequence, time
constexpr std::size_t type_at = 17;      // after format version and event id

template <class Number>
void put(std::string& out, Number number) {
    for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(static_cast<std::uint8_t>(number >> shift)));
}
template <class Number>
Number get(std::string_view bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        number = static_cast<Number>((static_cast<std::uint64_t>(number) << 8) |
                                     static_cast<std::uint8_t>(bytes[at + i]));
    return number;
}
void put_short(std::string& out, std::string_view text) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(text.size())));
    out.append(text);
}
void put_long(std::string& out, std::string_view text) {
    put(out, static_cast<std::uint32_t>(text.size()));
    out.append(text);
}

std::size_t size_of(const Record& record) {
    std::size_t size = type_at + 1 + record.type.size() + fixed_bytes + 4 +
                       record.actor.kind.size() + record.actor.id.size() +
                       record.correlation_id.size() + record.causation_id.size() + 6 + 8 +
                       record.data.size() + record.metadata.size() + leaf_bytes;
    for (const auto& tag : record.tags) size += 1 + tag.size();
    return size;
}

// Walks over lengths; every step is inside the bytes or the walk is over.
class Walk {
  public:
    explicit Walk(std::string_view bytes) : bytes_(bytes) {}
    bool skip(std::size_t count) {
        if (count > bytes_.size() - at_) return false;
        at_ += count;
        return true;
    }
    bool skip_short() {
        return at_ < bytes_.size() && skip(1UL + static_cast<std::uint8_t>(bytes_[at_]));
    }
    std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }
    bool at_end() const { return at_ == bytes_.size(); }
    bool has(std::size_t count) const { return count <= bytes_.size() - at_; }

  private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};
}  // namespace

Hash leaf_hash(std::string_view body) {
    return kernel::sha256({std::string_view("\0", 1), body});
}

Result<std::string> encode(Record& record) {
    std::string out;
    if (auto done = encode_to(out, record); !done) return std::unexpected(std::move(done.error()));
    return out;
}

Result<void> encode_to(std::string& out, Record& record) {
    const auto size = size_of(record);
    if (auto flaw = find_flaw(record, size)) return std::unexpected(std::move(*flaw));
    const auto start = out.size();
    if (out.capacity() < start + size) out.reserve(std::max(start + size, 2 * out.capacity()));
    out.push_back(static_cast<char>(record_format_version));
    out.append(record.id.view());
    put_short(out, record.type);
    put(out, record.type_version);
    out.append(record.tenant.view());
    put(out, record.sequence);
    put(out, static_cast<std::uint64_t>(kernel::micros(record.time)));
    put_short(out, record.actor.kind);
    put_short(out, record.actor.id);
    put_short(out, record.correlation_id);
    put_short(out, record.causation_id);
    put(out, record.index);
    put(out, record.count);
    put(out, static_cast<std::uint16_t>(record.tags.size()));
    for (const auto& tag : record.tags) put_short(out, tag);
    put_long(out, record.data);
    put_long(out, record.metadata);
    record.leaf = leaf_hash(std::string_view(out).substr(start));
    out.append(reinterpret_cast<const char*>(record.leaf.data()), record.leaf.size());
    return {};
}

Result<Record> decode(std::string_view bytes) {
    auto view = RecordView::parse(bytes);
    if (!view) return std::unexpected(std::move(view.error()));
    if (!view->leaf_matches()) return corrupt("A record does not match its hash.");
    Record record;
    record.id = view->id();
    record.type = view->type();
    record.type_version = view->type_version();
    record.tenant = view->tenant();
    record.sequence = view->sequence();
    record.time = view->time();
    record.actor = {std::string(view->actor_kind()), std::string(view->actor_id())};
    record.correlation_id = view->correlation_id();
    record.causation_id = view->causation_id();
    record.index = view->index();
    record.count = view->count();
    record.tags.reserve(view->tag_count());
    view->for_each_tag([&](std::string_view tag) { record.tags.emplace_back(tag); });
    record.data = view->data();
    record.metadata = view->metadata();
    record.leaf = view->leaf();
    if (auto flaw = find_flaw(record, bytes.size()))
        return corrupt("A record matches its hash but breaks a rule: " + flaw->detail);
    return record;
}

Result<RecordView> RecordView::parse(std::string_view bytes) {
    if (bytes.size() < leaf_bytes + type_at + 1 || bytes.size() > record_bytes_max)
        return corrupt("A record has " + std::to_string(bytes.size()) + " bytes.");
    if (static_cast<std::uint8_t>(bytes[0]) != record_format_version)
        return corrupt("A record has the unknown format version " +
                       std::to_string(static_cast<std::uint8_t>(bytes[0])) + ".");
    RecordView view;
    view.bytes_ = bytes;
    Walk walk(bytes.substr(0, bytes.size() - leaf_bytes));
    bool fits = walk.skip(type_at);
    view.type_at_ = walk.at();
    fits = fits && walk.skip_short();
    view.fixed_at_ = walk.at();
    fits = fits && walk.skip(fixed_bytes);
    view.actor_kind_at_ = walk.at();
    fits = fits && walk.skip_short();
    view.actor_id_at_ = walk.at();
    fits = fits && walk.skip_short();
    view.correlation_at_ = walk.at();
    fits = fits && walk.skip_short();
    view.causation_at_ = walk.at();
    fits = fits && walk.skip_short();
    view.place_at_ = walk.at();
    fits = fits && walk.skip(6);
    if (fits) view.tag_count_ = get<std::uint16_t>(bytes, view.place_at_ + 4);
    view.tags_at_ = walk.at();
    for (std::size_t i = 0; fits && i < view.tag_count_; ++i) fits = walk.skip_short();
    fits = fits && walk.has(4);
    if (fits) view.data_bytes_ = get<std::uint32_t>(bytes, walk.at());
    view.data_at_ = walk.at() + 4;
    fits = fits && walk.skip(4UL + view.data_bytes_) && walk.has(4);
    if (fits) view.metadata_bytes_ = get<std::uint32_t>(bytes, walk.at());
    view.metadata_at_ = walk.at() + 4;
    fits = fits && walk.skip(4UL + view.metadata_bytes_) && walk.at_end();
    if (!fits) return corrupt("The lengths within a record do not fit its size.");
    return view;
}

EventId RecordView::id() const {
    return EventId{kernel::uuid_from_bytes(bytes_.substr(1, 16))};
}
std::uint16_t RecordView::type_version() const {
    return get<std::uint16_t>(bytes_, fixed_at_);
}
TenantId RecordView::tenant() const {
    return TenantId{kernel::uuid_from_bytes(bytes_.substr(fixed_at_ + tenant_in_fixed, 16))};
}
std::uint64_t RecordView::sequence() const {
    return get<std::uint64_t>(bytes_, fixed_at_ + sequence_in_fixed);
}
Instant RecordView::time() const {
    return kernel::instant_from_micros(
        static_cast<std::int64_t>(get<std::uint64_t>(bytes_, fixed_at_ + time_in_fixed)));
}
std::uint16_t RecordView::index() const {
    return get<std::uint16_t>(bytes_, place_at_);
}
std::uint16_t RecordView::count() const {
    return get<std::uint16_t>(bytes_, place_at_ + 2);
}
bool RecordView::has_tag(std::string_view tag) const {
    bool found = false;
    for_each_tag([&](std::string_view own) { found = found || own == tag; });
    return found;
}
Hash RecordView::leaf() const {
    Hash hash;
    std::memcpy(hash.data(), bytes_.data() + bytes_.size() - leaf_bytes, leaf_bytes);
    return hash;
}
bool RecordView::leaf_matches() const {
    return leaf() == leaf_hash(bytes_.substr(0, bytes_.size() - leaf_bytes));
}

}  // namespace almanac::eventstore
