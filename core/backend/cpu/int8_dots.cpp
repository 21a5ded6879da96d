// Rounding to eight bits, and byte products by way of 16-bit integers on any processor.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/int8_kernels.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/int8_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Compared as integers, so that a NaN counts as the largest value.
uint32_t peakBits(const float* x, int64_t columns)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    auto largest = hn::Zero(di);
    int64_t k = 0;
    for (; k + floatLanes <= columns; k += floatLanes)
        largest = hn::Max(largest, hn::BitCast(di, hn::Abs(hn::LoadU(d, x + k))));
    auto peak = uint32_t(hn::GetLane(hn::MaxOfLanes(di, largest)));
    for (; k < columns; ++k) {
        uint32_t bits = 0;
        std::memcpy(&bits, x + k, sizeof(bits));
        peak = std::max(peak, bits & 0x7fffffffu);
    }
    return peak;
}

int32_t roundRow(const float* x, int64_t columns, float factor, int8_t* values)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const hn::Rebind<int8_t, FloatTag> db;
    const auto factors = hn::Set(d, factor);
    auto total = hn::Zero(di);
    int64_t k = 0;
    const auto round = [&](const float* from, int8_t* to) {
        const auto rounded = hn::NearestInt(hn::Mul(hn::LoadU(d, from), factors));
        total = hn::Add(total, rounded);
        hn::StoreU(hn::DemoteTo(db, rounded), db, to);
    };
    for (; k + floatLanes <= columns; k += floatLanes) round(x + k, values + k);
    if (k < columns) {
        float rest[floatLanes] = {};
        int8_t stored[floatLanes];
        std::copy(x + k, x + columns, rest);
        round(rest, stored);
        std::copy(stored, stored + (columns - k), values + k);
    }
    return hn::GetLane(hn::SumOfLanes(di, total));
}

using ShortTag = hn::CappedTag<int16_t, 16>;
using WideTag = hn::Repartition<int32_t, ShortTag>;
constexpr int64_t shortLanes = int64_t(hn::MaxLanes(ShortTag()));

template <int Rows> void dotRows(const Int8Tile& tile, int token, int32_t* sums)
{
    const ShortTag ds;
    const WideTag di;
    const hn::Rebind<uint8_t, ShortTag> du8;
    const hn::Rebind<int8_t, ShortTag> di8;
    const int8_t* values = tile.values + token * tile.valueStride;
    hn::Vec<WideTag> exact[Rows], other[Rows];
    for (int r = 0; r < Rows; ++r) exact[r] = other[r] = hn::Zero(di);
    int64_t k = 0;
    for (; k + shortLanes <= tile.columns; k += shortLanes) {
        const auto x = hn::PromoteTo(ds, hn::LoadU(di8, values + k));
        for (int r = 0; r < Rows; ++r) {
            const auto w = hn::PromoteTo(ds, hn::LoadU(du8, tile.codes + r * tile.columns + k));
            exact[r] = hn::ReorderWidenMulAccumulate(di, w, x, exact[r], other[r]);
        }
    }
    for (int r = 0; r < Rows; ++r) {
        int32_t sum = hn::GetLane(hn::SumOfLanes(di, hn::Add(exact[r], other[r])));
        for (int64_t i = k; i < tile.columns; ++i) sum += int32_t(tile.codes[r * tile.columns + i]) * values[i];
        sums[token * Rows + r] = sum;
    }
}

void dotTile(const Int8Tile& tile, int32_t* sums)
{
    for (int t = 0; t < tile.tokens; ++t) {
        switch (tile.rows) {
        case 1: dotRows<1>(tile, t, sums); break;
        case 2: dotRows<2>(tile, t, sums); break;
        case 3: dotRows<3>(tile, t, sums); break;
        default: dotRows<4>(tile, t, sums); break;
        }
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(peakBits);
HWY_EXPORT(roundRow);
HWY_EXPORT(dotTile);

} // namespace

Int8Row roundToInt8(const float* x, int64_t columns, int8_t* values)
{
    std::fill(values, values + (columns + int8Step - 1) / int8Step * int8Step, int8_t{0});
    const uint32_t bits = HWY_DYNAMIC_DISPATCH(peakBits)(x, columns);
    if (bits >= 0x7f800000u) return {std::numeric_limits<float>::quiet_NaN(), 0};
    float peak = 0;
    std::memcpy(&peak, &bits, sizeof(peak));
    if (!(peak > 1e-30f)) return {0, 0};
    return {peak / 127, HWY_DYNAMIC_DISPATCH(roundRow)(x, columns, 127 / peak, values)};
}

void int8Dots(const Int8Tile& tile, int32_t* sums)
{
    HWY_DYNAMIC_DISPATCH(dotTile)(tile, sums);
}

} // namespace paretoscope::cpu
#endif
