# One static library per folder of the house; main.cpp of a folder becomes its program.
function(almanac_library folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(almanac_${folder} STATIC ${sources})
  target_include_directories(almanac_${folder} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(almanac_${folder} PUBLIC Threads::Threads ${ARGN})
endfunction()

function(almanac_program name folder)
  add_executable(${name} ${CMAKE_SOURCE_DIR}/${folder}/main.cpp)
  target_link_libraries(${name} PRIVATE ${ARGN})
endfunction()
