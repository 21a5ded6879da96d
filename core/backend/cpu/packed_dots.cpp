// One activation row times packed rows, on the codes as they are.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/packed_view.h"
#include "core/backend/cpu/packed_vnni.h"
#include "core/backend/cpu/work_buffer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/packed_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/packed_unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

using WideTag = hn::Repartition<int32_t, ShortTag>;
using WideVector = hn::Vec<WideTag>;
using WideFloatTag = hn::Repartition<float, ShortTag>;
using WideFloatVector = hn::Vec<WideFloatTag>;

constexpr float largestActivation = 32512;
constexpr int64_t blocksAtOnce = 64; // a multiple of 8, so that zero points start on bytes

// Scales and zero points of one row and a run of blocks.
struct BlockTerms {
    float scales[blocksAtOnce]; // weight scale times activation scale
    float zeroSum = 0;          // sum of scale · zero · sum of the block's integers
};

void roundBlock(const float* x, int64_t block, int16_t* values, float* scale, float* sum)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const hn::Rebind<int16_t, FloatTag> ds;
    // Compared as integers, so that a NaN counts as the largest value.
    auto largest = hn::Zero(di);
    for (int64_t k = 0; k < block; k += floatLanes)
        largest = hn::Max(largest, hn::BitCast(di, hn::Abs(hn::LoadU(d, x + k))));
    const float peak = hn::GetLane(hn::MaxOfLanes(d, hn::BitCast(d, largest)));
    if (hn::GetLane(hn::MaxOfLanes(di, largest)) >= 0x7f800000) {
        std::fill(values, values + block, int16_t{0});
        *scale = std::numeric_limits<float>::quiet_NaN();
        *sum = 0;
        return;
    }
    const float factor = peak > 1e-30f ? largestActivation / peak : 0.0f;
    const auto factors = hn::Set(d, factor);
    auto total = hn::Zero(di);
    for (int64_t k = 0; k < block; k += floatLanes) {
        const auto rounded = hn::NearestInt(hn::Mul(hn::LoadU(d, x + k), factors));
        total = hn::Add(total, rounded);
        hn::StoreU(hn::DemoteTo(ds, rounded), ds, values + k);
    }
    *scale = peak / largestActivation;
    *sum = float(hn::GetLane(hn::SumOfLanes(di, total)));
}

void roundBlocks(const float* x, const RoundedActivations& rounded)
{
    for (int64_t b = 0; b < rounded.blocks; ++b)
        roundBlock(x + b * rounded.block, rounded.block, rounded.values + b * rounded.block, rounded.scales + b,
                   rounded.sums + b);
}

void loadHalves(const uint8_t* source, int64_t count, float* values)
{
    const FloatTag d;
    forVectors(
        count, [&](int64_t i) { hn::StoreU(StoredFloat16::load(d, source + i * 2), d, values + i); },
        [&](int64_t i, int64_t rest) { storeTail(d, loadTail<StoredFloat16>(d, source + i * 2, rest), values + i, rest); });
}

// Scales and zero points of groups [first, first + count) of a row.
void loadGroups(const PackedView& view, int64_t row, int64_t first, int64_t count, float* scales, float* zeros)
{
    loadHalves(view.scales + (row * view.groups + first) * 2, count, scales);
    if (view.realZeros) return loadHalves(view.zeros + (row * view.groups + first) * 2, count, zeros);
    if (!view.zeros) {
        std::fill(zeros, zeros + count, view.symmetricZero());
        return;
    }
    uint8_t codes[blocksAtOnce];
    unpackCodes({view.zeros + row * view.zeroBytes, size_t(view.zeroBytes)}, view.bits, first,
                {codes, size_t(count)});
    for (int64_t i = 0; i < count; ++i) zeros[i] = float(codes[i]);
}

void prepareTerms(const PackedView& view, const RoundedActivations& x, int64_t row, int64_t first, int64_t count,
                  BlockTerms& terms)
{
    const int64_t perGroup = view.groupSize / x.block;
    const int64_t firstGroup = first / perGroup;
    const int64_t groups = (first + count - 1) / perGroup - firstGroup + 1;
    float scales[blocksAtOnce];
    float zeros[blocksAtOnce];
    loadGroups(view, row, firstGroup, groups, scales, zeros);
    for (int64_t b = 0; b < count; ++b) {
        const int64_t group = perGroup == 1 ? b : (first + b) / perGroup - firstGroup;
        terms.scales[b] = scales[group] * x.scales[first + b];
        terms.zeroSum += terms.scales[b] * (zeros[group] * x.sums[first + b]);
    }
}

