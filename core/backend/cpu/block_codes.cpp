#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/block_codes.h"
#include "core/backend/cpu/grid_codes.h"
#include "core/tensor/block_decoders.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/block_codes.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

using blocks::readHalf;

HWY_INLINE void nibbles(const uint8_t* from, int64_t half, uint8_t* codes)
{
    for (int64_t l = 0; l < half; ++l) {
        codes[l] = from[l] & 15;
        codes[l + half] = uint8_t(from[l] >> 4);
    }
}

HWY_INLINE void one(float scale, float offset, float* scales, float* offsets)
{
    *scales = scale;
    *offsets = offset;
}

void unpackQ4_0(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block);
    nibbles(block + 2, 16, codes);
    one(d, -8 * d, scales, offsets);
}

void unpackQ4_1(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    nibbles(block + 4, 16, codes);
    one(readHalf(block), readHalf(block + 2), scales, offsets);
}

HWY_INLINE void fiveBits(const uint8_t* high, const uint8_t* low, uint8_t* codes)
{
    uint32_t bits = 0;
    std::memcpy(&bits, high, 4);
    nibbles(low, 16, codes);
    for (uint32_t l = 0; l < 32; ++l) codes[l] = uint8_t(codes[l] | (((bits >> l) & 1) << 4));
}

void unpackQ5_0(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block);
    fiveBits(block + 2, block + 6, codes);
    one(d, -16 * d, scales, offsets);
}

void unpackQ5_1(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    fiveBits(block + 4, block + 8, codes);
    one(readHalf(block), readHalf(block + 2), scales, offsets);
}

void unpackQ8_0(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block);
    for (int l = 0; l < 32; ++l) codes[l] = block[2 + l] ^ 0x80;
    one(d, -128 * d, scales, offsets);
}

void unpackQ2K(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block + 80), minimum = readHalf(block + 82);
    for (int pair = 0; pair < 8; ++pair) {
        const uint8_t* from = block + 16 + 32 * (pair / 4);
        const int shift = 2 * (pair % 4);
        for (int l = 0; l < 32; ++l) codes[32 * pair + l] = uint8_t(from[l] >> shift) & 3;
    }
    for (int part = 0; part < 16; ++part)
        one(d * float(block[part] & 15), -minimum * float(block[part] >> 4), scales + part, offsets + part);
}

void unpackQ3K(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block + 108);
    for (int pair = 0; pair < 8; ++pair) {
        const uint8_t* from = block + 32 + 32 * (pair / 4);
        const int shift = 2 * (pair % 4);
        for (int l = 0; l < 32; ++l)
            codes[32 * pair + l] = uint8_t((uint8_t(from[l] >> shift) & 3) | ((uint8_t(block[l] >> pair) & 1) << 2));
    }
    for (int part = 0; part < 16; ++part) {
        const int low = part < 8 ? block[96 + part] & 15 : block[88 + part] >> 4;
        const int high = (block[104 + part % 4] >> (2 * (part / 4))) & 3;
        const float scale = d * float((low | (high << 4)) - 32);
        one(scale, -4 * scale, scales + part, offsets + part);
    }
}

HWY_INLINE void pairTerms(const uint8_t* block, float* scales, float* offsets)
{
    const float d = readHalf(block), minimum = readHalf(block + 2);
    for (int part = 0; part < 8; ++part) {
        const blocks::ScaleAndMinimum at = blocks::scaleAndMinimum(block + 4, part);
        one(d * float(at.scale), -minimum * float(at.minimum), scales + part, offsets + part);
    }
}

void unpackQ4K(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    for (int pair = 0; pair < 4; ++pair) nibbles(block + 16 + 32 * pair, 32, codes + 64 * pair);
    pairTerms(block, scales, offsets);
}

void unpackQ5K(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    for (int pair = 0; pair < 4; ++pair) nibbles(block + 48 + 32 * pair, 32, codes + 64 * pair);
    for (int part = 0; part < 8; ++part)
        for (int l = 0; l < 32; ++l)
            codes[32 * part + l] = uint8_t(codes[32 * part + l] | ((uint8_t(block[16 + l] >> part) & 1) << 4));
    pairTerms(block, scales, offsets);
}

