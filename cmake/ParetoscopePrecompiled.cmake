# Precompiled headers: a build without a compiler cache takes about half the time. With a cache they
# only get in its way, so `./run` switches them on where there is none.
option(PARETOSCOPE_PRECOMPILED "Precompile the headers that most files include" OFF)

if(PARETOSCOPE_PRECOMPILED AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC forgets that a precompiled header is a system's and warns about the library's own copies.
    target_compile_options(paretoscope_compiler INTERFACE
        -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()

set(PARETOSCOPE_STANDARD_HEADERS
    <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <span>
    <string> <string_view> <utility> <vector> <fmt/format.h>)

# paretoscope_precompile(<target> [<header>...]): the standard headers and these.
function(paretoscope_precompile target)
    if(PARETOSCOPE_PRECOMPILED)
        target_precompile_headers(${target} PRIVATE ${PARETOSCOPE_STANDARD_HEADERS} ${ARGN})
    endif()
endfunction()
