// One activation row times rows of GGML blocks, unpacked in registers.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/block_kernels.h"
#include "core/tensor/block_decoders.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/block_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// At most 16 lanes, which divide the shortest run that shares a scale.
using PartTag = hn::CappedTag<float, 16>;
using PartVector = hn::Vec<PartTag>;
using ByteTag = hn::Rebind<uint8_t, PartTag>;
using ByteVector = hn::Vec<ByteTag>;
constexpr int64_t partLanes = int64_t(hn::MaxLanes(PartTag()));

HWY_INLINE float halfAt(const uint8_t* bytes)
{
    const hn::CappedTag<float, 1> one;
    return hn::GetLane(StoredFloat16::load(one, bytes));
}

HWY_INLINE PartVector bytesAsFloats(ByteVector bytes)
{
    const hn::Rebind<int32_t, PartTag> di;
    return hn::ConvertTo(PartTag(), hn::PromoteTo(di, bytes));
}

// Signed: two's complement bytes.
HWY_INLINE PartVector signedAsFloats(ByteVector bytes)
{
    const hn::Rebind<int32_t, PartTag> di;
    const hn::Rebind<int8_t, PartTag> d8;
    return hn::ConvertTo(PartTag(), hn::PromoteTo(di, hn::BitCast(d8, bytes)));
}

// Sum of code · x over 32 values whose codes are the low, or the high, nibbles of 32 bytes.
template <bool High> HWY_INLINE PartVector dotNibbles32(const uint8_t* bytes, const float* x)
{
    const PartTag d;
    const ByteTag db;
    auto sum = hn::Zero(d);
    for (int64_t l = 0; l < 32; l += partLanes) {
        const auto stored = hn::LoadU(db, bytes + l);
        const auto codes = High ? hn::ShiftRight<4>(stored) : hn::And(stored, hn::Set(db, uint8_t{15}));
        sum = hn::MulAdd(bytesAsFloats(codes), hn::LoadU(d, x + l), sum);
    }
    return sum;
}

struct DotQ8_0 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 34;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        const PartTag d;
        const ByteTag db;
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < 32; l += partLanes)
            sum = hn::MulAdd(signedAsFloats(hn::LoadU(db, block + 2 + l)), hn::LoadU(d, x + l), sum);
        return hn::Mul(sum, hn::Set(d, halfAt(block)));
    }
};

struct DotQ4_0 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 18;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        const PartTag d;
        const ByteTag db;
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < 16; l += partLanes) {
            const auto stored = hn::LoadU(db, block + 2 + l);
            const auto low = hn::And(stored, hn::Set(db, uint8_t{15}));
            sum = hn::MulAdd(bytesAsFloats(low), hn::LoadU(d, x + l), sum);
            sum = hn::MulAdd(bytesAsFloats(hn::ShiftRight<4>(stored)), hn::LoadU(d, x + 16 + l), sum);
        }
        const float scale = halfAt(block);
        offset -= 8 * scale * sums[0];
        return hn::Mul(sum, hn::Set(d, scale));
    }
};

struct DotQ4K {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 144;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        const PartTag d;
        const float scale = halfAt(block);
        const float minimum = halfAt(block + 2);
        auto total = hn::Zero(d);
        float offsets = 0;
        for (int pair = 0; pair < 4; ++pair) {
            const blocks::ScaleAndMinimum low = blocks::scaleAndMinimum(block + 4, 2 * pair);
            const blocks::ScaleAndMinimum high = blocks::scaleAndMinimum(block + 4, 2 * pair + 1);
            const uint8_t* codes = block + 16 + 32 * pair;
            const float* at = x + 64 * pair;
            total = hn::MulAdd(dotNibbles32<false>(codes, at), hn::Set(d, float(low.scale)), total);
            total = hn::MulAdd(dotNibbles32<true>(codes, at + 32), hn::Set(d, float(high.scale)), total);
            offsets += float(low.minimum) * sums[2 * pair] + float(high.minimum) * sums[2 * pair + 1];
        }
        offset -= minimum * offsets;
        return hn::Mul(total, hn::Set(d, scale));
    }
};

struct DotQ6K {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 210;

