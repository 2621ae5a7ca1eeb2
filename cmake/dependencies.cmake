# Everything from outside. Each package is justified in docs/architecture.md.
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenCV 4.5 REQUIRED COMPONENTS core imgproc imgcodecs)

# Debian's OpenCV targets do not say SYSTEM; this wrapper does, and names only the three modules we use.
add_library(topfive_opencv INTERFACE)
target_include_directories(topfive_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
target_link_libraries(topfive_opencv INTERFACE opencv_core opencv_imgproc opencv_imgcodecs)

if(TOPFIVE_WITH_TORCH)
  find_package(CLI11 REQUIRED)
  include(libtorch)
endif()
