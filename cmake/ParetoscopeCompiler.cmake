# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
# Everything that belongs together lies together: the program finds plugins and the core library
# beside itself, in the build tree as after installing.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};$ORIGIN;$ORIGIN/..")

add_library(paretoscope_compiler INTERFACE)
target_compile_options(paretoscope_compiler INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(PARETOSCOPE_WERROR)
    target_compile_options(paretoscope_compiler INTERFACE -Werror)
endif()
if(PARETOSCOPE_SANITIZE)
    add_compile_options(-fsanitize=${PARETOSCOPE_SANITIZE} -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${PARETOSCOPE_SANITIZE})
endif()
