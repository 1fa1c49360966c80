camwall_program(live_testbed SOURCES ${CMAKE_CURRENT_LIST_DIR}/live_testbed.cpp LINK camwall_media camwall_core spdlog::spdlog)
