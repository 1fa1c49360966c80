# What every target of the project shares: warnings, sanitizers, the compiler cache, and the packages.

set(CAMWALL_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswresample libswscale)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)

# Debian ships libwslay without a .pc file.
find_library(WSLAY_LIBRARY wslay REQUIRED)

# Debian ships CAF without a CMake configuration.
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
add_library(caf_core INTERFACE IMPORTED)
target_link_libraries(caf_core INTERFACE ${CAF_CORE_LIBRARY} Threads::Threads)

add_library(camwall_options INTERFACE)
target_include_directories(camwall_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(camwall_options INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(camwall_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
  -fno-omit-frame-pointer)
if(CAMWALL_SANITIZE)
  # GCC 12's own headers (regex) look uninitialised to it once they are instrumented.
  target_compile_options(camwall_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_compile_options(camwall_options INTERFACE -fsanitize=${CAMWALL_SANITIZE} -fno-sanitize-recover=undefined)
  target_link_options(camwall_options INTERFACE -fsanitize=${CAMWALL_SANITIZE})
else()
  target_compile_options(camwall_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()

# camwall_library(NAME SOURCES … LINK … [PRIVATE …]): one room. LINK is what its headers show, PRIVATE what only its sources use.
function(camwall_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC camwall_options ${ARG_LINK} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE camwall_options ${ARG_LINK})
  endif()
endfunction()

# camwall_program(NAME SOURCES … LINK …)
function(camwall_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE camwall_options ${ARG_LINK})
endfunction()
