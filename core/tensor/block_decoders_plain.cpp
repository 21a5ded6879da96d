// Blocks with one scale for all their values, and tables of 16 values.
#include "core/tensor/block_decoders.h"

#include <cmath>

namespace paretoscope::blocks {

namespace {

constexpr int8_t nonLinear[16]{-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
// E2M1: sign, two bits of exponent, one of mantissa.
constexpr float fourBitFloats[16]{0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

// Low nibbles are the first half of the values, high nibbles the second.
template <class Value> void decodeNibbles(const uint8_t* nibbles, int half, float* values, Value&& value)
{
    for (int j = 0; j < half; ++j) {
        values[j] = value(nibbles[j] & 15);
        values[j + half] = value(nibbles[j] >> 4);
    }
}

// The fifth bits lie in a word of their own.
template <class Value> void decodeFiveBits(const uint8_t* high, const uint8_t* nibbles, float* values, Value&& value)
{
    uint32_t bits = 0;
    std::memcpy(&bits, high, 4);
    for (int j = 0; j < 16; ++j) {
        values[j] = value(int((nibbles[j] & 15u) | (((bits >> j) & 1u) << 4)));
        values[j + 16] = value(int((nibbles[j] >> 4u) | (((bits >> (j + 16)) & 1u) << 4)));
    }
}

// Unsigned E4M3 without infinities; 0x7f and 0xff are no numbers and count as zero.
float unsignedE4M3(uint8_t bits)
{
    const int code = bits & 0x7f;
    if (code == 0x7f) return 0;
    const int exponent = code >> 3;
    const int mantissa = code & 7;
    return exponent == 0 ? std::ldexp(float(mantissa), -9) : std::ldexp(float(8 + mantissa), exponent - 10);
}

} // namespace

void decodeQ4_0(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    decodeNibbles(block + 2, 16, values, [d](int q) { return d * float(q - 8); });
}

void decodeQ4_1(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    const float m = readHalf(block + 2);
    decodeNibbles(block + 4, 16, values, [d, m](int q) { return d * float(q) + m; });
}

void decodeQ5_0(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    decodeFiveBits(block + 2, block + 6, values, [d](int q) { return d * float(q - 16); });
}

void decodeQ5_1(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    const float m = readHalf(block + 2);
    decodeFiveBits(block + 4, block + 8, values, [d, m](int q) { return d * float(q) + m; });
}

void decodeQ8_0(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    for (int j = 0; j < 32; ++j) values[j] = d * float(int8_t(block[2 + j]));
}

void decodeIq4Nl(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    decodeNibbles(block + 2, 16, values, [d](int q) { return d * float(nonLinear[q]); });
}

// d, the scales' high bits (2 each), their low nibbles, then nibbles of 8 parts of 32.
void decodeIq4Xs(const uint8_t* block, float* values)
{
    const float d = readHalf(block);
    uint16_t high = 0;
    std::memcpy(&high, block + 2, 2);
    for (int part = 0; part < 8; ++part) {
        const int low = (block[4 + part / 2] >> (4 * (part % 2))) & 15;
        const int scale = (low | (((high >> (2 * part)) & 3) << 4)) - 32;
        const float s = d * float(scale);
        decodeNibbles(block + 8 + 16 * part, 16, values + 32 * part,
                      [s](int q) { return s * float(nonLinear[q]); });
    }
}

// Five trits a byte, as a fraction in base 3: trit n is the leading digit of byte · 3^n.
void decodeTq1_0(const uint8_t* block, float* values)
{
    static constexpr uint8_t powers[5]{1, 3, 9, 27, 81};
    const float d = readHalf(block + 52);
    const auto run = [&](const uint8_t* bytes, int count, int trits) {
        for (int n = 0; n < trits; ++n)
            for (int m = 0; m < count; ++m) {
                const auto rest = uint8_t(bytes[m] * powers[n]);
                *values++ = d * float(((rest * 3) >> 8) - 1);
            }
    };
    run(block, 32, 5);
    run(block + 32, 16, 5);
    run(block + 48, 4, 4);
}

void decodeTq2_0(const uint8_t* block, float* values)
{
    const float d = readHalf(block + 64);
    for (int group = 0; group < 2; ++group)
        for (int l = 0; l < 4; ++l)
            for (int m = 0; m < 32; ++m)
                *values++ = d * float(((block[32 * group + m] >> (2 * l)) & 3) - 1);
}

// A power of two, then nibbles (Open Compute Project, Microscaling Formats 1.0).
void decodeMxfp4(const uint8_t* block, float* values)
{
    const float d = std::ldexp(1.0f, int(block[0]) - 127);
    decodeNibbles(block + 1, 16, values, [d](int q) { return d * fourBitFloats[q]; });
}

// Four scales of 16 values each.
void decodeNvfp4(const uint8_t* block, float* values)
{
    for (int part = 0; part < 4; ++part) {
        const float d = unsignedE4M3(block[part]);
        decodeNibbles(block + 4 + 8 * part, 8, values + 16 * part, [d](int q) { return d * fourBitFloats[q]; });
    }
}

} // namespace paretoscope::blocks
