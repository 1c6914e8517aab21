// One made-up business: what it is, who works there, what it offers, who its clients are. The same
// for a seed and a number. Its ids come from the target, as its commands are answered.
#pragma once
#include <string>
#include <vector>

#include "replay/work_calendar.hpp"

namespace almanac::replay {

struct GeneratedService {
    kernel::json::Object body;
    int quarters = 0;
    int buffer_quarters = 0;
    bool waits = false;               // for confirmation
    std::vector<std::size_t> people;  // who can give it
};

struct GeneratedBusiness {
    std::string slug;
    kernel::json::Object tenant;
    std::vector<kernel::json::Object> people;  // staff, by person
    std::vector<kernel::json::Object> rooms;   // one for each
    std::vector<GeneratedService> services;
    WorkCalendar calendar;
    std::size_t number = 0;
    Dice dice;  // of its history

    // Filled as commands are answered, by index; empty = not yet, or refused.
    std::string id;
    std::vector<std::string> person_ids;
    std::vector<std::string> room_ids;
    std::vector<std::string> service_ids;
    std::vector<std::string> client_ids;

    kernel::json::Object client(std::size_t index) const;  // unique e-mail and phone
};

inline constexpr std::size_t generated_clients_max = 100'000;  // per business

// `people_min`: how many have to work there for all its bookings to find room.
GeneratedBusiness generate_business(std::uint64_t seed, std::size_t number, std::size_t people_min);

}  // namespace almanac::replay
