// Rows as people may see them: personal data is opened with the keyring for who may read it, masked
// (not decrypted) for who may not, null where the person was erased; internal fields are left out.
// Medical fields are opened only together with an event that says so (log.md, `sensitive`): the
// caller of `open` appends it before the answer leaves.
#pragma once
#include <span>

#include "eventstore/keyring.hpp"
#include "gateway/auth.hpp"

namespace almanac::gateway {

struct OpenedRow {
    kernel::json::Value row;
    std::vector<std::string> sensitive_fields;  // medical fields that were opened and not null
};

class Edge {
  public:
    Edge(const kernel::Collection& collection, const kernel::TenantId& tenant,
         const Principal& principal, eventstore::Keyring& keyring, bool open_sensitive);
    // Of the answer of a query; medical fields do not stand in one.
    Edge(const kernel::QueryType& query, const kernel::TenantId& tenant, const Principal& principal,
         eventstore::Keyring& keyring);
    kernel::Result<OpenedRow> open(std::string_view row_text) const;

  private:
    std::span<const kernel::PersonalField> personal_;
    std::span<const std::string> internal_;
    kernel::TenantId tenant_;
    eventstore::Keyring& keyring_;
    bool may_personal_;
    bool may_sensitive_;
};

}  // namespace almanac::gateway
