// Activations and sums, element by element.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"
#include "core/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/elementwise.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

HWY_INLINE FloatVector sigmoidTimes(FloatVector x, FloatVector argument)
{
    const FloatTag d;
    return hn::Div(x, hn::Add(hn::Set(d, 1.0f), simdExp(d, hn::Neg(argument))));
}

struct Identity {
    HWY_INLINE FloatVector operator()(FloatVector x) const { return x; }
};

struct Silu {
    HWY_INLINE FloatVector operator()(FloatVector x) const { return sigmoidTimes(x, x); }
};

struct QuickGelu {
    HWY_INLINE FloatVector operator()(FloatVector x) const
    {
        return sigmoidTimes(x, hn::Mul(x, hn::Set(FloatTag(), 1.702f)));
    }
};

// x Φ(x), with the tail Φ(-|x|) = erfc(|x| / √2) / 2 taken directly, so that it keeps its digits.
struct Gelu {
    HWY_INLINE FloatVector operator()(FloatVector x) const
    {
        const FloatTag d;
        const FloatVector scaled = hn::Mul(hn::Abs(x), hn::Set(d, 0.707106781f));
        const FloatVector tail = hn::Mul(hn::Mul(x, hn::Set(d, 0.5f)), simdErfcPositive(d, scaled));
        return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(x, tail));
    }
};

// 0.5 (1 + tanh u) is the sigmoid of 2u, which keeps the digits of the tail.
struct GeluTanh {
    HWY_INLINE FloatVector operator()(FloatVector x) const
    {
        const FloatTag d;
        const FloatVector cubic = hn::MulAdd(hn::Mul(x, x), hn::Set(d, 0.044715f * 1.59576912f), hn::Set(d, 1.59576912f));
        return sigmoidTimes(x, hn::Mul(x, cubic));
    }
};

struct Relu {
    HWY_INLINE FloatVector operator()(FloatVector x) const { return hn::Max(hn::Zero(FloatTag()), x); }
};

struct ReluSquared {
    HWY_INLINE FloatVector operator()(FloatVector x) const
    {
        const FloatVector positive = hn::Max(hn::Zero(FloatTag()), x);
        return hn::Mul(positive, positive);
    }
};

template <class Function> void mapRun(const float* x, int64_t count, float* y)
{
    const FloatTag d;
    const Function function;
    forVectors(
        count, [&](int64_t i) HWY_ATTR { hn::StoreU(function(hn::LoadU(d, x + i)), d, y + i); },
        [&](int64_t i, int64_t rest)
            HWY_ATTR { storeTail(d, function(loadFloatTail(d, x + i, rest)), y + i, rest); });
}

template <class Function> void gateRun(const float* gate, const float* up, int64_t count, float* y)
{
    const FloatTag d;
    const Function function;
    forVectors(
        count,
        [&](int64_t i)
            HWY_ATTR { hn::StoreU(hn::Mul(function(hn::LoadU(d, gate + i)), hn::LoadU(d, up + i)), d, y + i); },
        [&](int64_t i, int64_t rest) HWY_ATTR {
            const FloatVector gated = function(loadFloatTail(d, gate + i, rest));
            storeTail(d, hn::Mul(gated, loadFloatTail(d, up + i, rest)), y + i, rest);
        });
}

// `up` null: y = f(gate); else y = f(gate) · up.
template <class Function> void applyRun(const float* gate, const float* up, int64_t count, float* y)
{
    if (up) gateRun<Function>(gate, up, count, y);
    else mapRun<Function>(gate, count, y);
}

void activateRun(Activation activation, const float* gate, const float* up, int64_t count, float* y)
{
    switch (activation) {
    case Activation::Identity: return applyRun<Identity>(gate, up, count, y);
    case Activation::Silu: return applyRun<Silu>(gate, up, count, y);
    case Activation::Gelu: return applyRun<Gelu>(gate, up, count, y);
    case Activation::GeluTanh: return applyRun<GeluTanh>(gate, up, count, y);
    case Activation::QuickGelu: return applyRun<QuickGelu>(gate, up, count, y);
    case Activation::Relu: return applyRun<Relu>(gate, up, count, y);
    case Activation::ReluSquared: return applyRun<ReluSquared>(gate, up, count, y);
    }
}

void addRun(const float* x, float alpha, int64_t count, float* y)
{
    const FloatTag d;
    const FloatVector factor = hn::Set(d, alpha);
    forVectors(
        count,
        [&](int64_t i)
            HWY_ATTR { hn::StoreU(hn::MulAdd(hn::LoadU(d, x + i), factor, hn::LoadU(d, y + i)), d, y + i); },
        [&](int64_t i, int64_t rest) HWY_ATTR {
            const FloatVector sum = hn::MulAdd(loadFloatTail(d, x + i, rest), factor, loadFloatTail(d, y + i, rest));
            storeTail(d, sum, y + i, rest);
        });
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(activateRun);
HWY_EXPORT(addRun);

// run(row, first column, last column): splits rows when there are several, else columns.
template <class Run> void overElements(int64_t rows, int64_t columns, int64_t grain, Run&& run)
{
    if (rows == 1)
        return parallelFor(columns, grain, [&](int64_t begin, int64_t end) { run(int64_t{0}, begin, end); });
    parallelFor(rows, 1 + grain / std::max<int64_t>(1, columns), [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) run(r, int64_t{0}, columns);
    });
}

constexpr int64_t activationGrain = 1 << 13;
constexpr int64_t additionGrain = 1 << 15;

} // namespace

void activate(Activation activation, ConstMatrixView x, MatrixView y)
{
    overElements(x.rows, x.columns, activationGrain, [&](int64_t r, int64_t begin, int64_t end) {
        HWY_DYNAMIC_DISPATCH(activateRun)(activation, x.row(r) + begin, nullptr, end - begin, y.row(r) + begin);
    });
}

void gatedActivation(Activation activation, ConstMatrixView gate, ConstMatrixView up, MatrixView y)
{
    overElements(gate.rows, gate.columns, activationGrain, [&](int64_t r, int64_t begin, int64_t end) {
        HWY_DYNAMIC_DISPATCH(activateRun)
        (activation, gate.row(r) + begin, up.row(r) + begin, end - begin, y.row(r) + begin);
    });
}

void add(ConstMatrixView x, float alpha, MatrixView y)
{
    overElements(x.rows, x.columns, additionGrain, [&](int64_t r, int64_t begin, int64_t end) {
        HWY_DYNAMIC_DISPATCH(addRun)(x.row(r) + begin, alpha, end - begin, y.row(r) + begin);
    });
}

} // namespace paretoscope::cpu
#endif
