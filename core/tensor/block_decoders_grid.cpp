// IQ blocks: runs of 4 or 8 values that are points of a fixed grid, with signs and scales.
#include "core/tensor/block_decoders.h"
#include "core/tensor/block_grids.h"

#include <bit>

namespace paretoscope::blocks {

namespace {

constexpr int runs = 8; // of 32 values, each with scales of its own
constexpr float digits1[4]{-1, 0, 1, 0};
constexpr float digits2[4]{8, 25, 43, 0};
constexpr float digits3[8]{4, 12, 20, 28, 36, 44, 52, 62};
constexpr float digits3s[8]{1, 3, 5, 7, 9, 11, 13, 15};
constexpr float shift1 = 0.125f; // of IQ1's points, up or down

template <class T> T readNumber(const uint8_t* bytes)
{
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

// Seven signs and an eighth that makes their number even.
unsigned evenSigns(unsigned seven)
{
    return seven | (unsigned(std::popcount(seven)) & 1u) << 7;
}

// Eight values of a point of two-bit digits.
void putEight(uint16_t point, unsigned signs, float scale, float* values)
{
    for (int j = 0; j < 8; ++j) {
        const float magnitude = scale * digits2[(point >> (2 * j)) & 3];
        values[j] = (signs >> j) & 1 ? -magnitude : magnitude;
    }
}

// Four values of a point of three-bit digits.
void putFour(uint16_t point, const float* digits, unsigned signs, float scale, float* values)
{
    for (int j = 0; j < 4; ++j) {
        const float magnitude = scale * digits[(point >> (3 * j)) & 7];
        values[j] = (signs >> j) & 1 ? -magnitude : magnitude;
    }
}

void putShifted(uint16_t point, float shift, float scale, float* values)
{
    for (int j = 0; j < 8; ++j) values[j] = scale * (digits1[(point >> (2 * j)) & 3] + shift);
}

} // namespace

// d; for each run four bytes of points, then 28 bits of signs and 4 of scale.
void decodeIq2Xxs(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* points = block + 2 + 8 * run;
        const auto rest = readNumber<uint32_t>(points + 4);
        const float scale = d * (0.5f + float(rest >> 28)) * 0.25f;
        for (int l = 0; l < 4; ++l, values += 8)
            putEight(grid2Xxs[points[l]], evenSigns((rest >> (7 * l)) & 127), scale, values);
    }
}

// d; 32 words of nine bits of point and seven of signs; a scale for every sixteen values.
void decodeIq2Xs(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const int scales = block[66 + run];
        for (int l = 0; l < 4; ++l, values += 8) {
            const auto word = readNumber<uint16_t>(block + 2 + 8 * run + 2 * l);
            const float scale = d * (0.5f + float((scales >> (4 * (l / 2))) & 15)) * 0.25f;
            putEight(grid2Xs[word & 511], evenSigns(word >> 9), scale, values);
        }
    }
}

// d; low bytes of points, signs, two high bits of each point, scales.
void decodeIq2S(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const unsigned high = block[66 + run];
        const int scales = block[74 + run];
        for (int l = 0; l < 4; ++l, values += 8) {
            const unsigned point = block[2 + 4 * run + l] | ((high >> (2 * l)) & 3) << 8;
            const float scale = d * (0.5f + float((scales >> (4 * (l / 2))) & 15)) * 0.25f;
            putEight(grid2S[point], block[34 + 4 * run + l], scale, values);
        }
    }
}

// d; 64 bytes of points; for each run 28 bits of signs and 4 of scale.
void decodeIq3Xxs(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* points = block + 2 + 8 * run;
        const auto rest = readNumber<uint32_t>(block + 66 + 4 * run);
        const float scale = d * (0.5f + float(rest >> 28)) * 0.5f;
        for (int l = 0; l < 4; ++l, values += 8) {
            const unsigned signs = evenSigns((rest >> (7 * l)) & 127);
            putFour(grid3Xxs[points[2 * l]], digits3, signs, scale, values);
            putFour(grid3Xxs[points[2 * l + 1]], digits3, signs >> 4, scale, values + 4);
        }
    }
}

// d; low bytes of points, their ninth bits, signs, scales of four bits.
void decodeIq3S(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* points = block + 2 + 8 * run;
        const unsigned high = block[66 + run];
        const float scale = d * float(1 + 2 * ((block[106 + run / 2] >> (4 * (run % 2))) & 15));
        for (int l = 0; l < 4; ++l, values += 8) {
            const unsigned signs = block[74 + 4 * run + l];
            const unsigned first = points[2 * l] | ((high >> (2 * l)) & 1) << 8;
            const unsigned second = points[2 * l + 1] | ((high >> (2 * l + 1)) & 1) << 8;
            putFour(grid3S[first], digits3s, signs, scale, values);
            putFour(grid3S[second], digits3s, signs >> 4, scale, values + 4);
        }
    }
}

// d; low bytes of points; for each run a word of four times three high bits, scale and shift.
void decodeIq1S(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const auto high = readNumber<uint16_t>(block + 34 + 2 * run);
        const float scale = d * float(2 * ((high >> 12) & 7) + 1);
        const float shift = high & 0x8000 ? -shift1 : shift1;
        for (int l = 0; l < 4; ++l, values += 8) {
            const int point = block[2 + 4 * run + l] | ((high >> (3 * l)) & 7) << 8;
            putShifted(grid1S[point], shift, scale, values);
        }
    }
}

// Low bytes of points; nibbles of three high bits and a shift; four words whose top nibbles are the
// block's scale in F16 and whose other bits are scales of sixteen values.
void decodeIq1M(const uint8_t* block, float* values)
{
    uint16_t scales[4];
    std::memcpy(scales, block + 48, sizeof scales);
    const auto bits = uint16_t((scales[0] >> 12) | ((scales[1] >> 12) << 4) | ((scales[2] >> 12) << 8) |
                               (scales[3] & 0xf000));
    const float d = halfToFloat(bits);
    for (int run = 0; run < runs; ++run)
        for (int l = 0; l < 4; ++l, values += 8) {
            const int nibble = (block[32 + 2 * run + l / 2] >> (4 * (l % 2))) & 15;
            const int small = (scales[run / 2] >> (6 * (run % 2) + 3 * (l / 2))) & 7;
            const float shift = nibble & 8 ? -shift1 : shift1;
            putShifted(grid1S[block[4 * run + l] | (nibble & 7) << 8], shift, d * float(2 * small + 1), values);
        }
}

} // namespace paretoscope::blocks
