# topfive_room(<name> [TORCH] SOURCES a.cpp ... LINKS target ...)
#   One static library per room, alias topfive::<name>. LINKS must follow the room table in docs/architecture.md.
#   TORCH: the room includes LibTorch and reuses the precompiled header.
function(topfive_room name)
  cmake_parse_arguments(ROOM "TORCH" "" "SOURCES;LINKS" ${ARGN})
  add_library(topfive_${name} STATIC ${ROOM_SOURCES})
  add_library(topfive::${name} ALIAS topfive_${name})
  target_include_directories(topfive_${name} PUBLIC ${CMAKE_SOURCE_DIR}/lib)
  target_link_libraries(topfive_${name} PUBLIC ${ROOM_LINKS} Threads::Threads PRIVATE topfive_flags)
  if(ROOM_TORCH)
    topfive_use_torch(topfive_${name} PUBLIC)
  endif()
endfunction()

# topfive_use_torch(<target> <PUBLIC|PRIVATE>): LibTorch and, unless turned off, the precompiled header.
function(topfive_use_torch target scope)
  target_link_libraries(${target} ${scope} topfive_libtorch)
  if(TOPFIVE_PCH)
    target_precompile_headers(${target} REUSE_FROM topfive_torch_pch)
  endif()
endfunction()

# topfive_program(<name> SOURCES ... LINKS ...): one executable; its file name is the program's name.
function(topfive_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(topfive_program_${name} ${PROGRAM_SOURCES})
  set_target_properties(topfive_program_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  target_link_libraries(topfive_program_${name} PRIVATE ${PROGRAM_LINKS} topfive_flags)
  topfive_install_program(topfive_program_${name})
endfunction()

# topfive_test(<name> [TORCH] SOURCES ... LINKS ...): one Catch2 program; ctest sees each test case.
#   Tests are compiled without optimisation: the code under test is in the rooms, and Catch2 beside LibTorch costs the
#   optimiser most of a minute a file. TORCH: reuse the precompiled LibTorch and Catch2 headers.
function(topfive_test name)
  cmake_parse_arguments(TEST "TORCH" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${name} ${TEST_SOURCES})
  set_target_properties(test_${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests POSITION_INDEPENDENT_CODE OFF)  # as the precompiled header
  target_link_libraries(test_${name} PRIVATE ${TEST_LINKS} topfive_catch topfive_test_flags)
  if(TEST_TORCH)
    target_link_libraries(test_${name} PRIVATE topfive_libtorch)
    set(torch_suffix _torch)
  else()
    set_target_properties(test_${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(TOPFIVE_PCH)
    target_precompile_headers(test_${name} REUSE_FROM topfive_test_pch${torch_suffix})
  endif()
  # A test that prints "SKIPPED: reason" counts as skipped and not as passed.
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: "
    PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "SKIPPED: ")
endfunction()
