// What one booking of points says to the reports of the programme: how it changes the account, its
// buckets and the flows of the day. All bookings there are stand in one list. Pure.
#pragma once
#include <map>
#include <optional>

#include "domain/kernel/catalogue.hpp"
#include "domain/loyalty/program_report_answers.hpp"
#include "eventstore/typed_event.hpp"

namespace almanac::projections {

// An account, as far as points go; what it owes and holds is what its bookings say.
struct MemberPoints {
    loyalty::MemberRef member;
    loyalty::Lots buckets;
    std::int64_t reserved = 0;
    std::int64_t debt = 0;
    std::int64_t earned = 0;  // net of what was taken back
    std::optional<kernel::LocalDate> last_activity_on;
    bool operator==(const MemberPoints&) const = default;
};
BOOST_DESCRIBE_STRUCT(MemberPoints, (), (member, buckets, reserved, debt, earned, last_activity_on))

// What has flowed since the beginning.
struct PointFlows {
    loyalty::IssuedPoints issued;  // `total` is 0
    std::int64_t redeemed = 0;
    std::int64_t restored = 0;
    std::int64_t reversed = 0;
    std::int64_t adjusted = 0;
    std::int64_t transferred_in = 0;
    std::int64_t transferred_out = 0;
    bool operator==(const PointFlows&) const = default;
};
BOOST_DESCRIBE_STRUCT(PointFlows, (),
                      (issued, redeemed, restored, reversed, adjusted, transferred_in,
                       transferred_out))

// Of buckets with the same dates, by which days go on; `first` is active_on.
using BucketDates = std::pair<kernel::LocalDate, std::optional<kernel::LocalDate>>;
using BucketChanges = std::map<BucketDates, std::int64_t>;

class PointsBooking {
  public:
    // Nothing where the event books no points. Points into the event.
    static std::optional<PointsBooking> of(const eventstore::TypedEvent& event);

    const loyalty::AccountId& account() const { return entry_->id; }
    const loyalty::Entry& entry() const { return *entry_; }
    // Reports count what ends by its date: this only says so, then or later.
    bool is_expiry() const;
    void add_to(PointFlows& flows) const;
    // Applies it; answers how the buckets changed.
    BucketChanges apply_to(MemberPoints& points) const;

  private:
    const eventstore::TypedEvent* event_ = nullptr;
    const loyalty::Entry* entry_ = nullptr;
};

// Throws std::logic_error where the catalogue has an event of accounts that is not known here: a
// report would silently miss it.
void check_bookings_known(const kernel::Catalogue& catalogue);

}  // namespace almanac::projections
