// Scalar conversions between f32 and the 16-bit float types. Bulk conversions with SIMD are
// operations of the backend.
#pragma once

#include <bit>
#include <cstdint>

namespace paretoscope {

float halfToFloat(uint16_t half) noexcept; // IEEE binary16, with subnormals, infinities and NaN
uint16_t floatToHalf(float value) noexcept; // rounds to nearest even; overflow becomes infinity

inline float bfloat16ToFloat(uint16_t value) noexcept
{
    return std::bit_cast<float>(uint32_t(value) << 16);
}

uint16_t floatToBfloat16(float value) noexcept; // rounds to nearest even; NaN stays NaN

} // namespace paretoscope
