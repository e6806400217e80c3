# find_package(dmarc) gives the target dmarc::dmarc.
include(CMakeFindDependencyMacro)
find_dependency(PkgConfig)
pkg_check_modules(DMARC_NEEDS REQUIRED QUIET IMPORTED_TARGET libpsl libidn2)
include(${CMAKE_CURRENT_LIST_DIR}/dmarcTargets.cmake)
