add_library(clock_shim MODULE ${CMAKE_CURRENT_SOURCE_DIR}/clock_shim.cpp)
set_target_properties(clock_shim PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
target_compile_options(clock_shim PRIVATE -Wall -Wextra -Wpedantic -Werror -Wshadow)
