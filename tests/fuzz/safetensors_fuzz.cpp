// Headers of safetensors files of any content: an error or a header, never a crash.
#include "core/base/error.h"
#include "core/model/formats/safetensors.h"

#include <cstddef>
#include <cstdint>

using namespace paretoscope;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    try {
        parseSafetensorsHeader({reinterpret_cast<const std::byte*>(data), size}, "fuzz");
    } catch (const Error&) {
        return 0; // one sentence for people
    }
    return 0;
}
