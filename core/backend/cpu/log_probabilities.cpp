// Log-probabilities under a softmax.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/log_probabilities.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

float largestOf(const float* x, int64_t count)
{
    const FloatTag d;
    FloatVector top = hn::Set(d, -std::numeric_limits<float>::infinity());
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) top = hn::Max(top, hn::LoadU(d, x + i));
    float largest = hn::GetLane(hn::MaxOfLanes(d, top));
    for (; i < count; ++i) largest = std::max(largest, x[i]);
    return largest;
}

// Sum of exp(x - top), each in f32, added up in f64; a NaN stays.
double sumOfExponentials(const float* x, int64_t count, float top)
{
    const FloatTag d;
    const hn::Repartition<double, FloatTag> dd;
    const hn::Half<FloatTag> half;
    const FloatVector origin = hn::Set(d, top);
    auto low = hn::Zero(dd);
    auto high = hn::Zero(dd);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) {
        const FloatVector power = simdExp(d, hn::Sub(hn::LoadU(d, x + i), origin));
        low = hn::Add(low, hn::PromoteTo(dd, hn::LowerHalf(half, power)));
        high = hn::Add(high, hn::PromoteTo(dd, hn::UpperHalf(half, power)));
    }
    double sum = hn::GetLane(hn::SumOfLanes(dd, hn::Add(low, high)));
    for (; i < count; ++i) sum += std::exp(double(x[i]) - double(top));
    return sum;
}

double logSumOfExponentials(const float* x, int64_t count)
{
    const float top = largestOf(x, count);
    return double(top) + std::log(sumOfExponentials(x, count, top));
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(logSumOfExponentials);

} // namespace

void logProbabilities(ConstMatrixView logits, std::span<const int32_t> targets, std::span<float> result,
                      float* logSumExp)
{
    for (const int32_t target : targets)
        if (target >= logits.columns) fail(ErrorCode::Internal, "target {} is not a column", target);
    parallelFor(logits.rows, 1 + (1 << 13) / std::max<int64_t>(1, logits.columns), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const double total = HWY_DYNAMIC_DISPATCH(logSumOfExponentials)(logits.row(r), logits.columns);
            if (logSumExp) logSumExp[r] = float(total);
            const int32_t target = targets[size_t(r)];
            if (target >= 0) result[size_t(r)] = float(double(logits.row(r)[target]) - total);
        }
    });
}

} // namespace paretoscope::cpu
#endif
