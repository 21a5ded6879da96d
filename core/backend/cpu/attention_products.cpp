#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/attention_products.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/attention_products.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

constexpr int64_t panelWidth = 2 * floatLanes;
// Sums of a tile stay in registers: 24 of 32 vectors with AVX-512, 8 of 16 without.
constexpr int tileRows = floatLanes == 16 ? 12 : 4;

int64_t widthOfPanels()
{
    return panelWidth;
}

void packPanel(const float* keys, int64_t stride, int64_t count, int64_t dim, float* panel)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const auto rows = hn::Mul(hn::Iota(di, 0), hn::Set(di, int32_t(stride)));
    for (int64_t half = 0; half < 2; ++half) {
        const int64_t first = half * floatLanes;
        const float* from = keys + first * stride;
        for (int64_t c = 0; c < dim; ++c) {
            float* to = panel + c * panelWidth + first;
            if (first + floatLanes <= count) {
                hn::StoreU(hn::GatherIndex(d, from + c, rows), d, to);
                continue;
            }
            for (int64_t j = 0; j < floatLanes; ++j) to[j] = first + j < count ? from[j * stride + c] : 0.0f;
        }
    }
}

void packPanels(const float* keys, int64_t stride, int64_t count, int64_t dim, int64_t begin, int64_t end,
                float* panels)
{
    for (int64_t p = begin; p < end; ++p) {
        const int64_t first = p * panelWidth;
        packPanel(keys + first * stride, stride, count - first, dim, panels + p * dim * panelWidth);
    }
}

template <int Rows>
void multiplyTile(const float* a, int64_t aStride, int64_t depth, const float* b, int64_t bStride, bool accumulate,
                  float* c, int64_t cStride)
{
    const FloatTag d;
    FloatVector left[Rows], right[Rows];
    for (int m = 0; m < Rows; ++m) {
        left[m] = accumulate ? hn::LoadU(d, c + m * cStride) : hn::Zero(d);
        right[m] = accumulate ? hn::LoadU(d, c + m * cStride + floatLanes) : hn::Zero(d);
    }
    for (int64_t k = 0; k < depth; ++k) {
        const FloatVector b0 = hn::LoadU(d, b + k * bStride);
        const FloatVector b1 = hn::LoadU(d, b + k * bStride + floatLanes);
        for (int m = 0; m < Rows; ++m) {
            const FloatVector x = hn::Set(d, a[m * aStride + k]);
            left[m] = hn::MulAdd(x, b0, left[m]);
            right[m] = hn::MulAdd(x, b1, right[m]);
        }
    }
    for (int m = 0; m < Rows; ++m) {
        hn::StoreU(left[m], d, c + m * cStride);
        hn::StoreU(right[m], d, c + m * cStride + floatLanes);
    }
}

void multiplyRows(ConstMatrixView a, const float* b, int64_t bStride, bool accumulate, MatrixView c)
{
    int64_t m = 0;
    const auto tile = [&]<int Rows>() {
        for (; m + Rows <= a.rows; m += Rows)
            multiplyTile<Rows>(a.row(m), a.stride, a.columns, b, bStride, accumulate, c.row(m), c.stride);
    };
    tile.template operator()<tileRows>();
    tile.template operator()<std::min(tileRows, 4)>();
    tile.template operator()<1>();
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(widthOfPanels);
HWY_EXPORT(packPanels);
HWY_EXPORT(multiplyRows);

} // namespace

int64_t attentionPanel()
{
    return HWY_DYNAMIC_DISPATCH(widthOfPanels)();
}

void packKeyPanels(const float* keys, int64_t stride, int64_t count, int64_t dim, int64_t begin, int64_t end,
                   float* panels)
{
    HWY_DYNAMIC_DISPATCH(packPanels)(keys, stride, count, dim, begin, end, panels);
}

void multiplyPanel(ConstMatrixView a, const float* b, int64_t bStride, bool accumulate, MatrixView c)
{
    HWY_DYNAMIC_DISPATCH(multiplyRows)(a, b, bStride, accumulate, c);
}

} // namespace paretoscope::cpu
#endif
