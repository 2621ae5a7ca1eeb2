# `cmake --install build/release --prefix DIR` gives a folder that can be moved: bin, lib, share/topfive.
include(GNUInstallDirs)
function(topfive_install_program target)
  set_target_properties(${target} PROPERTIES
    BUILD_RPATH "${TOPFIVE_TORCH_LIB_DIR}" INSTALL_RPATH "$ORIGIN/../lib")
  install(TARGETS ${target} RUNTIME DESTINATION bin)
endfunction()

install(DIRECTORY ${CMAKE_SOURCE_DIR}/configs DESTINATION share/topfive FILES_MATCHING PATTERN "*.json")
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/README.md
  ${CMAKE_SOURCE_DIR}/share/imagenet_classes.tsv DESTINATION share/topfive)
if(TOPFIVE_WITH_TORCH)
  # LibTorch's own libraries travel along; libtorch_python and the test back ends are not needed.
  install(DIRECTORY ${TOPFIVE_TORCH_LIB_DIR}/ DESTINATION lib
    FILES_MATCHING PATTERN "libtorch.so*" PATTERN "libtorch_cpu.so*" PATTERN "libc10*.so*" PATTERN "libgomp*"
    PATTERN "libtorch_cuda*.so*" PATTERN "libshm.so*" PATTERN "libtorch_global_deps.so*")
endif()
