// scheduling/service.hpp — what a business offers and what it takes. Seeds 000, 001 (services,
// service_resources), 003 (service_types), 004 (services). Requirements are roles in order; none
// means: any one staff resource.
#pragma once
#include "domain/scheduling/resource.hpp"
#include "domain/scheduling/service_category.hpp"

namespace almanac::scheduling {

enum class FeeKind { none, fixed, rate };
BOOST_DESCRIBE_ENUM(FeeKind, none, fixed, rate)
struct Fee {
    FeeKind kind = FeeKind::none;
    std::optional<Money> money;
    std::optional<std::int64_t> rate_ppm;  // of the quoted price
    bool operator==(const Fee&) const = default;
};
BOOST_DESCRIBE_STRUCT(Fee, (), (kind, money, rate_ppm))
void check(const Fee& fee, Reader& in, const Place& at);
// The fee of a quoted price; 0 where there is none.
Money amount_of(const Fee& fee, const Money& quoted);

enum class ServicePlace { on_site, home_service, online };
BOOST_DESCRIBE_ENUM(ServicePlace, on_site, home_service, online)

// Seed 004: `immediate` is given at once, without an appointment in a calendar.
enum class BookingType { scheduled, immediate };
BOOST_DESCRIBE_ENUM(BookingType, scheduled, immediate)

// What clients are told of a service; slots follow the working time of its resources.
struct ServiceHours {
    LocalTime from;
    LocalTime to;
    bool operator==(const ServiceHours&) const = default;
};
BOOST_DESCRIBE_STRUCT(ServiceHours, (), (from, to))
void check(const ServiceHours& hours, Reader& in, const Place& at);

struct ResourceMatch {
    std::optional<ResourceType> type;
    std::vector<std::string> specialties;  // all of them
    bool operator==(const ResourceMatch&) const = default;
};
BOOST_DESCRIBE_STRUCT(ResourceMatch, (), (type, specialties))

struct Requirement {
    std::string role;
    std::vector<ResourceId> candidates;
    std::optional<ResourceMatch> match;
    std::int32_t quantity = 1;
    bool required = true;
    std::vector<ResourceId> preference;
    bool operator==(const Requirement&) const = default;
};
BOOST_DESCRIBE_STRUCT(Requirement, (), (role, candidates, match, quantity, required, preference))
void check(const Requirement& requirement, Reader& in, const Place& at);

inline constexpr int booking_window_days_max = 3'660;

struct Service {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "service";
    static constexpr std::string_view collection = "services";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<struct ServiceDirectory>;

