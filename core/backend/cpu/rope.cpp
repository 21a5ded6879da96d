// Rotary position embedding.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"
#include "core/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/rope.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

HWY_INLINE void rotatePair(float& a, float& b, float c, float s)
{
    const float rotated = a * c - b * s;
    b = a * s + b * c;
    a = rotated;
}

HWY_INLINE void rotate(FloatVector& a, FloatVector& b, FloatVector c, FloatVector s)
{
    const FloatVector rotated = hn::NegMulAdd(b, s, hn::Mul(a, c));
    b = hn::MulAdd(a, s, hn::Mul(b, c));
    a = rotated;
}

void rotateHalves(float* head, int64_t pairs, const float* cosines, const float* sines)
{
    const FloatTag d;
    int64_t i = 0;
    for (; i + floatLanes <= pairs; i += floatLanes) {
        FloatVector a = hn::LoadU(d, head + i);
        FloatVector b = hn::LoadU(d, head + pairs + i);
        rotate(a, b, hn::LoadU(d, cosines + i), hn::LoadU(d, sines + i));
        hn::StoreU(a, d, head + i);
        hn::StoreU(b, d, head + pairs + i);
    }
    for (; i < pairs; ++i) rotatePair(head[i], head[pairs + i], cosines[i], sines[i]);
}

void rotateNeighbours(float* head, int64_t pairs, const float* cosines, const float* sines)
{
    const FloatTag d;
    int64_t i = 0;
    for (; i + floatLanes <= pairs; i += floatLanes) {
        FloatVector a;
        FloatVector b;
        hn::LoadInterleaved2(d, head + 2 * i, a, b);
        rotate(a, b, hn::LoadU(d, cosines + i), hn::LoadU(d, sines + i));
        hn::StoreInterleaved2(a, b, d, head + 2 * i);
    }
    for (; i < pairs; ++i) rotatePair(head[2 * i], head[2 * i + 1], cosines[i], sines[i]);
}

void rotateRow(float* row, int64_t heads, int64_t headDim, int64_t pairs, const float* cosines,
               const float* sines, bool interleaved)
{
    for (int64_t h = 0; h < heads; ++h) {
        if (interleaved) rotateNeighbours(row + h * headDim, pairs, cosines, sines);
        else rotateHalves(row + h * headDim, pairs, cosines, sines);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(rotateRow);

} // namespace

void rope(MatrixView x, int64_t heads, int64_t headDim, ConstMatrixView cosines, ConstMatrixView sines,
          bool interleaved)
{
    const int64_t pairs = cosines.columns;
    parallelFor(x.rows, 1 + (1 << 14) / std::max<int64_t>(1, heads * headDim), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            HWY_DYNAMIC_DISPATCH(rotateRow)
            (x.row(r), heads, headDim, pairs, cosines.row(r), sines.row(r), interleaved);
    });
}

} // namespace paretoscope::cpu
#endif
