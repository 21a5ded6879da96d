// "K" blocks: 256 values in parts whose scales are quantized themselves.
#include "core/tensor/block_decoders.h"

namespace paretoscope::blocks {

namespace {

// The sixteen six-bit scales of Q3_K: low nibbles in eight bytes, high pairs in four.
void unpackQ3KScales(const uint8_t* packed, int* scales)
{
    for (int i = 0; i < 16; ++i) {
        const int low = i < 8 ? packed[i] & 15 : packed[i - 8] >> 4;
        const int high = (packed[8 + i % 4] >> (2 * (i / 4))) & 3;
        scales[i] = (low | (high << 4)) - 32;
    }
}

} // namespace

void decodeQ2K(const uint8_t* block, float* values)
{
    const uint8_t* scales = block;
    const uint8_t* codes = block + 16;
    const float d = readHalf(block + 80);
    const float minimum = readHalf(block + 82);
    for (int part = 0; part < 16; ++part) {
        const uint8_t* from = codes + 32 * (part / 8) + 16 * (part % 2);
        const int shift = 2 * (part % 8 / 2);
        const float scale = d * float(scales[part] & 15);
        const float offset = minimum * float(scales[part] >> 4);
        for (int l = 0; l < 16; ++l) *values++ = scale * float((from[l] >> shift) & 3) - offset;
    }
}

void decodeQ3K(const uint8_t* block, float* values)
{
    const uint8_t* highBits = block;
    const uint8_t* codes = block + 32;
    const float d = readHalf(block + 108);
    int scales[16];
    unpackQ3KScales(block + 96, scales);
    for (int part = 0; part < 16; ++part) {
        const int first = 16 * (part % 2);
        const uint8_t* from = codes + 32 * (part / 8) + first;
        const int shift = 2 * (part % 8 / 2);
        const float scale = d * float(scales[part]);
        for (int l = 0; l < 16; ++l) {
            const int high = (highBits[first + l] >> (part / 2)) & 1;
            *values++ = scale * float(((from[l] >> shift) & 3) - (high ? 0 : 4));
        }
    }
}

void decodeQ4K(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    const float minimum = readHalf(block + 2);
    for (int part = 0; part < 8; ++part) {
        const ScaleAndMinimum at = scaleAndMinimum(block + 4, part);
        const uint8_t* from = block + 16 + 32 * (part / 2);
        const int shift = 4 * (part % 2);
        const float scale = d * float(at.scale);
        const float offset = minimum * float(at.minimum);
        for (int l = 0; l < 32; ++l) *values++ = scale * float((from[l] >> shift) & 15) - offset;
    }
}

void decodeQ5K(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    const float minimum = readHalf(block + 2);
    const uint8_t* high = block + 16;
    for (int part = 0; part < 8; ++part) {
        const ScaleAndMinimum at = scaleAndMinimum(block + 4, part);
        const uint8_t* from = block + 48 + 32 * (part / 2);
        const int shift = 4 * (part % 2);
        const float scale = d * float(at.scale);
        const float offset = minimum * float(at.minimum);
        for (int l = 0; l < 32; ++l) {
            const int code = ((from[l] >> shift) & 15) | (((high[l] >> part) & 1) << 4);
            *values++ = scale * float(code) - offset;
        }
    }
}

void decodeQ6K(const uint8_t* block, float* values)
{
    const float d = readHalf(block + 208);
    for (int half = 0; half < 2; ++half) {
        const uint8_t* low = block + 64 * half;
        const uint8_t* high = block + 128 + 32 * half;
        const auto* scales = reinterpret_cast<const int8_t*>(block + 192 + 8 * half);
        for (int quarter = 0; quarter < 4; ++quarter)
            for (int l = 0; l < 32; ++l) {
                const int nibble = (low[l + 32 * (quarter % 2)] >> (4 * (quarter / 2))) & 15;
                const int code = nibble | (((high[l] >> (2 * quarter)) & 3) << 4);
                *values++ = d * float(scales[l / 16 + 2 * quarter]) * float(code - 32);
            }
    }
}

} // namespace paretoscope::blocks