    template <int Quarter>
    static HWY_INLINE PartVector dotQuarter(const uint8_t* low, const uint8_t* high, const int8_t* scales,
                                            const float* x, PartVector total)
    {
        const PartTag d;
        const ByteTag db;
        for (int64_t part = 0; part < 2; ++part) {
            auto sum = hn::Zero(d);
            for (int64_t l = 16 * part; l < 16 * part + 16; l += partLanes) {
                const auto nibbles = hn::LoadU(db, low + l);
                const auto four = Quarter < 2 ? hn::And(nibbles, hn::Set(db, uint8_t{15})) : hn::ShiftRight<4>(nibbles);
                const auto two = hn::And(hn::ShiftRight<2 * Quarter>(hn::LoadU(db, high + l)), hn::Set(db, uint8_t{3}));
                const auto code = hn::Sub(hn::Or(four, hn::ShiftLeft<4>(two)), hn::Set(db, uint8_t{32}));
                sum = hn::MulAdd(signedAsFloats(code), hn::LoadU(d, x + l), sum);
            }
            total = hn::MulAdd(sum, hn::Set(d, float(scales[part])), total);
        }
        return total;
    }

    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        const PartTag d;
        auto total = hn::Zero(d);
        for (int half = 0; half < 2; ++half) {
            const uint8_t* low = block + 64 * half;
            const uint8_t* high = block + 128 + 32 * half;
            const auto* scales = reinterpret_cast<const int8_t*>(block + 192 + 8 * half);
            const float* at = x + 128 * half;
            total = dotQuarter<0>(low, high, scales, at, total);
            total = dotQuarter<1>(low + 32, high, scales + 2, at + 32, total);
            total = dotQuarter<2>(low, high, scales + 4, at + 64, total);
            total = dotQuarter<3>(low + 32, high, scales + 6, at + 96, total);
        }
        return hn::Mul(total, hn::Set(d, halfAt(block + 208)));
    }
};

struct DotQ4_1 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 20;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        const PartTag d;
        const ByteTag db;
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < 16; l += partLanes) {
            const auto stored = hn::LoadU(db, block + 4 + l);
            const auto low = hn::And(stored, hn::Set(db, uint8_t{15}));
            sum = hn::MulAdd(bytesAsFloats(low), hn::LoadU(d, x + l), sum);
            sum = hn::MulAdd(bytesAsFloats(hn::ShiftRight<4>(stored)), hn::LoadU(d, x + 16 + l), sum);
        }
        offset += halfAt(block + 2) * sums[0];
        return hn::Mul(sum, hn::Set(d, halfAt(block)));
    }
};

// Sum of code · x over 32 values whose fifth bits are those of a word.
HWY_INLINE PartVector dotFiveBits32(const uint8_t* high, const uint8_t* nibbles, const float* x)
{
    const PartTag d;
    const ByteTag db;
    const hn::Rebind<int32_t, PartTag> di;
    int32_t word = 0;
    std::memcpy(&word, high, 4);
    const auto bits = hn::Set(di, word);
    const auto one = hn::Set(di, 1);
    auto sum = hn::Zero(d);
    for (int32_t l = 0; l < 16; l += int32_t(partLanes)) {
        const auto stored = hn::LoadU(db, nibbles + l);
        const auto low = hn::PromoteTo(di, hn::And(stored, hn::Set(db, uint8_t{15})));
        const auto upper = hn::PromoteTo(di, hn::ShiftRight<4>(stored));
        const auto fifthOfLow = hn::ShiftLeft<4>(hn::And(hn::Shr(bits, hn::Iota(di, l)), one));
        const auto fifthOfUpper = hn::ShiftLeft<4>(hn::And(hn::Shr(bits, hn::Iota(di, l + 16)), one));
        sum = hn::MulAdd(hn::ConvertTo(d, hn::Or(low, fifthOfLow)), hn::LoadU(d, x + l), sum);
        sum = hn::MulAdd(hn::ConvertTo(d, hn::Or(upper, fifthOfUpper)), hn::LoadU(d, x + 16 + l), sum);
    }
    return sum;
}

struct DotQ5_0 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 22;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        const float scale = halfAt(block);
        offset -= 16 * scale * sums[0];
        return hn::Mul(dotFiveBits32(block + 2, block + 6, x), hn::Set(PartTag(), scale));
    }
};

struct DotQ5_1 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 24;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        offset += halfAt(block + 2) * sums[0];
        return hn::Mul(dotFiveBits32(block + 4, block + 8, x), hn::Set(PartTag(), halfAt(block)));
    }
};

// Trits of two bits, stored one larger than they are.
struct DotTq2_0 {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 66;

