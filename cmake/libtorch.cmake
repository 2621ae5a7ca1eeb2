# Finds LibTorch 2.13 or newer and offers it as the target topfive_libtorch.
#
# Our own target instead of TorchConfig.cmake: that file demands a complete CUDA toolkit whenever the package
# was built with CUDA, although linking needs none of it.
#
# Looked for, in order: TOPFIVE_LIBTORCH (a directory with include/ and lib/), CMAKE_PREFIX_PATH, the project's
# own .deps folder, an importable Python torch.
set(TOPFIVE_LIBTORCH "" CACHE PATH "LibTorch directory (holds include/ and lib/)")
set(TOPFIVE_CUDA_INCLUDE_DIRS "" CACHE STRING
    "Directories of the CUDA and NCCL headers; empty: those that came along with LibTorch's Python wheel")
set(_minimum 2.13)

function(_topfive_read_torch_version directory result)
  set(${result} "" PARENT_SCOPE)
  foreach(candidate include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
    if(EXISTS ${directory}/${candidate})
      file(READ ${directory}/${candidate} text)
      if(text MATCHES "TORCH_VERSION_MAJOR ([0-9]+).*TORCH_VERSION_MINOR ([0-9]+).*TORCH_VERSION_PATCH ([0-9]+)")
        set(${result} "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}.${CMAKE_MATCH_3}" PARENT_SCOPE)
        return()
      endif()
    endif()
  endforeach()
endfunction()

function(_topfive_python_torch result)
  set(${result} "" PARENT_SCOPE)
  find_program(TOPFIVE_PYTHON NAMES python3)
  if(TOPFIVE_PYTHON)
    execute_process(
      COMMAND ${TOPFIVE_PYTHON} -c
              "import importlib.util as u, os; s = u.find_spec('torch'); print(os.path.dirname(s.origin) if s else '')"
      OUTPUT_VARIABLE directory OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    set(${result} "${directory}" PARENT_SCOPE)
  endif()
endfunction()

set(_candidates ${TOPFIVE_LIBTORCH})
if(NOT TOPFIVE_LIBTORCH)
  list(APPEND _candidates ${CMAKE_PREFIX_PATH})
  file(GLOB _local ${CMAKE_SOURCE_DIR}/.deps/libtorch
       ${CMAKE_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/torch)
  list(APPEND _candidates ${_local})
  _topfive_python_torch(_python_torch)
  list(APPEND _candidates ${_python_torch})
endif()

set(_torch_dir "")
set(_rejected "")
foreach(candidate IN LISTS _candidates)
  # A CMAKE_PREFIX_PATH for Torch is often .../torch/share/cmake.
  string(REGEX REPLACE "/share/cmake(/Torch)?/?$" "" candidate "${candidate}")
  _topfive_read_torch_version("${candidate}" _version)
  if(_version AND NOT _version VERSION_LESS _minimum AND EXISTS ${candidate}/lib/libtorch_cpu.so)
    set(_torch_dir ${candidate})
    set(TOPFIVE_TORCH_VERSION ${_version})
    break()
  elseif(_version)
    string(APPEND _rejected "  found LibTorch ${_version} in ${candidate}: too old or incomplete\n")
  endif()
endforeach()
if(NOT _torch_dir)
  message(FATAL_ERROR
    "LibTorch ${_minimum} or newer was not found.\n${_rejected}"
    "  Run ./scripts/setup.sh, which installs it into the project's .deps folder,\n"
    "  or name your own: cmake --preset release -DTOPFIVE_LIBTORCH=/path/to/libtorch")
endif()

set(_libraries torch torch_cpu c10)
set(TOPFIVE_HAS_CUDA OFF)
if(NOT TOPFIVE_CUDA STREQUAL "OFF" AND EXISTS ${_torch_dir}/lib/libtorch_cuda.so)
  set(TOPFIVE_HAS_CUDA ON)
  list(APPEND _libraries torch_cuda c10_cuda)
elseif(TOPFIVE_CUDA STREQUAL "ON")
  message(FATAL_ERROR "TOPFIVE_CUDA is ON, but ${_torch_dir}/lib has no libtorch_cuda.so.\n"
    "  Name a CUDA build of LibTorch: -DTOPFIVE_LIBTORCH=/path/to/libtorch")
endif()
message(STATUS "LibTorch ${TOPFIVE_TORCH_VERSION} in ${_torch_dir} (CUDA: ${TOPFIVE_HAS_CUDA})")

add_library(topfive_libtorch INTERFACE)
target_include_directories(topfive_libtorch SYSTEM INTERFACE
  ${_torch_dir}/include ${_torch_dir}/include/torch/csrc/api/include)
foreach(library IN LISTS _libraries)
  # By path and not as-needed: torch_cuda registers itself when it is loaded; no symbol of ours asks for it.
  target_link_libraries(topfive_libtorch INTERFACE
    -Wl,--no-as-needed ${_torch_dir}/lib/lib${library}.so -Wl,--as-needed)
endforeach()
set(TOPFIVE_TORCH_LIB_DIR ${_torch_dir}/lib)

if(TOPFIVE_HAS_CUDA)
  # LibTorch's headers for CUDA include the toolkit's. They are in packages of their own beside a Python wheel, else
  # in the system's toolkit. Without them everything still runs on CUDA, only the device's name is not printed.
  set(_cuda_includes ${TOPFIVE_CUDA_INCLUDE_DIRS})
  if(NOT _cuda_includes)
    file(GLOB _cuda_includes ${_torch_dir}/../nvidia/cu[0-9]*/include ${_torch_dir}/../nvidia/nccl/include)
  endif()
  # Beside a Python wheel of CUDA 13, crt/ and nv/ are missing until two more packages are installed.
  find_path(TOPFIVE_CUDA_RUNTIME_HEADERS crt/host_defines.h
            HINTS ${_cuda_includes} PATHS /usr/local/cuda/include ENV CUDA_HOME PATH_SUFFIXES include)
  # What those headers define inline calls the CUDA runtime, which LibTorch loads but does not pass on to the linker.
  file(GLOB _cuda_runtimes ${_torch_dir}/lib/libcudart*.so* ${_torch_dir}/../nvidia/cu[0-9]*/lib/libcudart.so*
       ${_torch_dir}/../nvidia/cuda_runtime/lib/libcudart.so* /usr/local/cuda/lib64/libcudart.so*
       $ENV{CUDA_HOME}/lib64/libcudart.so*)
  if(TOPFIVE_CUDA_RUNTIME_HEADERS AND EXISTS ${TOPFIVE_CUDA_RUNTIME_HEADERS}/cublas_v2.h AND _cuda_runtimes)
    list(GET _cuda_runtimes 0 _cuda_runtime)
    target_include_directories(topfive_libtorch SYSTEM INTERFACE ${_cuda_includes} ${TOPFIVE_CUDA_RUNTIME_HEADERS})
    target_link_libraries(topfive_libtorch INTERFACE ${_cuda_runtime})
    target_compile_definitions(topfive_libtorch INTERFACE TOPFIVE_HAS_CUDA)
  else()
    message(STATUS "CUDA headers (TOPFIVE_CUDA_INCLUDE_DIRS) or runtime not found: building without the CUDA-only details.\n"
      "   Beside a Python wheel of CUDA 13 they are complete after: pip install nvidia-cuda-crt nvidia-cuda-cccl")
  endif()
endif()

if(TOPFIVE_PCH)
  # One target precompiles <torch/torch.h>; the rooms reuse it (they must share its compile flags).
  add_library(topfive_torch_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/torch_pch.cpp)
  target_link_libraries(topfive_torch_pch PUBLIC topfive_libtorch topfive_flags Threads::Threads)
  target_include_directories(topfive_torch_pch PUBLIC ${CMAKE_SOURCE_DIR}/lib)
  target_precompile_headers(topfive_torch_pch PRIVATE <torch/torch.h>)
  set_target_properties(topfive_torch_pch PROPERTIES UNITY_BUILD OFF)
endif()
