# The Debian packages: `cmake --build BUILD -t package` puts dmarcd_VERSION_ARCH.deb and libdmarc-dev_VERSION_ARCH.deb into BUILD.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME dmarcd)
set(CPACK_PACKAGE_CONTACT "dmarcd maintainers <dmarcd@packages.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "DMARC filter for arriving mail")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/compress.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL Unspecified library)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS OFF)

set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME dmarcd)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_UNSPECIFIED_DESCRIPTION "A milter for Postfix that evaluates DMARC (RFC 9989) for arriving mail while
the sender is on the line: forged mail is rejected, genuine mail gets a
correct Authentication-Results field, and the log says why. It takes the place
of OpenDMARC without a change in /etc.")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_DEPENDS "adduser, init-system-helpers (>= 1.54~), libsoci-sqlite3-4.0, publicsuffix")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_SUGGESTS "libsoci-mysql4.0, libsoci-postgresql4.0")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_PROVIDES "opendmarc")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_CONFLICTS "opendmarc")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_REPLACES "opendmarc")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_CONTROL_EXTRA
  ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libdmarc-dev)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "Archive and headers of the evaluation and the parsers, for use in another
program: no sockets, no threads, bring the answers of the DNS.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "libexpected-dev, libidn2-dev, libpsl-dev")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS OFF)

foreach(component_and_folder Unspecified=dmarcd library=libdmarc-dev)
  string(REPLACE "=" ";" parts ${component_and_folder})
  list(GET parts 0 component)
  list(GET parts 1 folder)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/${folder} RENAME copyright COMPONENT ${component})
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/changelog DESTINATION share/doc/${folder} COMPONENT ${component})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/conf/opendmarc.conf.sample DESTINATION share/dmarcd RENAME opendmarc.conf)

include(CPack)
