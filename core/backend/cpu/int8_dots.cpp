// Byte products by way of 16-bit integers on any processor.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/int8_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/int8_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

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

HWY_EXPORT(dotTile);

} // namespace

void int8Dots(const Int8Tile& tile, int32_t* sums)
{
    HWY_DYNAMIC_DISPATCH(dotTile)(tile, sums);
}

} // namespace paretoscope::cpu
#endif
