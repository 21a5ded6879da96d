// One block of each GGML type from f32. Layouts: see block_format.h.
#pragma once

#include "core/base/half.h"
#include "core/tensor/block_encoding.h"

#include <cstdint>
#include <cstring>

namespace paretoscope::blocks {

inline void writeHalf(float value, uint8_t* bytes)
{
    const uint16_t bits = floatToHalf(value);
    std::memcpy(bytes, &bits, 2);
}

inline float asHalf(float value)
{
    return halfToFloat(floatToHalf(value));
}

// weights[i] = importance[i] · sqrt(meanSquare + x[i]²) where inputs have an importance and not all of
// these are 0; false otherwise.
bool importanceWeights(const BlockSource& source, int64_t begin, int64_t count, float meanSquare, float* weights);

void encodeQ4_0(const BlockSource& source, uint8_t* block);
void encodeQ4_1(const BlockSource& source, uint8_t* block);
void encodeQ5_0(const BlockSource& source, uint8_t* block);
void encodeQ5_1(const BlockSource& source, uint8_t* block);
void encodeQ8_0(const BlockSource& source, uint8_t* block);
void encodeQ2K(const BlockSource& source, uint8_t* block);
void encodeQ3K(const BlockSource& source, uint8_t* block);
void encodeQ4K(const BlockSource& source, uint8_t* block);
void encodeQ5K(const BlockSource& source, uint8_t* block);
void encodeQ6K(const BlockSource& source, uint8_t* block);
void encodeIq4Nl(const BlockSource& source, uint8_t* block);
void encodeIq4Xs(const BlockSource& source, uint8_t* block);
void encodeTq1_0(const BlockSource& source, uint8_t* block);
void encodeTq2_0(const BlockSource& source, uint8_t* block);
void encodeMxfp4(const BlockSource& source, uint8_t* block);
void encodeNvfp4(const BlockSource& source, uint8_t* block);

// 256 trits (0, 1, 2 for -1, 0, 1) with the scale they stand for.
void packTq1_0(const uint8_t* trits, float scale, uint8_t* block);
void packTq2_0(const uint8_t* trits, float scale, uint8_t* block);

} // namespace paretoscope::blocks
