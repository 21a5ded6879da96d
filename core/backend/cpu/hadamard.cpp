// Fast Hadamard transforms with a dense factor for orders that are no power of two.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/hadamard_kernels.h"

#include "core/backend/cpu/work_buffer.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/hadamard.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// (a, b) becomes (a + b, a - b), element by element.
template <class D> HWY_INLINE int64_t butterflyVectors(D d, float* a, float* b, int64_t begin, int64_t count)
{
    constexpr auto lanes = int64_t(hn::MaxLanes(D()));
    for (; begin + lanes <= count; begin += lanes) {
        const auto x = hn::LoadU(d, a + begin);
        const auto y = hn::LoadU(d, b + begin);
        hn::StoreU(hn::Add(x, y), d, a + begin);
        hn::StoreU(hn::Sub(x, y), d, b + begin);
    }
    return begin;
}

void butterfly(float* a, float* b, int64_t count)
{
    int64_t i = butterflyVectors(FloatTag(), a, b, 0, count);
    i = butterflyVectors(hn::CappedTag<float, 4>(), a, b, i, count);
    for (; i < count; ++i) {
        const float x = a[i], y = b[i];
        a[i] = x + y;
        b[i] = x - y;
    }
}

// The two shortest stages at once: fours of neighbours.
void shortStages(float* x, int64_t count)
{
    const FloatTag d;
    alignas(64) float first[floatLanes], second[floatLanes];
    for (int64_t i = 0; i < floatLanes; ++i) {
        first[i] = i % 2 ? -1.0f : 1.0f;
        second[i] = i % 4 < 2 ? 1.0f : -1.0f;
    }
    const auto neighbours = hn::Load(d, first);
    const auto pairs = hn::Load(d, second);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) {
        auto v = hn::LoadU(d, x + i);
        v = hn::MulAdd(v, neighbours, hn::Shuffle2301(v));
        v = hn::MulAdd(v, pairs, hn::Shuffle1032(v));
        hn::StoreU(v, d, x + i);
    }
    for (; i < count; i += 4) {
        const float a = x[i] + x[i + 1], b = x[i] - x[i + 1], c = x[i + 2] + x[i + 3], e = x[i + 2] - x[i + 3];
        x[i] = a + c;
        x[i + 1] = b + e;
        x[i + 2] = a - c;
        x[i + 3] = b - e;
    }
}

// x [blocks, power, inner] along the middle, not normalized.
void transformPowers(float* x, int64_t blocks, int64_t power, int64_t inner)
{
    int64_t half = 1;
    if (inner == 1 && power >= 4) {
        shortStages(x, blocks * power);
        half = 4;
    }
    for (; half < power; half *= 2) {
        const int64_t run = half * inner;
        for (int64_t at = 0; at < blocks * power * inner; at += 2 * run) butterfly(x + at, x + at + run, run);
    }
}

void addScaled(const float* x, float factor, float* y, int64_t count)
{
    const FloatTag d;
    const auto factors = hn::Set(d, factor);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes)
        hn::StoreU(hn::MulAdd(hn::LoadU(d, x + i), factors, hn::LoadU(d, y + i)), d, y + i);
    for (; i < count; ++i) y[i] += factor * x[i];
}

// y [m, run] += norm · F · x, F [m, m] or its transpose.
void multiplyFactor(const float* factor, int64_t m, bool transposed, float norm, const float* x, int64_t run, float* y)
{
    for (int64_t a = 0; a < m; ++a)
        for (int64_t b = 0; b < m; ++b)
            addScaled(x + b * run, norm * factor[transposed ? b * m + a : a * m + b], y + a * run, run);
}

void scaleAll(float* x, float factor, int64_t count)
{
    const FloatTag d;
    const auto factors = hn::Set(d, factor);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) hn::StoreU(hn::Mul(hn::LoadU(d, x + i), factors), d, x + i);
    for (; i < count; ++i) x[i] *= factor;
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(transformPowers);
HWY_EXPORT(multiplyFactor);
HWY_EXPORT(scaleAll);

// x [order, inner], in place.
void rotateOne(const HadamardMatrix& matrix, bool transposed, int64_t inner, float* x)
{
    const int64_t m = matrix.factorOrder(), run = matrix.power() * inner;
    HWY_DYNAMIC_DISPATCH(transformPowers)(x, m, matrix.power(), inner);
    const float norm = 1 / std::sqrt(float(matrix.power()));
    if (m == 1) {
        HWY_DYNAMIC_DISPATCH(scaleAll)(x, norm, run);
        return;
    }
    float* copy = workFloats(WorkSlot::Panel, size_t(m * run));
    std::copy_n(x, m * run, copy);
    std::fill_n(x, m * run, 0.0f);
    HWY_DYNAMIC_DISPATCH(multiplyFactor)(matrix.factor().data(), m, transposed, norm, copy, run, x);
}

} // namespace

void rotate(const HadamardMatrix& matrix, bool transposed, int64_t inner, MatrixView x)
{
    const int64_t block = matrix.order() * inner;
    if (inner < 1 || x.columns % block != 0)
        fail(ErrorCode::Internal, "rows of {} cannot be rotated in blocks of {} by {}", x.columns, matrix.order(), inner);
    const int64_t grain = std::max<int64_t>(1, (1 << 13) / std::max<int64_t>(1, x.columns));
    parallelFor(x.rows, grain, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r)
            for (int64_t at = 0; at < x.columns; at += block) rotateOne(matrix, transposed, inner, x.row(r) + at);
    });
}

} // namespace paretoscope::cpu
#endif