    std::string name;
    std::optional<std::string> slug;
    std::vector<ServiceCategoryId> category_ids;
    std::optional<std::string> description;
    std::optional<std::string> short_description;
    std::int32_t duration_minutes = 60;
    std::int32_t buffer_before_minutes = 0;
    std::int32_t buffer_after_minutes = 0;
    std::optional<std::int32_t> slot_step_minutes;
    std::optional<Money> price;
    bool price_varies = false;
    Fee deposit;
    std::int32_t capacity = 1;
    std::int32_t min_notice_minutes = 0;
    std::int32_t booking_window_days = 365;
    std::optional<std::int32_t> max_per_day;
    std::optional<std::int32_t> max_concurrent_bookings;
    std::vector<Weekday> available_days;
    std::optional<ServiceHours> available_hours;
    BookingType booking_type = BookingType::scheduled;
    ServicePlace place = ServicePlace::on_site;
    bool requires_confirmation = false;
    bool requires_payment = false;
    std::int32_t payment_window_minutes = 30;
    bool allows_cancellation = true;
    std::int32_t cancellation_notice_minutes = 0;
    Fee late_cancel_fee;
    Fee no_show_fee;
    std::vector<Requirement> requirements;
    std::optional<std::string> cancellation_policy;
    std::optional<std::string> preparation_notes;
    std::optional<std::string> what_to_bring;
    std::vector<std::string> features;
    std::vector<std::string> prerequisites;
    std::optional<std::string> color;
    std::optional<std::string> icon;
    std::optional<std::string> image_url;
    std::optional<std::string> meta_description;
    std::int32_t sort_order = 0;
    bool active = true;
    bool featured = false;
    bool operator==(const Service&) const = default;
};
BOOST_DESCRIBE_STRUCT(Service, (),
                      (name, slug, category_ids, description, short_description, duration_minutes,
                       buffer_before_minutes, buffer_after_minutes, slot_step_minutes, price,
                       price_varies, deposit, capacity, min_notice_minutes, booking_window_days,
                       max_per_day, max_concurrent_bookings, available_days, available_hours,
                       booking_type, place, requires_confirmation, requires_payment,
                       payment_window_minutes, allows_cancellation, cancellation_notice_minutes,
                       late_cancel_fee, no_show_fee, requirements, cancellation_policy,
                       preparation_notes, what_to_bring, features, prerequisites, color, icon,
                       image_url, meta_description, sort_order, active, featured))
using ServiceId = Id<Service>;

void prepare(Service& service);  // a slug from the name
void check(const Service& service, Reader& in, const Place& at);
std::optional<Rejection> admit(const Service& after, const Service* before, Read& read,
                               const Context& now);

// ---- directory:services -----------------------------------------------------------------------

struct ServiceEntry {
    ServiceId id;
    bool active = true;
};
BOOST_DESCRIBE_STRUCT(ServiceEntry, (), (id, active))

// Live services; at most 10,000 (log.md), beyond: 422 `limit_reached`.
struct ServiceDirectory {
    static constexpr std::string_view kind = "directory:services";
    static constexpr std::uint32_t version = 1;
    static constexpr std::size_t entries_max = 10'000;
    using Key = Whole;
    std::vector<ServiceEntry> entries;
};
BOOST_DESCRIBE_STRUCT(ServiceDirectory, (), (entries))

void evolve(ServiceDirectory& directory, const RecordCreated<Service>& e);
void evolve(ServiceDirectory& directory, const RecordChanged<Service>& e);
void evolve(ServiceDirectory& directory, const RecordDeleted<Service>& e);
void evolve(ServiceDirectory& directory, const RecordRestored<Service>& e);

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::Service> = "Something that can be booked.";
template <>
inline constexpr auto rules<scheduling::Fee> = fields(
    field(&scheduling::Fee::kind, ""), field(&scheduling::Fee::money, "of kind fixed").min(0),
    field(&scheduling::Fee::rate_ppm, "of kind rate, parts per million of the quoted price")
        .range(0, ppm_one));
template <>
inline constexpr auto rules<scheduling::ServiceHours> =
    fields(field(&scheduling::ServiceHours::from, "local time"),
           field(&scheduling::ServiceHours::to, "local time; before `from`: the next day"));
template <>
inline constexpr auto rules<scheduling::ResourceMatch> =
    fields(field(&scheduling::ResourceMatch::specialties, "all of them").length(1, 100));
template <>
inline constexpr auto rules<scheduling::Requirement> = fields(
    field(&scheduling::Requirement::role, "e.g. stylist, chair").length(1, 50),
    field(&scheduling::Requirement::candidates, "resources that can fill it").items(0, 200),
    field(&scheduling::Requirement::match, "instead of candidates: any resource that fits"),
    field(&scheduling::Requirement::quantity, "distinct resources needed").range(1, 20).may_omit(),
    field(&scheduling::Requirement::required, "false: filled where possible").may_omit(),
    field(&scheduling::Requirement::preference, "best first").items(0, 200));
template <>
inline constexpr auto rules<scheduling::Service> = fields(
    field(&scheduling::Service::name, "as clients know it").length(1, 200),
    field(&scheduling::Service::slug, "unique; made from the name if absent")
        .length(1, 100)
        .format(Format::slug),
    field(&scheduling::Service::category_ids, "").items(0, 50),
    field(&scheduling::Service::description, "").length(0, 5000),
    field(&scheduling::Service::short_description, "").length(0, 500),
    field(&scheduling::Service::duration_minutes, "").range(1, 10'080),
    field(&scheduling::Service::buffer_before_minutes, "kept free before")
        .range(0, 1'440)
        .may_omit(),
    field(&scheduling::Service::buffer_after_minutes, "kept free after").range(0, 1'440).may_omit(),
    field(&scheduling::Service::slot_step_minutes, "grid of starts; none: the duration")
        .range(1, 1'440),
    field(&scheduling::Service::price, "what is quoted; none: free").min(0),
    field(&scheduling::Service::price_varies, "").may_omit(),
    field(&scheduling::Service::deposit, "").may_omit(),
    field(&scheduling::Service::capacity, "people per slot").range(1, 10'000).may_omit(),
    field(&scheduling::Service::min_notice_minutes, "").range(0, 527'040).may_omit(),
    field(&scheduling::Service::booking_window_days, "0: today only")
        .range(0, scheduling::booking_window_days_max)
        .may_omit(),
    field(&scheduling::Service::max_per_day, "per local day").range(1, 100'000),
    field(&scheduling::Service::max_concurrent_bookings,
          "as clients are told; what is free at once follows the resources")
        .range(1, 100'000),
    field(&scheduling::Service::available_days,
          "as clients are told; slots follow the working time of the resources")
        .items(0, 7),
    field(&scheduling::Service::available_hours,
          "as clients are told, in the location's zone; slots follow the resources"),
    field(&scheduling::Service::booking_type, "immediate: given at once, without a calendar")
        .may_omit(),
    field(&scheduling::Service::place, "").may_omit(),
    field(&scheduling::Service::requires_confirmation, "starts pending").may_omit(),
    field(&scheduling::Service::requires_payment, "starts pending").may_omit(),
    field(&scheduling::Service::payment_window_minutes, "").range(1, 10'080).may_omit(),
    field(&scheduling::Service::allows_cancellation, "by the client").may_omit(),
    field(&scheduling::Service::cancellation_notice_minutes, "later is late")
        .range(0, 527'040)
        .may_omit(),
    field(&scheduling::Service::late_cancel_fee, "").may_omit(),
    field(&scheduling::Service::no_show_fee, "").may_omit(),
    field(&scheduling::Service::requirements, "roles in order; none: any one staff resource")
        .items(0, 20),
    field(&scheduling::Service::cancellation_policy, "as clients read it").length(0, 5000),
    field(&scheduling::Service::preparation_notes, "").length(0, 5000),
    field(&scheduling::Service::what_to_bring, "").length(0, 5000),
    field(&scheduling::Service::features, "").length(1, 200),
    field(&scheduling::Service::prerequisites, "").length(1, 200),
    field(&scheduling::Service::color, "#RRGGBB").format(Format::color),
    field(&scheduling::Service::icon, "").length(0, 255),
    field(&scheduling::Service::image_url, "").format(Format::url),
    field(&scheduling::Service::meta_description, "").length(0, 500),
    field(&scheduling::Service::sort_order, "ascending").may_omit(),
    field(&scheduling::Service::active, "an inactive one is not booked").may_omit(),
    field(&scheduling::Service::featured, "").may_omit());
}  // namespace almanac::kernel
