camwall_program(sandbox_attempt SOURCES sandbox_attempt.cpp LINK camwall_sandbox PkgConfig::SECCOMP)
