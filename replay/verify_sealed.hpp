// Whether every sealed value of the log opens, as some field of the house, with the key of its
// subject: a damaged byte, a key that is gone and a value of another subject are found. What is of
// an erased subject opens no more, which is as it must be.
// What stands in a field of any content (a tenant's settings) is the caller's. One thread.
// Limits: memory a few words for each field of each event type; the cost is one decryption a value.
#pragma once
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "domain/kernel/catalogue.hpp"
#include "eventstore/keyring.hpp"
#include "eventstore/record.hpp"

namespace almanac::replay {

class SealedCheck {
  public:
    using Find = std::function<void(std::string_view sentence)>;
    SealedCheck(const kernel::Catalogue& catalogue, eventstore::Keyring& keyring, Find find);

    void look_at(const eventstore::Record& record);
    std::uint64_t count() const { return count_; }  // of the values there were

  private:
    void look_at_text(const eventstore::Record& record, std::string_view text,
                      const std::string& place);
    void look_at(const eventstore::Record& record, const kernel::json::Value& value,
                 const std::string& place);
    void open(const eventstore::Record& record, std::string_view sealed, std::string_view subject,
              const std::string& place);
    bool opens_as(const eventstore::Record& record, std::string_view sealed,
                  std::string_view subject, const std::string& field_id);

    eventstore::Keyring& keyring_;
    const Find find_;
    std::vector<std::string> field_ids_;  // all there are
    const std::unordered_set<std::string> free_places_;
    // The one of the last value that opened at a place: "scheduling.client_created/email".
    std::unordered_map<std::string, std::string> known_;
    std::string why_;  // the last one did not open
    std::uint64_t count_ = 0;
};

}  // namespace almanac::replay
