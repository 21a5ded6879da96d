#include "core/backend/cpu/grid_codes.h"

#include "core/tensor/block_decoders.h"
#include "core/tensor/block_grids.h"

#include <array>
#include <bit>

namespace paretoscope::cpu {

namespace {

using namespace blocks;

constexpr int runs = 8; // of 32 values
constexpr uint8_t digits1[4]{0, 8, 16, 0}; // eight times -1, 0, 1, and 8 more
constexpr uint8_t digits2[4]{8, 25, 43, 1};
constexpr uint8_t digits3[8]{4, 12, 20, 28, 36, 44, 52, 62};
constexpr uint8_t digits3s[8]{1, 3, 5, 7, 9, 11, 13, 15};

// The values of points as bytes, side by side in one word.
template <class Word, size_t Count, int Bits>
std::array<Word, Count> spread(const uint16_t (&grid)[Count], const uint8_t* digits)
{
    std::array<Word, Count> points{};
    for (size_t i = 0; i < Count; ++i)
        for (size_t j = 0; j < sizeof(Word); ++j)
            points[i] |= Word(digits[(grid[i] >> (Bits * j)) & ((1 << Bits) - 1)]) << (8 * j);
    return points;
}

// Bytes of ones where a bit is set.
uint64_t maskOf(unsigned bits)
{
    const uint64_t each = (uint64_t(bits) * 0x0101010101010101u) & 0x8040201008040201u;
    return ((((each + 0x7f7f7f7f7f7f7f7fu) | each) >> 7) & 0x0101010101010101u) * 255;
}

// Magnitudes with signs, 128 larger than they are. Magnitudes are at least 1, so no byte carries into the next.
void putSigned(uint64_t magnitudes, unsigned signs, uint8_t* codes)
{
    const uint64_t mask = maskOf(signs);
    const uint64_t values = ((magnitudes ^ mask) + (mask & 0x0101010101010101u)) ^ 0x8080808080808080u;
    std::memcpy(codes, &values, 8);
}

unsigned evenSigns(unsigned seven)
{
    return seven | (unsigned(std::popcount(seven)) & 1u) << 7;
}

template <class T> T readNumber(const uint8_t* bytes)
{
    T value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

void term(float scale, float offset, float* scales, float* offsets)
{
    *scales = scale;
    *offsets = offset;
}

void unpack2Xxs(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static const auto points = spread<uint64_t, 256, 2>(grid2Xxs, digits2);
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* at = block + 2 + 8 * run;
        const auto rest = readNumber<uint32_t>(at + 4);
        const float scale = d * (0.5f + float(rest >> 28)) * 0.25f;
        for (int l = 0; l < 4; ++l, codes += 8) putSigned(points[at[l]], evenSigns((rest >> (7 * l)) & 127), codes);
        term(scale, -128 * scale, scales + run, offsets + run);
    }
}

void unpack2Xs(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static const auto points = spread<uint64_t, 512, 2>(grid2Xs, digits2);
    const float d = readHalf(block);
    for (int run = 0; run < 2 * runs; ++run) {
        const float scale = d * (0.5f + float((block[66 + run / 2] >> (4 * (run % 2))) & 15)) * 0.25f;
        for (int l = 0; l < 2; ++l, codes += 8) {
            const auto word = readNumber<uint16_t>(block + 2 + 4 * run + 2 * l);
            putSigned(points[word & 511], evenSigns(word >> 9), codes);
        }
        term(scale, -128 * scale, scales + run, offsets + run);
    }
}

void unpack2S(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static const auto points = spread<uint64_t, 1024, 2>(grid2S, digits2);
    const float d = readHalf(block);
    for (int run = 0; run < 2 * runs; ++run) {
        const unsigned high = block[66 + run / 2];
        const float scale = d * (0.5f + float((block[74 + run / 2] >> (4 * (run % 2))) & 15)) * 0.25f;
        for (int l = 2 * run; l < 2 * run + 2; ++l, codes += 8)
            putSigned(points[block[2 + l] | ((high >> (2 * (l % 4))) & 3) << 8], block[34 + l], codes);
        term(scale, -128 * scale, scales + run, offsets + run);
    }
}

void unpack3Xxs(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static const auto points = spread<uint32_t, 256, 3>(grid3Xxs, digits3);
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* at = block + 2 + 8 * run;
        const auto rest = readNumber<uint32_t>(block + 66 + 4 * run);
        const float scale = d * (0.5f + float(rest >> 28)) * 0.5f;
        for (int l = 0; l < 4; ++l, codes += 8)
            putSigned(points[at[2 * l]] | uint64_t(points[at[2 * l + 1]]) << 32, evenSigns((rest >> (7 * l)) & 127),
                      codes);
        term(scale, -128 * scale, scales + run, offsets + run);
    }
}

void unpack3S(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static const auto points = spread<uint32_t, 512, 3>(grid3S, digits3s);
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const uint8_t* at = block + 2 + 8 * run;
        const unsigned high = block[66 + run];
        const float scale = d * float(1 + 2 * ((block[106 + run / 2] >> (4 * (run % 2))) & 15));
        for (int l = 0; l < 4; ++l, codes += 8) {
            const unsigned first = at[2 * l] | ((high >> (2 * l)) & 1) << 8;
            const unsigned second = at[2 * l + 1] | ((high >> (2 * l + 1)) & 1) << 8;
            putSigned(points[first] | uint64_t(points[second]) << 32, block[74 + 4 * run + l], codes);
        }
        term(scale, -128 * scale, scales + run, offsets + run);
    }
}

