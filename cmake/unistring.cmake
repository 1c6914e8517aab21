# libunistring (Debian: libunistring-dev): Unicode normalisation and case folding.
find_path(UNISTRING_INCLUDE_DIR unicase.h REQUIRED)
find_library(UNISTRING unistring REQUIRED)
add_library(unistring::unistring UNKNOWN IMPORTED)
set_target_properties(unistring::unistring PROPERTIES
                      IMPORTED_LOCATION ${UNISTRING}
                      INTERFACE_INCLUDE_DIRECTORIES ${UNISTRING_INCLUDE_DIR})
