camwall_program(unit_filter SOURCES unit_filter.cpp LINK PkgConfig::SECCOMP)
