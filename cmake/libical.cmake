# libical (Debian: libical-dev): the grammar of recurrence rules. Its pkg-config file also names two
# libraries that are not needed here.
find_path(LIBICAL_INCLUDE_DIR libical/ical.h REQUIRED)
find_library(LIBICAL ical REQUIRED)
add_library(libical::ical UNKNOWN IMPORTED)
set_target_properties(libical::ical PROPERTIES
                      IMPORTED_LOCATION ${LIBICAL}
                      INTERFACE_INCLUDE_DIRECTORIES ${LIBICAL_INCLUDE_DIR})
