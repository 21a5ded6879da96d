// One activation row times rows of GGML blocks, unpacked in registers.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/block_kernels.h"
#include "core/tensor/block_decoders.h"

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
    case 8: return dotRows<DotQ8_0>(first, rowBytes, rows, count, x, y);
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

bool hasBlockDots(const BlockFormat& format)
{
    const uint32_t type = format.ggmlType;
    return type == 2 || type == 8 || type == 12 || type == 14;
}

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
