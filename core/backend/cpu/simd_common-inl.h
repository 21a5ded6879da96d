// Helpers every kernel shares, compiled once a target (Highway's -inl.h convention).
#if defined(PARETOSCOPE_SIMD_COMMON_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PARETOSCOPE_SIMD_COMMON_INL_H
#undef PARETOSCOPE_SIMD_COMMON_INL_H
#else
#define PARETOSCOPE_SIMD_COMMON_INL_H
#endif

#include <cstdint>
#include <cstring>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVector = hn::Vec<FloatTag>;
constexpr int64_t floatLanes = int64_t(hn::MaxLanes(FloatTag()));

// How one stored element type becomes f32. `bytes` may have any alignment.
struct StoredFloat32 {
    static constexpr int64_t elementBytes = 4;
    template <class D> static HWY_INLINE hn::Vec<D> load(D d, const uint8_t* bytes)
    {
        return hn::LoadU(d, reinterpret_cast<const float*>(bytes));
    }
};

struct StoredFloat16 {
    static constexpr int64_t elementBytes = 2;
    template <class D> static HWY_INLINE hn::Vec<D> load(D d, const uint8_t* bytes)
    {
        const hn::Rebind<uint16_t, D> du16;
        const auto bits = hn::LoadU(du16, reinterpret_cast<const uint16_t*>(bytes));
#if HWY_TARGET == HWY_SSE4
        return promote(d, bits);
#else
        return hn::PromoteTo(d, hn::BitCast(hn::Rebind<hwy::float16_t, D>(), bits));
#endif
    }

#if HWY_TARGET == HWY_SSE4
    // Highway's own conversion for SSE4 takes infinities for numbers. Shifted into place, the
    // exponent is 112 too small, also for subnormals.
    template <class D, class Bits> static HWY_INLINE hn::Vec<D> promote(D d, Bits bits)
    {
        const hn::RebindToUnsigned<D> du;
        const auto wide = hn::PromoteTo(du, bits);
        const auto magnitude = hn::ShiftLeft<13>(hn::And(wide, hn::Set(du, 0x7fff)));
        const auto number = hn::BitCast(du, hn::Mul(hn::BitCast(d, magnitude), hn::Set(d, 0x1p112f)));
        const auto special = hn::Ge(hn::BitCast(d, magnitude), hn::BitCast(d, hn::Set(du, 0x7c00u << 13)));
        const auto ones = hn::IfThenElseZero(hn::RebindMask(du, special), hn::Set(du, 0x7f800000));
        const auto sign = hn::ShiftLeft<16>(hn::And(wide, hn::Set(du, 0x8000)));
        return hn::BitCast(d, hn::Or(hn::Or(number, ones), sign));
    }
#endif
};

struct StoredBfloat16 {
    static constexpr int64_t elementBytes = 2;
    template <class D> static HWY_INLINE hn::Vec<D> load(D d, const uint8_t* bytes)
    {
        const hn::Rebind<uint16_t, D> du16;
        const hn::RebindToUnsigned<D> du32;
        const auto bits = hn::LoadU(du16, reinterpret_cast<const uint16_t*>(bytes));
        return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du32, bits)));
    }
};

// The last `count` < lanes elements, zeros behind them; never reads past them.
template <class Stored, class D> HWY_INLINE hn::Vec<D> loadTail(D d, const uint8_t* bytes, int64_t count)
{
    alignas(64) uint8_t padded[size_t(hn::MaxLanes(D())) * size_t(Stored::elementBytes)] = {};
    std::memcpy(padded, bytes, size_t(count * Stored::elementBytes));
    return Stored::load(d, padded);
}

template <class D> HWY_INLINE hn::Vec<D> loadFloatTail(D d, const float* source, int64_t count)
{
    return loadTail<StoredFloat32>(d, reinterpret_cast<const uint8_t*>(source), count);
}

template <class D> HWY_INLINE void storeTail(D d, hn::Vec<D> v, float* destination, int64_t count)
{
    alignas(64) float padded[hn::MaxLanes(D())];
    hn::Store(v, d, padded);
    std::memcpy(destination, padded, size_t(count) * sizeof(float));
}

// body(vector offset, lanes used): calls for whole vectors, then once for the rest.
template <class Whole, class Rest> HWY_INLINE void forVectors(int64_t count, Whole&& whole, Rest&& rest)
{
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) whole(i);
    if (i < count) rest(i, count - i);
}

template <class D> HWY_INLINE float sumLanes(D d, hn::Vec<D> v)
{
    return hn::GetLane(hn::SumOfLanes(d, v));
}

// Adds the 128-bit blocks of v into four floats.
template <class D> HWY_INLINE void storeBlockSum(D d, hn::Vec<D> v, float* four)
{
    if constexpr (hn::MaxLanes(D()) > 4) {
        const hn::Half<D> dh;
        storeBlockSum(dh, hn::Add(hn::LowerHalf(dh, v), hn::UpperHalf(dh, v)), four);
    } else {
        hn::StoreU(v, d, four);
    }
}

// four[i] = sum of the lanes of the i-th vector.
template <class D>
HWY_INLINE void sumFour(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Vec<D> c, hn::Vec<D> e, float* four)
{
    const hn::Repartition<double, D> pairs;
    const auto ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
    const auto ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
    const auto low = hn::InterleaveLower(pairs, hn::BitCast(pairs, ab), hn::BitCast(pairs, ce));
    const auto high = hn::InterleaveUpper(pairs, hn::BitCast(pairs, ab), hn::BitCast(pairs, ce));
    storeBlockSum(d, hn::Add(hn::BitCast(d, low), hn::BitCast(d, high)), four);
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
