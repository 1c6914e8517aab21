// Which rows and index entries a collection has and how their keys are written, from the catalogue.
// Pure and immutable; any thread.
//
// Keys of projection `records`, below a tenant (one byte each: collection, order, filter by their
// place in the catalogue; a change of places is another version and builds everything again):
//     "r" ‖ collection ‖ id 16                                      -> row
//     "x" ‖ collection ‖ order ‖ filter (0 = none) ‖ [value] ‖ order value ‖ id 16
//                                                                   -> "" (live) or "d" (deleted)
// Values sort as bytes: text with 0x00 as 0x00 0xff and 0x00 0x01 behind it, integers and instants
// (µs) as 8 bytes with the sign turned, booleans 1 byte, ids 16. An order value has one byte before
// it: 0x00 nothing there (and no value), 0x01 a value.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/catalogue.hpp"

namespace almanac::projections {

enum class ValueKind : std::uint8_t { text, choice, id, integer, boolean, instant };

struct IndexedField {
    std::string name;               // the parameter, or the sort
    std::vector<std::string> path;  // resources, id
    ValueKind kind = ValueKind::text;
    std::vector<std::string> choices;  // of ValueKind::choice
};

struct CollectionLayout {
    const kernel::Collection* collection = nullptr;
    std::uint8_t number = 0;
    std::vector<IndexedField> orders;  // created_at, the range path, the sorts
    std::vector<IndexedField> filters;
    std::optional<std::size_t> range_order;

    std::optional<std::size_t> order(std::string_view name) const;
    std::optional<std::size_t> filter(std::string_view name) const;
    std::string row_key(const kernel::Uuid& id) const;
    // All entries of one value of one filter in one order; filter 0 is none, n is filters[n - 1].
    std::string index_prefix(std::size_t order, std::size_t filter, std::string_view value) const;
    void append_index_prefix(std::string& out, std::size_t order, std::size_t filter,
                             std::string_view value) const;
};

class RecordLayout {
  public:
    explicit RecordLayout(const kernel::Catalogue& catalogue);
    std::uint32_t version() const { return version_; }
    const CollectionLayout* find(std::string_view collection) const;
    const CollectionLayout* of(const kernel::FoldType& fold) const;

  private:
    std::vector<CollectionLayout> collections_;
    std::uint32_t version_ = 0;
};

namespace encoding {
void append_integer(std::string& out, std::int64_t number);
void append_text(std::string& out, std::string_view text);
// A query parameter's text as this kind of value; what is wrong with it where it is none.
struct Wrong {
    std::string code;
    std::string detail;
};
std::optional<Wrong> append_parameter(std::string& out, const IndexedField& field,
                                      std::string_view text);
}  // namespace encoding

}  // namespace almanac::projections