// Eighths: a digit of -1, 0 or 1 that is shifted by an eighth, and 9 more.
const uint64_t* points1()
{
    static const auto points = spread<uint64_t, 2048, 2>(grid1S, digits1);
    return points.data();
}

void putShifted(uint64_t point, bool down, uint8_t* codes)
{
    const uint64_t values = point + (down ? 0 : 2 * 0x0101010101010101u);
    std::memcpy(codes, &values, 8);
}

void unpack1S(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const uint64_t* points = points1();
    const float d = readHalf(block);
    for (int run = 0; run < runs; ++run) {
        const auto high = readNumber<uint16_t>(block + 34 + 2 * run);
        const float scale = d * float(2 * ((high >> 12) & 7) + 1) / 8;
        for (int l = 0; l < 4; ++l, codes += 8)
            putShifted(points[block[2 + 4 * run + l] | ((high >> (3 * l)) & 7) << 8], high & 0x8000, codes);
        term(scale, -9 * scale, scales + run, offsets + run);
    }
}

void unpack1M(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const uint64_t* points = points1();
    uint16_t words[4];
    std::memcpy(words, block + 48, sizeof words);
    const float d = halfToFloat(uint16_t((words[0] >> 12) | ((words[1] >> 12) << 4) | ((words[2] >> 12) << 8) |
                                         (words[3] & 0xf000)));
    for (int run = 0; run < 2 * runs; ++run) {
        const float scale = d * float(2 * ((words[run / 4] >> (3 * (run % 4))) & 7) + 1) / 8;
        for (int l = 2 * run; l < 2 * run + 2; ++l, codes += 8) {
            const int nibble = (block[32 + l / 2] >> (4 * (l % 2))) & 15;
            putShifted(points[block[l] | (nibble & 7) << 8], nibble & 8, codes);
        }
        term(scale, -9 * scale, scales + run, offsets + run);
    }
}

} // namespace

GridUnpacker unpackerOfGrid(uint32_t ggmlType)
{
    switch (ggmlType) {
    case 16: return unpack2Xxs;
    case 17: return unpack2Xs;
    case 18: return unpack3Xxs;
    case 19: return unpack1S;
    case 21: return unpack3S;
    case 22: return unpack2S;
    case 29: return unpack1M;
    default: return nullptr;
    }
}

} // namespace paretoscope::cpu
