// exp, tanh and the complementary error function in f32, relative error about 1e-7 to 3e-7.
//
// The coefficients are our own minimax fits (iteratively reweighted least squares in f64).
#if defined(PARETOSCOPE_SIMD_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PARETOSCOPE_SIMD_MATH_INL_H
#undef PARETOSCOPE_SIMD_MATH_INL_H
#else
#define PARETOSCOPE_SIMD_MATH_INL_H
#endif

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Below exp(-87.3), the smallest normal number, 0; above exp(88.3) that value; NaN stays NaN.
template <class D, class V = hn::Vec<D>> HWY_INLINE V simdExp(D d, V x)
{
    const hn::RebindToSigned<D> di;
    const V least = hn::Set(d, -87.33f);
    // The second operand is returned when one is a NaN.
    const V clamped = hn::Min(hn::Set(d, 88.3f), hn::Max(least, x));
    // Adding 1.5 · 2^23 leaves round(x / ln 2) in the low bits of the sum.
    const V shift = hn::Set(d, 12582912.0f);
    const V rounded = hn::MulAdd(clamped, hn::Set(d, 1.44269504f), shift);
    const V n = hn::Sub(rounded, shift);
    const V r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f),
                              hn::NegMulAdd(n, hn::Set(d, 0.693359375f), clamped));
    V p = hn::MulAdd(r, hn::Set(d, 0.0013814613f), hn::Set(d, 0.0083687101f));
    p = hn::MulAdd(p, r, hn::Set(d, 0.0416683890f));
    p = hn::MulAdd(p, r, hn::Set(d, 0.1666652113f));
    p = hn::MulAdd(p, r, hn::Set(d, 0.4999999404f));
    p = hn::Add(hn::MulAdd(hn::Mul(r, r), p, r), hn::Set(d, 1.0f));
    const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, rounded));
    const V scaled = hn::BitCast(d, hn::Add(hn::BitCast(di, p), exponent));
    const V result = hn::IfThenElse(hn::Lt(x, least), hn::Zero(d), scaled);
    return hn::IfThenElse(hn::Ne(x, x), x, result);
}

template <class D, class V = hn::Vec<D>> HWY_INLINE V simdTanh(D d, V x)
{
    const V one = hn::Set(d, 1.0f);
    const V square = hn::Mul(x, x);
    V p = hn::MulAdd(square, hn::Set(d, -0.0057049873f), hn::Set(d, 0.0206390880f));
    p = hn::MulAdd(p, square, hn::Set(d, -0.0537397154f));
    p = hn::MulAdd(p, square, hn::Set(d, 0.1333144158f));
    p = hn::MulAdd(p, square, hn::Set(d, -0.3333328068f));
    const V near = hn::MulAdd(hn::Mul(p, square), x, x);
    const V magnitude = hn::Abs(x);
    const V power = simdExp(d, hn::Add(magnitude, magnitude));
    const V far = hn::Sub(one, hn::Div(hn::Set(d, 2.0f), hn::Add(power, one)));
    return hn::IfThenElse(hn::Lt(magnitude, hn::Set(d, 0.625f)), near, hn::CopySign(far, x));
}

// erfc(x) for x >= 0, as exp(-x²) · t · polynomial(t) with t = 1 / (1 + x / 2).
template <class D, class V = hn::Vec<D>> HWY_INLINE V simdErfcPositive(D d, V x)
{
    const V one = hn::Set(d, 1.0f);
    const V t = hn::Div(one, hn::MulAdd(x, hn::Set(d, 0.5f), one));
    V p = hn::MulAdd(t, hn::Set(d, -0.0588905280f), hn::Set(d, 0.2837014794f));
    p = hn::MulAdd(p, t, hn::Set(d, -0.4853826463f));
    p = hn::MulAdd(p, t, hn::Set(d, 0.2759768665f));
    p = hn::MulAdd(p, t, hn::Set(d, -0.0251767710f));
    p = hn::MulAdd(p, t, hn::Set(d, 0.2020694315f));
    p = hn::MulAdd(p, t, hn::Set(d, 0.2432611138f));
    p = hn::MulAdd(p, t, hn::Set(d, 0.2823534608f));
    p = hn::MulAdd(p, t, hn::Set(d, 0.2820876837f));
    return hn::Mul(simdExp(d, hn::Neg(hn::Mul(x, x))), hn::Mul(p, t));
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
