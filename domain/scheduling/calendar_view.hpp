// scheduling/calendar_view.hpp — a saved way to look at the calendar: for whom, which columns,
// which filters, order and colours. Seed 000 (calendar_views). The settings are the program's that
// shows the calendar; the house keeps them as they are given.
#pragma once
#include "domain/kernel/record.hpp"

namespace almanac::scheduling {
using namespace kernel;

enum class CalendarViewType { admin, staff, customer };
BOOST_DESCRIBE_ENUM(CalendarViewType, admin, staff, customer)

struct CalendarView {
    static constexpr std::string_view context = "scheduling";
    static constexpr std::string_view kind = "calendar_view";
    static constexpr std::string_view collection = "calendar_views";
    using Unique = UniqueKeys<Slug>;
    using Directories = FoldList<>;

    std::string name;
    std::optional<std::string> slug;
    CalendarViewType view_type = CalendarViewType::staff;
    std::optional<std::string> user_role;
    bool is_default = false;
    std::vector<std::string> visible_columns;
    json::Object filter_settings;
    json::Object sort_settings;
    json::Object color_settings;
    bool active = true;
    bool operator==(const CalendarView&) const = default;
};
BOOST_DESCRIBE_STRUCT(CalendarView, (),
                      (name, slug, view_type, user_role, is_default, visible_columns,
                       filter_settings, sort_settings, color_settings, active))

inline void prepare(CalendarView& view) {
    if (!view.slug) view.slug = slug_of(view.name);
}

}  // namespace almanac::scheduling

namespace almanac::kernel {
template <>
inline constexpr auto doc<scheduling::CalendarView> = "A saved way to look at the calendar.";
template <>
inline constexpr auto rules<scheduling::CalendarView> = fields(
    field(&scheduling::CalendarView::name, "").length(1, 100),
    field(&scheduling::CalendarView::slug, "unique; made from the name if absent")
        .length(1, 100)
        .format(Format::slug),
    field(&scheduling::CalendarView::view_type, "whose look it is").may_omit(),
    field(&scheduling::CalendarView::user_role, "who is shown it; none: everybody").length(1, 50),
    field(&scheduling::CalendarView::is_default, "opened first").may_omit(),
    field(&scheduling::CalendarView::visible_columns, "in their order").length(1, 100),
    field(&scheduling::CalendarView::filter_settings, "free"),
    field(&scheduling::CalendarView::sort_settings, "free"),
    field(&scheduling::CalendarView::color_settings, "free"),
    field(&scheduling::CalendarView::active, "").may_omit());
}  // namespace almanac::kernel
