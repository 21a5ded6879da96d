// Blocks with one scale for all their values. Without importances they hold the bytes that ggml's own
// encoders write; its rounding is therefore kept, ties and all.
#include "core/tensor/block_encoders.h"
#include "core/tensor/block_fits.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace paretoscope::blocks {

namespace {

constexpr int64_t length = 32;

// The value of largest magnitude, with its sign; the first of several.
float largestOf(const float* x, int64_t count)
{
    float largest = 0, magnitude = 0;
    for (int64_t i = 0; i < count; ++i)
        if (std::abs(x[i]) > magnitude) {
            magnitude = std::abs(x[i]);
            largest = x[i];
        }
    return largest;
}

void putNibbles(const uint8_t* codes, int64_t half, uint8_t* to)
{
    for (int64_t i = 0; i < half; ++i) to[i] = uint8_t((codes[i] & 15) | (codes[i + half] & 15) << 4);
}

void putFifthBits(const uint8_t* codes, uint8_t* to)
{
    uint32_t bits = 0;
    for (int64_t i = 0; i < length; ++i) bits |= uint32_t(codes[i] >> 4 & 1) << i;
    std::memcpy(to, &bits, sizeof bits);
}

// Codes 0..2·center-1 of d · (code - center); returns d.
float symmetricCodes(const BlockSource& source, int center, uint8_t* codes)
{
    float weights[length];
    if (importanceWeights(source, 0, length, source.rowMeanSquare, weights)) {
        int8_t fitted[length];
        const float d = fitSymmetric({source.values, length}, {weights, length}, center, fitted);
        for (int64_t i = 0; i < length; ++i) codes[i] = uint8_t(int(fitted[i]) + center);
        return d;
    }
    const float d = largestOf(source.values, length) / float(-center);
    const float inverse = d != 0 ? 1 / d : 0;
    for (int64_t i = 0; i < length; ++i)
        codes[i] = uint8_t(std::clamp(int(source.values[i] * inverse + (float(center) + 0.5f)), 0, 2 * center - 1));
    return d;
}

// Codes 0..most of d · code + m.
struct Line {
    float scale;
    float minimum;
};

Line offsetCodes(const BlockSource& source, int most, uint8_t* codes)
{
    float weights[length];
    if (importanceWeights(source, 0, length, source.rowMeanSquare, weights)) {
        const OffsetFit fit = fitOffset({source.values, length}, {weights, length}, most, codes);
        return {fit.scale, -fit.minimum};
    }
    const auto [low, high] = std::minmax_element(source.values, source.values + length);
    const float d = (*high - *low) / float(most);
    const float inverse = d != 0 ? 1 / d : 0;
    for (int64_t i = 0; i < length; ++i)
        codes[i] = uint8_t(std::clamp(int((source.values[i] - *low) * inverse + 0.5f), 0, most));
    return {d, *low};
}

// Magnitudes of E2M1.
constexpr std::array<float, 8> fourBitMagnitudes{0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

// The nearest of the sixteen values: the smaller of two that are as near, the positive of two zeros.
uint8_t nearestFourBitFloat(float x)
{
    int best = 0;
    for (int code = 1; code < 8; ++code)
        if (std::abs(std::abs(x) - fourBitMagnitudes[size_t(code)]) <
            std::abs(std::abs(x) - fourBitMagnitudes[size_t(best)]))
            best = code;
    return uint8_t(x < 0 && best > 0 ? best + 8 : best);
}

// Trits of x / d with d the largest magnitude.
template <class Pack> void encodeTrits(const BlockSource& source, uint8_t* block, Pack&& pack)
{
    constexpr int64_t count = 256;
    const float d = std::abs(largestOf(source.values, count));
    const float inverse = d != 0 ? 1 / d : 0;
    uint8_t trits[count];
    for (int64_t i = 0; i < count; ++i) trits[i] = uint8_t(int(std::round(source.values[i] * inverse)) + 1);
    pack(trits, d, block);
}

float unsignedE4M3(int code)
{
    return code < 8 ? std::ldexp(float(code), -9) : std::ldexp(float(8 + (code & 7)), (code >> 3) - 10);
}

// The nearest code of unsigned E4M3; 0x7e is the largest number. Below the normal numbers ggml stays
// below them.
int nearestUnsignedE4M3(float x)
{
    if (x < unsignedE4M3(8)) return std::min(7, int(std::ldexp(x, 9) + 0.5f));
    int best = 8;
    for (int code = 9; code <= 0x7e; ++code)
        if (std::abs(x - unsignedE4M3(code)) <= std::abs(x - unsignedE4M3(best))) best = code;
    return best;
}

} // namespace

bool importanceWeights(const BlockSource& source, int64_t begin, int64_t count, float meanSquare, float* weights)
{
    if (!source.importance) return false;
    float sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        const float x = source.values[begin + i];
        sum += weights[i] = source.importance[begin + i] * std::sqrt(meanSquare + x * x);
    }
    return sum > 0;
}