    template <int Quarter> static HWY_INLINE PartVector dotQuarter(const uint8_t* codes, const float* x, PartVector sum)
    {
        const PartTag d;
        const ByteTag db;
        for (int64_t l = 0; l < 32; l += partLanes) {
            const auto two = hn::And(hn::ShiftRight<2 * Quarter>(hn::LoadU(db, codes + l)), hn::Set(db, uint8_t{3}));
            sum = hn::MulAdd(bytesAsFloats(two), hn::LoadU(d, x + l), sum);
        }
        return sum;
    }

    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        auto sum = hn::Zero(PartTag());
        for (int half = 0; half < 2; ++half) {
            const uint8_t* codes = block + 32 * half;
            const float* at = x + 128 * half;
            sum = dotQuarter<0>(codes, at, sum);
            sum = dotQuarter<1>(codes, at + 32, sum);
            sum = dotQuarter<2>(codes, at + 64, sum);
            sum = dotQuarter<3>(codes, at + 96, sum);
        }
        const float scale = halfAt(block + 64);
        float all = 0;
        for (int run = 0; run < 8; ++run) all += sums[run];
        offset -= scale * all;
        return hn::Mul(sum, hn::Set(PartTag(), scale));
    }
};

// Codes of two bits: sixteen at a time share scale and offset.
struct DotQ2K {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 84;

    template <int Pair>
    static HWY_INLINE PartVector dotPair(const uint8_t* codes, const uint8_t* scales, float scale, float minimum,
                                         const float* x, PartVector total)
    {
        const PartTag d;
        const ByteTag db;
        for (int part = 0; part < 2; ++part) {
            const auto factor = hn::Set(d, scale * float(scales[part] & 15));
            const auto shift = hn::Set(d, -minimum * float(scales[part] >> 4));
            for (int64_t l = 16 * part; l < 16 * part + 16; l += partLanes) {
                const auto two = hn::And(hn::ShiftRight<2 * Pair>(hn::LoadU(db, codes + l)), hn::Set(db, uint8_t{3}));
                const auto weights = hn::MulAdd(bytesAsFloats(two), factor, shift);
                total = hn::MulAdd(weights, hn::LoadU(d, x + l), total);
            }
        }
        return total;
    }

    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        const float scale = halfAt(block + 80);
        const float minimum = halfAt(block + 82);
        auto total = hn::Zero(PartTag());
        for (int half = 0; half < 2; ++half) {
            const uint8_t* codes = block + 16 + 32 * half;
            const uint8_t* scales = block + 8 * half;
            const float* at = x + 128 * half;
            total = dotPair<0>(codes, scales, scale, minimum, at, total);
            total = dotPair<1>(codes, scales + 2, scale, minimum, at + 32, total);
            total = dotPair<2>(codes, scales + 4, scale, minimum, at + 64, total);
            total = dotPair<3>(codes, scales + 6, scale, minimum, at + 96, total);
        }
        return total;
    }
};

// Two bits and, in a plane of their own, the third, without which 4 is subtracted.
struct DotQ3K {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 110;

    template <int Half, int Pair>
    static HWY_INLINE PartVector dotPair(const uint8_t* block, const float* x, PartVector total)
    {
        const PartTag d;
        const ByteTag db;
        const uint8_t* codes = block + 32 + 32 * Half;
        for (int part = 0; part < 2; ++part) {
            const int index = 8 * Half + 2 * Pair + part;
            const int low = index < 8 ? block[96 + index] & 15 : block[88 + index] >> 4;
            const int high = (block[104 + index % 4] >> (2 * (index / 4))) & 3;
            auto sum = hn::Zero(d);
            for (int64_t l = 16 * part; l < 16 * part + 16; l += partLanes) {
                const auto two = hn::And(hn::ShiftRight<2 * Pair>(hn::LoadU(db, codes + l)), hn::Set(db, uint8_t{3}));
                const auto third = hn::And(hn::ShiftRight<4 * Half + Pair>(hn::LoadU(db, block + l)), hn::Set(db, uint8_t{1}));
                const auto code = hn::Sub(hn::Or(two, hn::ShiftLeft<2>(third)), hn::Set(db, uint8_t{4}));
                sum = hn::MulAdd(signedAsFloats(code), hn::LoadU(d, x + l), sum);
            }
            total = hn::MulAdd(sum, hn::Set(d, float((low | (high << 4)) - 32)), total);
        }
        return total;
    }

    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        const PartTag d;
        auto total = hn::Zero(d);
        total = dotPair<0, 0>(block, x, total);
        total = dotPair<0, 1>(block, x + 32, total);
        total = dotPair<0, 2>(block, x + 64, total);
        total = dotPair<0, 3>(block, x + 96, total);
        total = dotPair<1, 0>(block, x + 128, total);
        total = dotPair<1, 1>(block, x + 160, total);
        total = dotPair<1, 2>(block, x + 192, total);
        total = dotPair<1, 3>(block, x + 224, total);
        return hn::Mul(total, hn::Set(d, halfAt(block + 108)));
    }
};

