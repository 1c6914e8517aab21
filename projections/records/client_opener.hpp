// From a row of clients, still sealed, to what the search index keeps. Thread-safe.
#pragma once
#include "domain/kernel/catalogue.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/search_index.hpp"

namespace almanac::projections {

class ClientOpener {
  public:
    // Throws std::logic_error where the collection has no sealed first_name, last_name, email,
    // phone.
    ClientOpener(const kernel::Collection& collection, eventstore::Keyring& keyring);
    // Values of an erased client are empty. `corrupt` where a value does not open.
    kernel::Result<eventstore::SearchEntry> open(const kernel::TenantId& tenant,
                                                 const kernel::Uuid& id,
                                                 std::string_view json) const;

  private:
    struct Field {
        std::string path;
        std::string field_id;
        std::string eventstore::SearchEntry::* member;
    };
    std::vector<Field> fields_;
    eventstore::Keyring& keyring_;
};

}  // namespace almanac::projections