void unpackQ6K(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block + 208);
    for (int half = 0; half < 2; ++half) {
        const uint8_t* low = block + 64 * half;
        const uint8_t* high = block + 128 + 32 * half;
        uint8_t* to = codes + 128 * half;
        for (int l = 0; l < 32; ++l) {
            to[l] = uint8_t((low[l] & 15) | ((high[l] & 3) << 4));
            to[l + 32] = uint8_t((low[l + 32] & 15) | ((uint8_t(high[l] >> 2) & 3) << 4));
            to[l + 64] = uint8_t(uint8_t(low[l] >> 4) | ((uint8_t(high[l] >> 4) & 3) << 4));
            to[l + 96] = uint8_t(uint8_t(low[l + 32] >> 4) | ((uint8_t(high[l] >> 6) & 3) << 4));
        }
    }
    for (int part = 0; part < 16; ++part) {
        const float scale = d * float(int8_t(block[192 + part]));
        one(scale, -32 * scale, scales + part, offsets + part);
    }
}

// Sixteen values, 128 larger than they are, and twice those of E2M1, 12 larger.
alignas(16) constexpr uint8_t nonLinear[16] = {1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241};
alignas(16) constexpr uint8_t fourBitFloats[16] = {12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0};

template <int Half> HWY_INLINE void chosen(const uint8_t* from, const uint8_t* table, uint8_t* codes)
{
    const hn::FixedTag<uint8_t, 16> d;
    alignas(16) uint8_t bytes[16] = {};
    std::memcpy(bytes, from, Half);
    const auto stored = hn::Load(d, bytes), values = hn::Load(d, table);
    hn::StoreU(hn::TableLookupBytes(values, hn::And(stored, hn::Set(d, uint8_t{15}))), d, bytes);
    std::memcpy(codes, bytes, Half);
    hn::StoreU(hn::TableLookupBytes(values, hn::ShiftRight<4>(stored)), d, bytes);
    std::memcpy(codes + Half, bytes, Half);
}

void unpackIq4Nl(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block);
    chosen<16>(block + 2, nonLinear, codes);
    one(d, -128 * d, scales, offsets);
}

void unpackIq4Xs(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    const float d = readHalf(block);
    uint16_t high = 0;
    std::memcpy(&high, block + 2, 2);
    for (int part = 0; part < 8; ++part) {
        const int low = (block[4 + part / 2] >> (4 * (part % 2))) & 15;
        const float scale = d * float((low | (((high >> (2 * part)) & 3) << 4)) - 32);
        chosen<16>(block + 8 + 16 * part, nonLinear, codes + 32 * part);
        one(scale, -128 * scale, scales + part, offsets + part);
    }
}

void unpackMxfp4(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    // Half of 2^(exponent - 127), as bits: the two smallest are subnormal.
    const uint32_t exponent = block[0];
    const uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23;
    float d = 0;
    std::memcpy(&d, &bits, sizeof d);
    chosen<16>(block + 1, fourBitFloats, codes);
    one(d, -12 * d, scales, offsets);
}

void unpackNvfp4(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    for (int part = 0; part < 4; ++part) {
        // Half of an unsigned E4M3, whose bits in place are those of a number 2^120 times smaller; 0x7f counts as zero.
        const uint32_t bits = (block[part] & 0x7fu) << 20;
        float d = 0;
        std::memcpy(&d, &bits, sizeof d);
        d *= (block[part] & 0x7f) == 0x7f ? 0.0f : 0x1p119f;
        chosen<8>(block + 4 + 8 * part, fourBitFloats, codes + 16 * part);
        one(d, -12 * d, scales + part, offsets + part);
    }
}

void unpackTq1_0(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    static constexpr uint8_t powers[5]{1, 3, 9, 27, 81};
    const auto trits = [](const uint8_t* bytes, int count, int number, uint8_t* to) {
        for (int n = 0; n < number; ++n)
            for (int m = 0; m < count; ++m) to[n * count + m] = uint8_t((uint8_t(bytes[m] * powers[n]) * 3) >> 8);
    };
    trits(block, 32, 5, codes);
    trits(block + 32, 16, 5, codes + 160);
    trits(block + 48, 4, 4, codes + 240);
    const float d = readHalf(block + 52);
    for (int part = 0; part < 2; ++part) one(d, -d, scales + part, offsets + part);
}

void unpackTq2_0(const uint8_t* block, uint8_t* codes, float* scales, float* offsets)
{
    for (int quarter = 0; quarter < 8; ++quarter) {
        const uint8_t* from = block + 32 * (quarter / 4);
        const int shift = 2 * (quarter % 4);
        for (int l = 0; l < 32; ++l) codes[32 * quarter + l] = uint8_t(from[l] >> shift) & 3;
    }
    const float d = readHalf(block + 64);
    for (int part = 0; part < 2; ++part) one(d, -d, scales + part, offsets + part);
}

using Unpack = void (*)(const uint8_t*, uint8_t*, float*, float*);