// As Q4_K, with the fifth bits of all parts in 32 bytes.
struct DotQ5K {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 176;

    template <int Part>
    static HWY_INLINE PartVector dotPart(const uint8_t* block, const float* x, const float* sums, PartVector total,
                                         float& offsets)
    {
        const PartTag d;
        const ByteTag db;
        const blocks::ScaleAndMinimum at = blocks::scaleAndMinimum(block + 4, Part);
        const uint8_t* codes = block + 48 + 32 * (Part / 2);
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < 32; l += partLanes) {
            const auto stored = hn::LoadU(db, codes + l);
            const auto four = Part % 2 == 0 ? hn::And(stored, hn::Set(db, uint8_t{15})) : hn::ShiftRight<4>(stored);
            const auto fifth = hn::And(hn::ShiftRight<Part>(hn::LoadU(db, block + 16 + l)), hn::Set(db, uint8_t{1}));
            sum = hn::MulAdd(bytesAsFloats(hn::Or(four, hn::ShiftLeft<4>(fifth))), hn::LoadU(d, x + 32 * Part + l), sum);
        }
        offsets += float(at.minimum) * sums[Part];
        return hn::MulAdd(sum, hn::Set(d, float(at.scale)), total);
    }

    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float* sums, float& offset)
    {
        const PartTag d;
        auto total = hn::Zero(d);
        float offsets = 0;
        total = dotPart<0>(block, x, sums, total, offsets);
        total = dotPart<1>(block, x, sums, total, offsets);
        total = dotPart<2>(block, x, sums, total, offsets);
        total = dotPart<3>(block, x, sums, total, offsets);
        total = dotPart<4>(block, x, sums, total, offsets);
        total = dotPart<5>(block, x, sums, total, offsets);
        total = dotPart<6>(block, x, sums, total, offsets);
        total = dotPart<7>(block, x, sums, total, offsets);
        offset -= halfAt(block + 2) * offsets;
        return hn::Mul(total, hn::Set(d, halfAt(block)));
    }
};

// Sixteen values that nibbles choose from.
alignas(16) constexpr int8_t nonLinearValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                                    1,    13,   25,  38,  53,  69,  89,  113};
// Twice those of E2M1.
alignas(16) constexpr int8_t fourBitFloats[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// Sum of value · x over 32 values, the first half in low nibbles.
HWY_INLINE PartVector dotChosen32(const uint8_t* nibbles, const int8_t* values, const float* x)
{
    const PartTag d;
    const ByteTag db;
    const hn::FixedTag<uint8_t, 16> whole;
    const auto table = hn::Load(whole, reinterpret_cast<const uint8_t*>(values));
    const auto stored = hn::LoadU(whole, nibbles);
    alignas(16) uint8_t chosen[32];
    hn::Store(hn::TableLookupBytes(table, hn::And(stored, hn::Set(whole, uint8_t{15}))), whole, chosen);
    hn::Store(hn::TableLookupBytes(table, hn::ShiftRight<4>(stored)), whole, chosen + 16);
    auto sum = hn::Zero(d);
    for (int64_t l = 0; l < 32; l += partLanes)
        sum = hn::MulAdd(signedAsFloats(hn::LoadU(db, chosen + l)), hn::LoadU(d, x + l), sum);
    return sum;
}

struct DotIq4Nl {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 18;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        return hn::Mul(dotChosen32(block + 2, nonLinearValues, x), hn::Set(PartTag(), halfAt(block)));
    }
};

struct DotIq4Xs {
    static constexpr int64_t elements = 256;
    static constexpr int64_t bytes = 136;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        const PartTag d;
        uint16_t high = 0;
        std::memcpy(&high, block + 2, 2);
        auto total = hn::Zero(d);
        for (int part = 0; part < 8; ++part) {
            const int low = (block[4 + part / 2] >> (4 * (part % 2))) & 15;
            const int scale = (low | (((high >> (2 * part)) & 3) << 4)) - 32;
            const auto sum = dotChosen32(block + 8 + 16 * part, nonLinearValues, x + 32 * part);
            total = hn::MulAdd(sum, hn::Set(d, float(scale)), total);
        }
        return hn::Mul(total, hn::Set(d, halfAt(block)));
    }
};

