# What is installed, and the two Debian packages that CPack makes of it: `camwall`, and `camwall-demo` with the simulated cameras.
# Everything is linked as Debian ships it, so that its security updates reach camwall: decision 26.

set(folder share/doc/camwall)
set(parts ${CMAKE_SOURCE_DIR}/ops/package)

install(TARGETS camwall RUNTIME DESTINATION bin COMPONENT camwall)
install(TARGETS camwall-worker RUNTIME DESTINATION lib/camwall COMPONENT camwall)
install(DIRECTORY static/ DESTINATION share/camwall/static COMPONENT camwall PATTERN README.md EXCLUDE)
install(FILES ops/systemd/camwall.service DESTINATION lib/systemd/system COMPONENT camwall)
install(FILES ${parts}/wall.yaml DESTINATION /etc/camwall COMPONENT camwall
  PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES ${parts}/completion.bash DESTINATION share/bash-completion/completions RENAME camwall COMPONENT camwall)
install(DIRECTORY ops/prometheus/ DESTINATION share/camwall/prometheus COMPONENT camwall PATTERN in_a_hurry.py EXCLUDE)
install(DIRECTORY ops/grafana/ DESTINATION share/camwall/grafana COMPONENT camwall)
install(FILES config/wall.example.yaml DESTINATION ${folder}/examples COMPONENT camwall)
install(DIRECTORY ops/front DESTINATION ${folder}/examples COMPONENT camwall PATTERN README.md EXCLUDE)
install(FILES ARCHITECTURE.md README.md DESTINATION ${folder} COMPONENT camwall)
install(DIRECTORY docs DESTINATION ${folder} COMPONENT camwall)
install(FILES ${parts}/copyright DESTINATION ${folder} COMPONENT camwall)

find_program(GZIP gzip REQUIRED)
find_program(SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# camwall_compressed(OUTPUT INPUT): a file as Debian wants it, without the time of its making.
function(camwall_compressed output input)
  add_custom_command(OUTPUT ${output} DEPENDS ${input} COMMAND ${GZIP} -9nc ${input} > ${output})
endfunction()

# camwall_man_page(NAME PAGE TEXT): a man page of the reference, so that both say the same.
function(camwall_man_page name page text)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${page} DEPENDS ${parts}/man_page.py ${text}
    COMMAND ${SYSTEM_PYTHON} ${parts}/man_page.py ${page} ${name} ${text} ${CMAKE_BINARY_DIR}/${page})
  camwall_compressed(${CMAKE_BINARY_DIR}/${page}.gz ${CMAKE_BINARY_DIR}/${page})
endfunction()

camwall_man_page("a server for unattended camera walls" camwall.1 ${CMAKE_SOURCE_DIR}/docs/reference/cli.md)
camwall_man_page("the configuration of camwall" camwall.yaml.5 ${CMAKE_SOURCE_DIR}/docs/reference/configuration.md)
camwall_compressed(${CMAKE_BINARY_DIR}/changelog.gz ${CMAKE_SOURCE_DIR}/CHANGELOG.md)
set(pages ${CMAKE_BINARY_DIR}/camwall.1.gz ${CMAKE_BINARY_DIR}/camwall.yaml.5.gz)
add_custom_target(package_pages ALL DEPENDS ${pages} ${CMAKE_BINARY_DIR}/changelog.gz)
install(FILES ${CMAKE_BINARY_DIR}/camwall.1.gz DESTINATION share/man/man1 COMPONENT camwall)
install(FILES ${CMAKE_BINARY_DIR}/camwall.yaml.5.gz DESTINATION share/man/man5 COMPONENT camwall)
install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION ${folder} COMPONENT camwall)

if(TARGET camwall-camera-sim)
  get_filename_component(clips ${CMAKE_SOURCE_DIR}/build/clips REALPATH)
  install(TARGETS camwall-camera-sim RUNTIME DESTINATION lib/camwall COMPONENT demo)
  install(DIRECTORY ${clips}/ DESTINATION share/camwall/clips COMPONENT demo
    FILES_MATCHING REGEX "/(cam[0-9]+_(main|sub)|still|black|grey|small)[.]mov$" REGEX "/demo[.]json$")
  install(FILES ${parts}/camwall-demo.service DESTINATION lib/systemd/system COMPONENT demo)
  install(FILES ${parts}/demo.yaml DESTINATION share/camwall/demo COMPONENT demo)
  install(FILES ${parts}/copyright DESTINATION share/doc/camwall-demo COMPONENT demo)
  install(FILES ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/camwall-demo COMPONENT demo)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_CONTACT "The camwall project <camwall@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL camwall)
if(TARGET camwall-camera-sim)
  list(APPEND CPACK_COMPONENTS_ALL demo)
endif()
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Clips are compressed already: xz would take a minute for nothing.
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_DEBIAN_CAMWALL_PACKAGE_NAME camwall)
set(CPACK_DEBIAN_CAMWALL_PACKAGE_SECTION video)
set(CPACK_DEBIAN_CAMWALL_DESCRIPTION "server for unattended camera walls
RTSP cameras in, one page in a browser out, for months, with nobody watching
over it. Each camera is supervised in a sandboxed process of its own; a picture
that is frozen, black or late is never shown as live.")
# ca-certificates: whom webhooks over https may trust.
set(CPACK_DEBIAN_CAMWALL_PACKAGE_DEPENDS "adduser, ca-certificates, init-system-helpers")
set(CPACK_DEBIAN_CAMWALL_PACKAGE_SUGGESTS "camwall-demo, nginx, prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_CAMWALL_PACKAGE_CONTROL_EXTRA
  ${parts}/camwall/postinst ${parts}/camwall/prerm ${parts}/camwall/postrm ${parts}/camwall/conffiles)
set(CPACK_DEBIAN_DEMO_PACKAGE_NAME camwall-demo)
set(CPACK_DEBIAN_DEMO_PACKAGE_SECTION video)
set(CPACK_DEBIAN_DEMO_DESCRIPTION "sixteen simulated cameras for camwall
RTSP cameras that play clips and fail on command: to see a wall before the
cameras are there, and to try out what happens when one breaks.")
# Elements that the simulator names in its pipelines; no library says so.
set(CPACK_DEBIAN_DEMO_PACKAGE_DEPENDS
  "camwall (= ${PROJECT_VERSION}), init-system-helpers, gstreamer1.0-plugins-base, gstreamer1.0-plugins-good, gstreamer1.0-plugins-bad")
set(CPACK_DEBIAN_DEMO_PACKAGE_CONTROL_EXTRA
  ${parts}/demo/postinst ${parts}/demo/prerm ${parts}/demo/postrm)
include(CPack)
