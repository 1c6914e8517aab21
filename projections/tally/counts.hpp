// Counters of appointments, and the keys they lie under. Revenue is the final price of what was
// completed, by currency: a tenant has one, and what is in another is never converted or added to
// it. Sums stand still at the largest number rather than wrap. Pure values.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "domain/kernel/codec.hpp"

namespace almanac::projections::tally {

// A row or a key that no report wrote. Where it is applied to, its tenant alone is parked; whoever
// asks is told `corrupt`.
class DamagedRow : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Revenue {
    std::string currency;
    std::int64_t amount = 0;     // minor units
    std::int64_t completed = 0;  // how many appointments that is
    bool operator==(const Revenue&) const = default;
};
BOOST_DESCRIBE_STRUCT(Revenue, (), (currency, amount, completed))

void add(std::vector<Revenue>& sums, const kernel::Money& price);
void add(std::vector<Revenue>& sums, const std::vector<Revenue>& others);

// The sum in one currency, and those in all others.
struct Sums {
    kernel::Money own;
    kernel::Money average;  // of one appointment; 0 where there is none
    std::vector<kernel::Money> others;
};
Sums sums_of(const std::vector<Revenue>& sums, const std::string& currency);

struct Counts {
    std::int64_t booked = 0;  // whatever became of them
    std::int64_t completed = 0;
    std::int64_t cancelled = 0;
    std::int64_t no_show = 0;
    std::vector<Revenue> revenue;
    bool operator==(const Counts&) const = default;
    Counts& operator+=(const Counts& other);
    std::int64_t open() const { return booked - completed - cancelled - no_show; }
};
BOOST_DESCRIBE_STRUCT(Counts, (), (booked, completed, cancelled, no_show, revenue))

// Big-endian with the sign turned, so that keys sort as what they mean.
void append_date(std::string& key, kernel::LocalDate date);
kernel::LocalDate date_at(std::string_view key, std::size_t at);
void append_instant(std::string& key, kernel::Instant instant);
kernel::Instant instant_at(std::string_view key, std::size_t at);
inline void append_id(std::string& key, const kernel::Uuid& id) {
    key.append(id.view());
}

}  // namespace almanac::projections::tally
