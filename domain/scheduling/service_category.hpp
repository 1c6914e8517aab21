// scheduling/service_category.hpp — how a catalogue of services is grouped. Seeds 001
// (services.category), 003 (service_categories).
#pragma once
#include "domain/kernel/record.hpp"

namespace almanac::scheduling {
using namespace kernel;

struct ServiceCategory {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "service_category";
    static constexpr std::string_view collection = "service_categories";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<>;

    std::string name;
    std::optional<std::string> slug;
    std::optional<std::string> description;
    std::optional<std::string> icon;
    std::optional<std::string> image_url;
    std::int32_t sort_order = 0;
    bool active = true;
    bool operator==(const ServiceCategory&) const = default;
};
BOOST_DESCRIBE_STRUCT(ServiceCategory, (),
                      (name, slug, description, icon, image_url, sort_order, active))
using ServiceCategoryId = Id<ServiceCategory>;

inline void prepare(ServiceCategory& category) {
    if (!category.slug) category.slug = slug_of(category.name);
}

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::ServiceCategory> = "A group of services.";
template <>
inline constexpr auto rules<scheduling::ServiceCategory> =
    fields(field(&scheduling::ServiceCategory::name, "").length(1, 100),
           field(&scheduling::ServiceCategory::slug, "unique; made from the name if absent")
               .length(1, 100)
               .format(Format::slug),
           field(&scheduling::ServiceCategory::description, "").length(0, 5000),
           field(&scheduling::ServiceCategory::icon, "").length(0, 255),
           field(&scheduling::ServiceCategory::image_url, "").format(Format::url),
           field(&scheduling::ServiceCategory::sort_order, "ascending").may_omit(),
           field(&scheduling::ServiceCategory::active, "").may_omit());
}  // namespace almanac::kernel