template <int Bits, int Block, int Rows>
void dotBlocks(const uint8_t* const* packed, const int16_t* x, int64_t blocks, const BlockTerms* terms,
               WideFloatVector* sums)
{
    const Unpacker<Bits> unpack;
    const ShortTag ds;
    const WideTag di;
    const WideFloatTag df;
    for (int64_t b = 0; b < blocks; ++b) {
        WideVector exact[Rows];
        for (int r = 0; r < Rows; ++r) exact[r] = hn::Zero(di);
        for (int64_t k = b * Block; k < (b + 1) * Block; k += shortLanes) {
            const ShortVector activations = hn::LoadU(ds, x + k);
            for (int r = 0; r < Rows; ++r) {
                WideVector unused = hn::Zero(di);
                exact[r] = hn::ReorderWidenMulAccumulate(di, unpack(packed[r] + k / 8 * Bits), activations,
                                                         exact[r], unused);
            }
        }
        for (int r = 0; r < Rows; ++r)
            sums[r] = hn::MulAdd(hn::ConvertTo(df, exact[r]), hn::Set(df, terms[r].scales[b]), sums[r]);
    }
}

template <int Bits, int Block, int Rows>
void dotRows(const PackedView& view, const RoundedActivations& x, int64_t row, float* y)
{
    const WideFloatTag df;
    WideFloatVector sums[Rows];
    BlockTerms terms[Rows];
    for (int r = 0; r < Rows; ++r) sums[r] = hn::Zero(df);
    for (int64_t first = 0; first < x.blocks; first += blocksAtOnce) {
        const int64_t count = std::min(blocksAtOnce, x.blocks - first);
        const uint8_t* packed[Rows];
        for (int r = 0; r < Rows; ++r) {
            packed[r] = (Rows == 1 ? readableCodes(view, row, 0) : view.codeRow(row + r)) + first * Block / 8 * Bits;
            prepareTerms(view, x, row + r, first, count, terms[r]);
        }
        dotBlocks<Bits, Block, Rows>(packed, x.values + first * Block, count, terms, sums);
    }
    for (int r = 0; r < Rows; ++r) y[r] = sumLanes(df, sums[r]) - terms[r].zeroSum;
}

template <int Bits, int Block>
void dotRange(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    // Rows near the end of the tensor go one by one through a padded copy.
    const int64_t behind = (packedOverread + view.codeBytes - 1) / view.codeBytes;
    const int64_t safe = std::min(end, view.rows - behind);
    int64_t n = begin;
    for (; n + 4 <= safe; n += 4) dotRows<Bits, Block, 4>(view, x, n, y + (n - begin));
    for (; n < end; ++n) dotRows<Bits, Block, 1>(view, x, n, y + (n - begin));
}

template <int Bits>
void dotWidth(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    if (x.block == 128) dotRange<Bits, 128>(view, x, begin, end, y);
    else if (x.block == 64) dotRange<Bits, 64>(view, x, begin, end, y);
    else dotRange<Bits, 32>(view, x, begin, end, y);
}

void dotPacked(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end, float* y)
{
    switch (view.bits) {
    case 2: return dotWidth<2>(view, x, begin, end, y);
    case 3: return dotWidth<3>(view, x, begin, end, y);
    case 4: return dotWidth<4>(view, x, begin, end, y);
    case 5: return dotWidth<5>(view, x, begin, end, y);
    case 6: return dotWidth<6>(view, x, begin, end, y);
    case 7: return dotWidth<7>(view, x, begin, end, y);
    default: return dotWidth<8>(view, x, begin, end, y);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(roundBlocks);
HWY_EXPORT(dotPacked);

} // namespace

int64_t activationBlock(int64_t groupSize)
{
    for (const int64_t block : {128, 64, 32})
        if (groupSize % block == 0) return block;
    return 0;
}

RoundedActivations roundActivations(const PackedView& view, const float* x, int64_t block)
{
    const int64_t columns = view.columns;
    RoundedActivations rounded;
    rounded.block = block;
    rounded.blocks = columns / block;
    const int64_t floats = columns / 2 + 2 * rounded.blocks;
    const bool bytes = hasPackedVnni();
    float* memory = workFloats(WorkSlot::Activations, size_t(floats + (bytes ? splitBytes(columns) / 4 : 0)));
    rounded.values = reinterpret_cast<int16_t*>(memory);
    rounded.scales = memory + columns / 2;
    rounded.sums = rounded.scales + rounded.blocks;
    HWY_DYNAMIC_DISPATCH(roundBlocks)(x, rounded);
    if (bytes) {
        rounded.high = reinterpret_cast<int8_t*>(memory + floats);
        splitActivations(columns, view.bits, rounded);
    }
    return rounded;
}

void packedDots(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end,
                const float* bias, float* y)
{
    if (x.high) packedDotsVnni(view, x, begin, end, y);
    else HWY_DYNAMIC_DISPATCH(dotPacked)(view, x, begin, end, y);
    if (bias)
        for (int64_t n = begin; n < end; ++n) y[n - begin] += bias[n];
}

} // namespace paretoscope::cpu
#endif
