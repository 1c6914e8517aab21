// A year of points: the loyalty programme of a sample business, its members, and visits of theirs
// as staff enter them from a paper diary, each with the day it was. What they earn, what has
// expired and which tier they reach follows from the facts, by the house's own policies; then what
// somebody is given back, a visit that is paid with points, a referral, a frozen account. One
// thread. What was entered before, by its number, is gone on with.
#pragma once
#include "replay/sample_history.hpp"

namespace almanac::replay {

class SampleLoyalty {
  public:
    struct Things {
        std::string tenant;
        std::map<std::string, std::string> ids;  // by slug; of clients by e-mail
    };
    SampleLoyalty(const SampleBusiness& business, CommandTarget& target, BusinessLookup& lookup,
                  Things things, SampleHistory& history, SampleHistory::Run run,
                  kernel::LocalDate first_date);
    struct Counts {
        std::map<std::string, int> made;
        std::map<std::string, int> found;
    };
    // `known`: the appointments of the sample that are there.
    Result<Counts> enter(const std::vector<FoundAppointment>& known);

  private:
    struct Visit {
        const kernel::json::Object& given;
        std::int64_t number = 0;
        std::string member;  // its client
    };
    Result<void> enter_programme();
    Result<void> enrol_members();
    Result<void> enter_visits(const std::vector<FoundAppointment>& known);
    Result<void> enter_visit(const Visit& visit, const FoundAppointment* known);
    Result<std::optional<SampleHistory::Booked>> book(const Visit& visit);
    Result<void> pay(const Visit& visit, const SampleHistory::Booked& booked);
    Result<void> pay_with_points(const Visit& visit, const SampleHistory::Booked& booked);
    Result<void> register_referral(const Visit& visit);
    Result<void> refund(const std::vector<FoundAppointment>& visits);
    Result<void> freeze();
    // Made, and counted.
    Result<std::string> act(const char* command, const std::string& id, kernel::json::Object body,
                            const std::string& key, const char* kind = nullptr);
    Result<std::string> account_of(const std::string& member);
    kernel::json::Value points_value(std::int64_t points) const;
    const kernel::json::Object& service_of(const Visit& visit) const;
    kernel::LocalDate date_of(const kernel::json::Object& given) const;

    const SampleBusiness& business_;
    CommandTarget& target_;
    BusinessLookup& lookup_;
    const Things things_;
    SampleHistory& history_;
    const SampleHistory::Run run_;
    const kernel::LocalDate first_date_;
    const kernel::Zone zone_;
    Counts counts_;
};

}  // namespace almanac::replay
