// Bella Hair Salon, the sample business of seed 001: its records as bodies of commands. Ids of
// other things stand in them as slugs and are put in by the loader (sample.hpp).
#pragma once
#include <string>
#include <vector>

#include "domain/kernel/json.hpp"

namespace almanac::replay {

struct SampleResource {
    kernel::json::Object body;      // with its slug
    kernel::json::Object schedule;  // empty: none
};
struct SampleService {
    kernel::json::Object body;       // with its slug
    std::string category;            // slug
    std::vector<std::string> place;  // slugs of the candidates of its last role
    std::string place_role;
};
struct SampleBusiness {
    std::string slug;
    std::string time_zone;
    kernel::json::Object tenant;
    std::vector<kernel::json::Object> categories;  // with their slugs
    std::vector<SampleResource> resources;
    std::vector<SampleService> services;
    std::vector<kernel::json::Object> clients;  // with their e-mails
    std::vector<std::string> client_notes;      // what people say when they book
    std::vector<std::string> cancel_reasons;
};

SampleBusiness bella_hair_salon();

}  // namespace almanac::replay