void encodeQ4_0(const BlockSource& source, uint8_t* block)
{
    uint8_t codes[length];
    writeHalf(symmetricCodes(source, 8, codes), block);
    putNibbles(codes, 16, block + 2);
}

void encodeQ4_1(const BlockSource& source, uint8_t* block)
{
    uint8_t codes[length];
    const Line line = offsetCodes(source, 15, codes);
    writeHalf(line.scale, block);
    writeHalf(line.minimum, block + 2);
    putNibbles(codes, 16, block + 4);
}

void encodeQ5_0(const BlockSource& source, uint8_t* block)
{
    uint8_t codes[length];
    writeHalf(symmetricCodes(source, 16, codes), block);
    putFifthBits(codes, block + 2);
    putNibbles(codes, 16, block + 6);
}

void encodeQ5_1(const BlockSource& source, uint8_t* block)
{
    uint8_t codes[length];
    const Line line = offsetCodes(source, 31, codes);
    writeHalf(line.scale, block);
    writeHalf(line.minimum, block + 2);
    putFifthBits(codes, block + 4);
    putNibbles(codes, 16, block + 8);
}

void encodeQ8_0(const BlockSource& source, uint8_t* block)
{
    const float d = std::abs(largestOf(source.values, length)) / 127;
    const float inverse = d != 0 ? 1 / d : 0;
    writeHalf(d, block);
    for (int64_t i = 0; i < length; ++i)
        block[2 + i] = uint8_t(int8_t(std::clamp(std::round(source.values[i] * inverse), -127.0f, 127.0f)));
}

void packTq1_0(const uint8_t* trits, float scale, uint8_t* block)
{
    const auto run = [&](int count, int digits, uint8_t* bytes) {
        for (int m = 0; m < count; ++m) {
            int number = 0;
            for (int n = 0; n < digits; ++n) number = 3 * number + trits[n * count + m];
            for (int n = digits; n < 5; ++n) number *= 3;
            bytes[m] = uint8_t((number * 256 + 242) / 243); // as a fraction, rounded up
        }
        trits += count * digits;
    };
    run(32, 5, block);
    run(16, 5, block + 32);
    run(4, 4, block + 48);
    writeHalf(scale, block + 52);
}

void packTq2_0(const uint8_t* trits, float scale, uint8_t* block)
{
    for (int group = 0; group < 2; ++group, trits += 128)
        for (int m = 0; m < 32; ++m)
            block[32 * group + m] =
                uint8_t(trits[m] | trits[m + 32] << 2 | trits[m + 64] << 4 | trits[m + 96] << 6);
    writeHalf(scale, block + 64);
}

void encodeTq1_0(const BlockSource& source, uint8_t* block)
{
    encodeTrits(source, block, packTq1_0);
}

void encodeTq2_0(const BlockSource& source, uint8_t* block)
{
    encodeTrits(source, block, packTq2_0);
}

void encodeMxfp4(const BlockSource& source, uint8_t* block)
{
    const float magnitude = std::abs(largestOf(source.values, length));
    // The largest value, 6, has the exponent 2.
    const int exponent = magnitude > 0 ? std::clamp(std::ilogb(magnitude) - 2 + 127, 0, 254) : 0;
    block[0] = uint8_t(exponent);
    uint8_t codes[length];
    for (int64_t i = 0; i < length; ++i) codes[i] = nearestFourBitFloat(std::ldexp(source.values[i], 127 - exponent));
    putNibbles(codes, 16, block + 1);
}

void encodeNvfp4(const BlockSource& source, uint8_t* block)
{
    for (int part = 0; part < 4; ++part) {
        const float* x = source.values + 16 * part;
        const int code = nearestUnsignedE4M3(std::abs(largestOf(x, 16)) / 6);
        block[part] = uint8_t(code);
        const float d = unsignedE4M3(code);
        const float inverse = d > 0 ? 1 / d : 0;
        uint8_t codes[16];
        for (int i = 0; i < 16; ++i) codes[i] = nearestFourBitFloat(x[i] * inverse);
        putNibbles(codes, 8, block + 4 + 8 * part);
    }
}

} // namespace paretoscope::blocks
