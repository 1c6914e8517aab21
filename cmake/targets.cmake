# What one does with the house besides building it:
#   format  lays every source out by .clang-format        tidy   clang-tidy over what is changed
#   check   builds everything and runs every test         bench  measures and prints the table
# `tidy` looks at what differs from main; ALMANAC_TIDY=all in the environment: at everything.
add_subdirectory(${CMAKE_SOURCE_DIR}/tests/tidy)

add_custom_target(format
  COMMAND bash ${CMAKE_SOURCE_DIR}/ops/format
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM
  COMMENT "clang-format-19 -i")

add_custom_target(tidy
  COMMAND bash ${CMAKE_SOURCE_DIR}/ops/tidy ${CMAKE_BINARY_DIR}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM
  COMMENT "clang-tidy-19")

add_custom_target(check
  COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR}
  COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${CMAKE_BINARY_DIR} --output-on-failure -j2
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM
  COMMENT "every test")

add_custom_target(bench
  COMMAND bash ${CMAKE_SOURCE_DIR}/ops/bench
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL VERBATIM
  COMMENT "ops/bench")

# What ops/build builds where nothing else is asked for.
add_custom_target(programs)
foreach(program almanacd almanac)
  if(TARGET ${program})
    add_dependencies(programs ${program})
  endif()
endforeach()
