camwall_program(websocket_viewers SOURCES websocket_viewers.cpp LINK camwall_core CLI11::CLI11)
