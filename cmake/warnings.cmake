# Compiler flags for our own code only; third-party headers come in as SYSTEM.
add_library(topfive_flags INTERFACE)
target_compile_options(topfive_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps and overflows in `"text" + std::string` that it inlines (GCC bug 105651 and its kin).
  target_compile_options(topfive_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(TOPFIVE_SANITIZE)
  # Instrumented code confuses GCC's flow analysis inside the standard library's own headers.
  target_compile_options(topfive_flags INTERFACE -Wno-maybe-uninitialized
    -fsanitize=${TOPFIVE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(topfive_flags INTERFACE -fsanitize=${TOPFIVE_SANITIZE})
endif()
