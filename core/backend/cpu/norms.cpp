// RMS and layer normalization.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"
#include "core/base/parallel.h"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/norms.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Sum of x.
float sumOf(const float* x, int64_t count)
{
    const FloatTag d;
    FloatVector sum = hn::Zero(d);
    forVectors(
        count, [&](int64_t i) HWY_ATTR { sum = hn::Add(sum, hn::LoadU(d, x + i)); },
        [&](int64_t i, int64_t rest) HWY_ATTR { sum = hn::Add(sum, loadFloatTail(d, x + i, rest)); });
    return sumLanes(d, sum);
}

// Sum of (x - mean)².
float squaresAround(const float* x, int64_t count, float mean)
{
    const FloatTag d;
    const FloatVector center = hn::Set(d, mean);
    FloatVector even = hn::Zero(d);
    FloatVector odd = hn::Zero(d);
    int64_t i = 0;
    for (; i + 2 * floatLanes <= count; i += 2 * floatLanes) {
        const FloatVector a = hn::Sub(hn::LoadU(d, x + i), center);
        const FloatVector b = hn::Sub(hn::LoadU(d, x + i + floatLanes), center);
        even = hn::MulAdd(a, a, even);
        odd = hn::MulAdd(b, b, odd);
    }
    float rest = 0;
    for (; i < count; ++i) rest += (x[i] - mean) * (x[i] - mean);
    return sumLanes(d, hn::Add(even, odd)) + rest;
}

// y = (x - mean) · factor · weight + bias.
void scaleRow(const float* x, int64_t count, float mean, float factor, const float* weight, const float* bias,
              float* y)
{
    const FloatTag d;
    const FloatVector center = hn::Set(d, mean);
    const FloatVector scale = hn::Set(d, factor);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) {
        FloatVector v = hn::Mul(hn::Sub(hn::LoadU(d, x + i), center), scale);
        if (weight) v = hn::Mul(v, hn::LoadU(d, weight + i));
        if (bias) v = hn::Add(v, hn::LoadU(d, bias + i));
        hn::StoreU(v, d, y + i);
    }
    for (; i < count; ++i)
        y[i] = (x[i] - mean) * factor * (weight ? weight[i] : 1.0f) + (bias ? bias[i] : 0.0f);
}

void normalizeRow(bool centered, const float* x, int64_t count, const float* weight, const float* bias,
                  float epsilon, float* y)
{
    const float mean = centered ? sumOf(x, count) / float(count) : 0.0f;
    const double variance = double(squaresAround(x, count, mean)) / double(count);
    scaleRow(x, count, mean, float(1 / std::sqrt(variance + double(epsilon))), weight, bias, y);
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(normalizeRow);

void normalize(bool centered, ConstMatrixView x, const float* weight, const float* bias, float epsilon,
               MatrixView y)
{
    parallelFor(x.rows, 1 + (1 << 14) / std::max<int64_t>(1, x.columns), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            HWY_DYNAMIC_DISPATCH(normalizeRow)(centered, x.row(r), x.columns, weight, bias, epsilon, y.row(r));
    });
}

} // namespace

void rmsNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon, MatrixView y)
{
    normalize(false, x, weight, bias, epsilon, y);
}

void layerNorm(ConstMatrixView x, const float* weight, const float* bias, float epsilon, MatrixView y)
{
    normalize(true, x, weight, bias, epsilon, y);
}

} // namespace paretoscope::cpu
#endif
