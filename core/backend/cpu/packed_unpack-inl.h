// Packed codes to 16-bit integers, in order.
#if defined(PARETOSCOPE_PACKED_UNPACK_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef PARETOSCOPE_PACKED_UNPACK_INL_H
#undef PARETOSCOPE_PACKED_UNPACK_INL_H
#else
#define PARETOSCOPE_PACKED_UNPACK_INL_H
#endif

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// At most 256 bits: wider vectors would not help code that waits for memory.
using ShortTag = hn::CappedTag<int16_t, 16>;
using ShortVector = hn::Vec<ShortTag>;
constexpr int64_t shortLanes = int64_t(hn::MaxLanes(ShortTag()));

// Eight codes of B bits are B bytes. Every 16-bit lane takes the two bytes its code lies in; a
// multiplication moves the code to the top of the lane, a shift moves it down again.
template <int Bits> struct Unpacker {
    using ByteTag = hn::Repartition<uint8_t, ShortTag>;
    using WordTag = hn::Repartition<uint16_t, ShortTag>;

    hn::Vec<ByteTag> order;
    hn::Vec<WordTag> factors;

    HWY_INLINE Unpacker()
    {
        alignas(16) uint8_t bytes[16];
        alignas(16) uint16_t shifts[8];
        for (int code = 0; code < 8; ++code) {
            bytes[2 * code] = uint8_t(code * Bits / 8);
            bytes[2 * code + 1] = uint8_t(code * Bits / 8 + 1);
            shifts[code] = uint16_t(1u << (16 - Bits - code * Bits % 8));
        }
        order = hn::LoadDup128(ByteTag(), bytes);
        factors = hn::LoadDup128(WordTag(), shifts);
    }

    // shortLanes codes from a byte boundary; reads packedOverread bytes past them.
    HWY_INLINE ShortVector operator()(const uint8_t* packed) const
    {
        const ShortTag d;
        const auto lanes = hn::BitCast(WordTag(), hn::TableLookupBytes(load(packed), order));
        return hn::BitCast(d, hn::ShiftRight<16 - Bits>(hn::Mul(lanes, factors)));
    }

private:
    static HWY_INLINE hn::Vec<ByteTag> load(const uint8_t* packed)
    {
        if constexpr (shortLanes == 16) {
            const hn::Half<ByteTag> half;
            return hn::Combine(ByteTag(), hn::LoadU(half, packed + Bits), hn::LoadU(half, packed));
        } else {
            return hn::LoadU(ByteTag(), packed);
        }
    }
};

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
