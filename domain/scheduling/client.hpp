// scheduling/client.hpp — whom a business serves. Seed 001 (clients), 000 (customers). All of it
// but language, communication preferences, marketing consent, source, tags and status is personal
// data, sealed with the client's own key (log.md). E-mail and phone are unique among live clients;
// the log knows them only as random claims.
#pragma once
#include "domain/scheduling/birth_date.hpp"
#include "domain/scheduling/location.hpp"

namespace almanac::scheduling {

enum class ClientStatus { active, inactive };
BOOST_DESCRIBE_ENUM(ClientStatus, active, inactive)

struct CommunicationPreferences {
    bool email = true;
    bool sms = false;
    bool phone = false;
    bool push = false;
    bool operator==(const CommunicationPreferences&) const = default;
};
BOOST_DESCRIBE_STRUCT(CommunicationPreferences, (), (email, sms, phone, push))

struct EmergencyContact {
    std::string name;
    std::optional<std::string> phone;
    std::optional<std::string> relationship;
    bool operator==(const EmergencyContact&) const = default;
};
BOOST_DESCRIBE_STRUCT(EmergencyContact, (), (name, phone, relationship))

struct Client {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "client";
    static constexpr std::string_view collection = "clients";
    using Unique = UniqueKeys<EmailClaim, PhoneClaim>;
    using Directories = FoldList<>;

    Personal<"client.first_name"> first_name;
    std::optional<Personal<"client.last_name">> last_name;
    std::optional<Personal<"client.email">> email;
    std::optional<Personal<"client.phone">> phone;
    std::optional<Personal<"client.birth_date", BirthDate>> birth_date;
    std::optional<Personal<"client.gender">> gender;
    std::optional<Personal<"client.address", Address>> address;
    std::optional<std::string> language;
    CommunicationPreferences communication_preferences;
    std::optional<Personal<"client.notes">> notes;
    std::optional<Personal<"client.allergies">> allergies;
    std::optional<Personal<"client.medical_conditions">> medical_conditions;
    std::optional<Personal<"client.emergency_contact", EmergencyContact>> emergency_contact;
    bool marketing_consent = false;
    std::optional<std::string> source;
    std::optional<Personal<"client.company">> company;
    std::optional<Personal<"client.profession">> profession;
    std::optional<Personal<"client.interests", std::vector<std::string>>> interests;
    std::optional<Personal<"client.visit_purpose">> visit_purpose;
    std::optional<Personal<"client.is_local", bool>> is_local;
    std::vector<std::string> tags;
    ClientStatus status = ClientStatus::active;
    bool operator==(const Client&) const = default;
};
BOOST_DESCRIBE_STRUCT(Client, (),
                      (first_name, last_name, email, phone, birth_date, gender, address, language,
                       communication_preferences, notes, allergies, medical_conditions,
                       emergency_contact, marketing_consent, source, company, profession, interests,
                       visit_purpose, is_local, tags, status))
using ClientId = Id<Client>;

std::optional<std::string> key_value(const Client& client, std::string_view kind);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Client> = "A person who books.";
template <>
inline constexpr auto rules<scheduling::CommunicationPreferences> =
    fields(field(&scheduling::CommunicationPreferences::email, "").may_omit(),
           field(&scheduling::CommunicationPreferences::sms, "").may_omit(),
           field(&scheduling::CommunicationPreferences::phone, "").may_omit(),
           field(&scheduling::CommunicationPreferences::push, "").may_omit());
template <>
inline constexpr auto rules<scheduling::EmergencyContact> =
    fields(field(&scheduling::EmergencyContact::name, "").length(1, 200),
           field(&scheduling::EmergencyContact::phone, "E.164").format(Format::phone),
           field(&scheduling::EmergencyContact::relationship, "").length(0, 100));
template <>
inline constexpr auto rules<scheduling::Client> = fields(
    field(&scheduling::Client::first_name, "").length(1, 100),
    field(&scheduling::Client::last_name, "").length(0, 100),
    field(&scheduling::Client::email, "unique among live clients, compared without case")
        .format(Format::email),
    field(&scheduling::Client::phone, "E.164, unique among live clients").format(Format::phone),
    field(&scheduling::Client::birth_date, ""),
    field(&scheduling::Client::gender, "").length(0, 50),
    field(&scheduling::Client::address, "replaced whole by a patch"),
    field(&scheduling::Client::language, "BCP 47").format(Format::language),
    field(&scheduling::Client::communication_preferences, "").may_omit(),
    field(&scheduling::Client::notes, "").length(0, 5000),
    field(&scheduling::Client::allergies, "medical").length(0, 5000).sensitive(),
    field(&scheduling::Client::medical_conditions, "medical").length(0, 5000).sensitive(),
    field(&scheduling::Client::emergency_contact, "replaced whole by a patch"),
    field(&scheduling::Client::marketing_consent, "").may_omit(),
    field(&scheduling::Client::source, "how they found the business").length(0, 100),
    field(&scheduling::Client::company, "").length(0, 255),
    field(&scheduling::Client::profession, "").length(0, 100),
    field(&scheduling::Client::interests, "replaced whole by a patch").length(1, 100).items(0, 50),
    field(&scheduling::Client::visit_purpose, "why they come").length(0, 500),
    field(&scheduling::Client::is_local, "lives where the business works"),
    field(&scheduling::Client::tags, "").length(1, 50),
    field(&scheduling::Client::status, "").may_omit());
}  // namespace almanac::kernel
