// One block of each GGML type to f32, value by value. Layouts: see block_format.h.
#pragma once

#include "core/base/half.h"

#include <cstdint>
#include <cstring>

namespace paretoscope::blocks {

inline float readHalf(const uint8_t* bytes)
{
    uint16_t bits = 0;
    std::memcpy(&bits, bytes, 2);
    return halfToFloat(bits);
}

// Six-bit scale and minimum `index` of the twelve bytes that Q4_K and Q5_K share.
struct ScaleAndMinimum {
    int scale;
    int minimum;
};
inline ScaleAndMinimum scaleAndMinimum(const uint8_t* packed, int index)
{
    if (index < 4) return {packed[index] & 63, packed[index + 4] & 63};
    return {(packed[index + 4] & 15) | ((packed[index - 4] >> 6) << 4),
            (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4)};
}

void decodeQ4_0(const uint8_t* block, float* values);
void decodeQ4_1(const uint8_t* block, float* values);
void decodeQ5_0(const uint8_t* block, float* values);
void decodeQ5_1(const uint8_t* block, float* values);
void decodeQ8_0(const uint8_t* block, float* values);
void decodeQ2K(const uint8_t* block, float* values);
void decodeQ3K(const uint8_t* block, float* values);
void decodeQ4K(const uint8_t* block, float* values);
void decodeQ5K(const uint8_t* block, float* values);
void decodeQ6K(const uint8_t* block, float* values);
void decodeIq4Nl(const uint8_t* block, float* values);
void decodeIq4Xs(const uint8_t* block, float* values);
void decodeIq2Xxs(const uint8_t* block, float* values);
void decodeIq2Xs(const uint8_t* block, float* values);
void decodeIq2S(const uint8_t* block, float* values);
void decodeIq3Xxs(const uint8_t* block, float* values);
void decodeIq3S(const uint8_t* block, float* values);
void decodeIq1S(const uint8_t* block, float* values);
void decodeIq1M(const uint8_t* block, float* values);
void decodeTq1_0(const uint8_t* block, float* values);
void decodeTq2_0(const uint8_t* block, float* values);
void decodeMxfp4(const uint8_t* block, float* values);
void decodeNvfp4(const uint8_t* block, float* values);

} // namespace paretoscope::blocks
