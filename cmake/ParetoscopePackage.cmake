# What find_package(Paretoscope) finds after installing: the target paretoscope::core, its headers and
# paretoscope_plugin(). docs/extending.md shows how it is used; tests/extending builds against it.
include(CMakePackageConfigHelpers)

set(PARETOSCOPE_INCLUDE_SUBFOLDER ${CMAKE_INSTALL_INCLUDEDIR}/paretoscope)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Paretoscope)

install(DIRECTORY core DESTINATION ${PARETOSCOPE_INCLUDE_SUBFOLDER}
    FILES_MATCHING PATTERN "*.h" PATTERN "*-inl.h" EXCLUDE)
install(DIRECTORY plugins/api DESTINATION ${PARETOSCOPE_INCLUDE_SUBFOLDER}/plugins FILES_MATCHING PATTERN "*.h")
install(DIRECTORY examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/paretoscope/examples USE_SOURCE_PERMISSIONS)
install(EXPORT ParetoscopeTargets NAMESPACE paretoscope:: DESTINATION ${package})
install(FILES cmake/ParetoscopePlugin.cmake cmake/ParetoscopeTables.cmake DESTINATION ${package})

configure_package_config_file(cmake/ParetoscopeConfig.cmake.in ${PROJECT_BINARY_DIR}/ParetoscopeConfig.cmake
    INSTALL_DESTINATION ${package} PATH_VARS PARETOSCOPE_INCLUDE_SUBFOLDER)
# Plugins share C++ types with the program, so another version will not do.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ParetoscopeConfigVersion.cmake COMPATIBILITY ExactVersion)
install(FILES ${PROJECT_BINARY_DIR}/ParetoscopeConfig.cmake ${PROJECT_BINARY_DIR}/ParetoscopeConfigVersion.cmake
    DESTINATION ${package})
