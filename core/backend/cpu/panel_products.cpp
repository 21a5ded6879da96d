#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/panel_products.h"

#include "core/backend/cpu/blas.h"
#include "core/backend/cpu/work_buffer.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/panel_products.cpp"
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

// Four by four of the rows at `from`, transposed to `to`.
HWY_INLINE void transposeFour(const float* from, int64_t stride, float* to)
{
    const hn::FixedTag<float, 4> d;
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + stride);
    const auto c = hn::LoadU(d, from + 2 * stride), e = hn::LoadU(d, from + 3 * stride);
    const auto lowAb = hn::InterleaveLower(d, a, b), lowCe = hn::InterleaveLower(d, c, e);
    const auto highAb = hn::InterleaveUpper(d, a, b), highCe = hn::InterleaveUpper(d, c, e);
    hn::StoreU(hn::ConcatLowerLower(d, lowCe, lowAb), d, to);
    hn::StoreU(hn::ConcatUpperUpper(d, lowCe, lowAb), d, to + panelWidth);
    hn::StoreU(hn::ConcatLowerLower(d, highCe, highAb), d, to + 2 * panelWidth);
    hn::StoreU(hn::ConcatUpperUpper(d, highCe, highAb), d, to + 3 * panelWidth);
}

void transposeRows(const float* rows, int64_t stride, int64_t count, int64_t dim, float* panel)
{
    int64_t j = 0;
    for (; j + 4 <= std::min(count, panelWidth); j += 4) {
        const float* from = rows + j * stride;
        int64_t c = 0;
        for (; c + 4 <= dim; c += 4) transposeFour(from + c, stride, panel + c * panelWidth + j);
        for (; c < dim; ++c)
            for (int64_t i = 0; i < 4; ++i) panel[c * panelWidth + j + i] = from[i * stride + c];
    }
    for (; j < panelWidth; ++j)
        for (int64_t c = 0; c < dim; ++c) panel[c * panelWidth + j] = j < count ? rows[j * stride + c] : 0.0f;
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
HWY_EXPORT(transposeRows);
HWY_EXPORT(multiplyRows);

constexpr int64_t widePanel = 32;   // floats: with narrower vectors OpenBLAS is at least as good
constexpr int64_t panelDepth = 256; // a panel that stays in the first cache beside a tile's rows
constexpr int64_t strideRows = 512; // rows that stay in the second cache while panels pass

// A last panel has columns that the result lacks.
void addProduct(ConstMatrixView a, const float* panel, bool accumulate, MatrixView c)
{
    const int64_t width = panelColumns();
    if (c.columns == width) return multiplyByPanel(a, panel, width, accumulate, c);
    const MatrixView wide{workFloats(WorkSlot::LastPanel, size_t(c.rows * width)), c.rows, width};
    multiplyByPanel(a, panel, width, false, wide);
    for (int64_t r = 0; r < c.rows; ++r)
        for (int64_t j = 0; j < c.columns; ++j) c.row(r)[j] = wide.row(r)[j] + (accumulate ? c.row(r)[j] : 0.0f);
}

} // namespace

int64_t panelColumns()
{
    return HWY_DYNAMIC_DISPATCH(widthOfPanels)();
}

void packPanel(const float* rows, int64_t stride, int64_t count, int64_t dim, float* panel)
{
    HWY_DYNAMIC_DISPATCH(transposeRows)(rows, stride, count, dim, panel);
}

void multiplyByPanel(ConstMatrixView a, const float* b, int64_t bStride, bool accumulate, MatrixView c)
{
    HWY_DYNAMIC_DISPATCH(multiplyRows)(a, b, bStride, accumulate, c);
}

void multiplyByRows(ConstMatrixView a, ConstMatrixView b, bool accumulate, MatrixView c)
{
    const int64_t width = panelColumns();
    if (width < widePanel || a.columns == 0) return multiply(false, true, 1, a, b, accumulate, c);
    float* panel = workFloats(WorkSlot::Transposed, size_t(panelDepth * width));
    for (int64_t m = 0; m < c.rows; m += strideRows) {
        const int64_t rows = std::min(strideRows, c.rows - m);
        for (int64_t k = 0; k < a.columns; k += panelDepth) {
            const int64_t depth = std::min(panelDepth, a.columns - k);
            const ConstMatrixView left{a.row(m) + k, rows, depth, a.stride};
            for (int64_t n = 0; n < c.columns; n += width) {
                const int64_t columns = std::min(width, c.columns - n);
                packPanel(b.row(n) + k, b.stride, columns, depth, panel);
                addProduct(left, panel, accumulate || k > 0, {c.row(m) + n, rows, columns, c.stride});
            }
        }
    }
}

} // namespace paretoscope::cpu
#endif