Unpack unpackerOf(uint32_t ggmlType)
{
    switch (ggmlType) {
    case 2: return unpackQ4_0;
    case 3: return unpackQ4_1;
    case 6: return unpackQ5_0;
    case 7: return unpackQ5_1;
    case 8: return unpackQ8_0;
    case 10: return unpackQ2K;
    case 11: return unpackQ3K;
    case 12: return unpackQ4K;
    case 13: return unpackQ5K;
    case 14: return unpackQ6K;
    case 20: return unpackIq4Nl;
    case 23: return unpackIq4Xs;
    case 34: return unpackTq1_0;
    case 35: return unpackTq2_0;
    case 39: return unpackMxfp4;
    case 40: return unpackNvfp4;
    default: return unpackerOfGrid(ggmlType);
    }
}

void unpackRun(const BlockFormat& format, const uint8_t* block, int64_t count, uint8_t* codes, float* scales,
               float* offsets)
{
    const Unpack unpack = unpackerOf(format.ggmlType);
    const int64_t terms = format.elements / codeBlock(format);
    for (int64_t b = 0; b < count; ++b)
        unpack(block + b * format.bytes, codes + b * format.elements, scales + b * terms, offsets + b * terms);
}

// Sum over blocks of scale · Σ code · x + offset · Σ x, on at most 16 lanes, which divide the shortest block.
float dotCodes(const uint8_t* codes, const float* scales, const float* offsets, int64_t blocks, int64_t block,
               const float* x, const float* sums)
{
    const hn::CappedTag<float, 16> d;
    const hn::Rebind<uint8_t, decltype(d)> db;
    const hn::RebindToSigned<decltype(d)> di;
    constexpr auto width = int64_t(hn::MaxLanes(hn::CappedTag<float, 16>()));
    auto total = hn::Zero(d);
    float offset = 0;
    for (int64_t b = 0; b < blocks; ++b, codes += block, x += block) {
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < block; l += width)
            sum = hn::MulAdd(hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(db, codes + l))), hn::LoadU(d, x + l), sum);
        total = hn::MulAdd(sum, hn::Set(d, scales[b]), total);
        offset += offsets[b] * sums[b];
    }
    return sumLanes(d, total) + offset;
}

void sumBlocks(const float* x, int64_t columns, int64_t block, float* sums)
{
    const hn::CappedTag<float, 16> d;
    constexpr auto width = int64_t(hn::MaxLanes(hn::CappedTag<float, 16>()));
    for (int64_t b = 0; b < columns / block; ++b, x += block) {
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < block; l += width) sum = hn::Add(sum, hn::LoadU(d, x + l));
        sums[b] = sumLanes(d, sum);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(unpackRun);
HWY_EXPORT(dotCodes);
HWY_EXPORT(sumBlocks);

} // namespace

int64_t codeBlock(const BlockFormat& format)
{
    switch (format.ggmlType) {
    case 10: case 11: case 14: case 17: case 22: case 29: case 40: return 16;
    case 34: case 35: return 128;
    default: return 32;
    }
}

bool dotsByCodes(const BlockFormat& format)
{
    switch (format.ggmlType) {
    case 16: case 17: case 18: case 19: case 21: case 22: case 29: case 34: case 40: return true;
    default: return false;
    }
}

void unpackBlockCodes(const BlockMatrix& weight, int64_t row, int64_t column, int64_t columns, uint8_t* codes,
                      float* scales, float* offsets)
{
    const BlockFormat& format = *weight.format;
    const auto* stored = reinterpret_cast<const uint8_t*>(weight.blocks.bytes().data()) + row * weight.rowBytes();
    HWY_DYNAMIC_DISPATCH(unpackRun)
    (format, stored + column / format.elements * format.bytes, columns / format.elements, codes, scales, offsets);
}

void sumCodeBlocks(const float* x, int64_t columns, int64_t block, float* sums)
{
    HWY_DYNAMIC_DISPATCH(sumBlocks)(x, columns, block, sums);
}

void dotBlockCodes(const BlockMatrix& weight, int64_t row, int64_t rows, const float* x, const float* sums, float* y)
{
    constexpr int64_t most = 1024; // columns at a time, a multiple of every block
    uint8_t codes[most];
    float scales[most / 16], offsets[most / 16];
    const int64_t block = codeBlock(*weight.format);
    for (int64_t r = 0; r < rows; ++r) {
        y[r] = 0;
        for (int64_t k = 0; k < weight.columns; k += most) {
            const int64_t columns = std::min(most, weight.columns - k);
            unpackBlockCodes(weight, row + r, k, columns, codes, scales, offsets);
            y[r] += HWY_DYNAMIC_DISPATCH(dotCodes)
            (codes, scales, offsets, columns / block, block, x + k, sums + k / block);
        }
    }
}

} // namespace paretoscope::cpu
#endif
