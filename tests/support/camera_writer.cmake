camwall_program(camera_writer SOURCES camera_writer.cpp LINK camwall_config)