struct DotMxfp4 {
    static constexpr int64_t elements = 32;
    static constexpr int64_t bytes = 17;
    static HWY_INLINE PartVector dot(const uint8_t* block, const float* x, const float*, float&)
    {
        // Half of 2^(exponent - 127), as bits: the two smallest are subnormal.
        const uint32_t exponent = block[0];
        const uint32_t bits = exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23;
        float scale = 0;
        std::memcpy(&scale, &bits, sizeof scale);
        return hn::Mul(dotChosen32(block + 1, fourBitFloats, x), hn::Set(PartTag(), scale));
    }
};

template <class Format>
HWY_INLINE void dotRows(const uint8_t* first, int64_t rowBytes, int64_t rows, int64_t count,
                        const BlockActivations& x, float* y)
{
    const PartTag d;
    for (int64_t r = 0; r < rows; ++r) {
        const uint8_t* block = first + r * rowBytes;
        PartVector sum[2] = {hn::Zero(d), hn::Zero(d)}; // two, so that sums do not wait for each other
        float offset = 0;
        for (int64_t b = 0; b < count; ++b, block += Format::bytes) {
            const int64_t column = b * Format::elements;
            const auto part = Format::dot(block, x.values + column, x.sums + column / blockSumLength, offset);
            sum[b % 2] = hn::Add(sum[b % 2], part);
        }
        y[r] = sumLanes(d, hn::Add(sum[0], sum[1])) + offset;
    }
}

void dotBlockRows(const BlockFormat& format, const uint8_t* first, int64_t rowBytes, int64_t rows, int64_t count,
                  const BlockActivations& x, float* y)
{
    switch (format.ggmlType) {
    case 2: return dotRows<DotQ4_0>(first, rowBytes, rows, count, x, y);
    case 3: return dotRows<DotQ4_1>(first, rowBytes, rows, count, x, y);
    case 6: return dotRows<DotQ5_0>(first, rowBytes, rows, count, x, y);
    case 7: return dotRows<DotQ5_1>(first, rowBytes, rows, count, x, y);
    case 8: return dotRows<DotQ8_0>(first, rowBytes, rows, count, x, y);
    case 10: return dotRows<DotQ2K>(first, rowBytes, rows, count, x, y);
    case 11: return dotRows<DotQ3K>(first, rowBytes, rows, count, x, y);
    case 13: return dotRows<DotQ5K>(first, rowBytes, rows, count, x, y);
    case 20: return dotRows<DotIq4Nl>(first, rowBytes, rows, count, x, y);
    case 23: return dotRows<DotIq4Xs>(first, rowBytes, rows, count, x, y);
    case 35: return dotRows<DotTq2_0>(first, rowBytes, rows, count, x, y);
    case 39: return dotRows<DotMxfp4>(first, rowBytes, rows, count, x, y);
    case 12: return dotRows<DotQ4K>(first, rowBytes, rows, count, x, y);
    default: return dotRows<DotQ6K>(first, rowBytes, rows, count, x, y);
    }
}

void sumRunsOf(const float* x, int64_t columns, float* sums)
{
    const PartTag d;
    for (int64_t run = 0; run < columns / blockSumLength; ++run, x += blockSumLength) {
        auto sum = hn::Zero(d);
        for (int64_t l = 0; l < blockSumLength; l += partLanes) sum = hn::Add(sum, hn::LoadU(d, x + l));
        sums[run] = sumLanes(d, sum);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(dotBlockRows);
HWY_EXPORT(sumRunsOf);

} // namespace

void blockDots(const BlockMatrix& weight, int64_t row, int64_t rows, const BlockActivations& x, float* y)
{
    const auto* blocks = reinterpret_cast<const uint8_t*>(weight.blocks.bytes().data());
    const int64_t rowBytes = weight.rowBytes();
    HWY_DYNAMIC_DISPATCH(dotBlockRows)
    (*weight.format, blocks + row * rowBytes, rowBytes, rows, weight.columns / weight.format->elements, x, y);
}

void sumRuns(const float* x, int64_t columns, float* sums)
{
    HWY_DYNAMIC_DISPATCH(sumRunsOf)(x, columns, sums);
}

} // namespace paretoscope::cpu
#endif
