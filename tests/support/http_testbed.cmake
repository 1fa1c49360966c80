camwall_program(http_testbed SOURCES http_testbed.cpp websocket_routes.cpp LINK camwall_http camwall_core CLI11::CLI11 nlohmann_json::nlohmann_json)
