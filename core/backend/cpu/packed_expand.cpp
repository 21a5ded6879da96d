// Packed rows back to f32, for panels that feed a matrix product.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/packed_view.h"
#include "core/backend/cpu/work_buffer.h"
#include "core/base/half.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/packed_expand.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/packed_unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

HWY_INLINE void storeScaled(ShortVector codes, float scale, float offset, float* destination)
{
    constexpr int64_t lanes = std::min<int64_t>(floatLanes, shortLanes / 2);
    const hn::CappedTag<float, size_t(lanes)> d;
    const hn::RebindToSigned<decltype(d)> di;
    const hn::Half<ShortTag> half;
    const auto factor = hn::Set(d, scale);
    const auto shift = hn::Set(d, offset);
    const auto low = hn::ConvertTo(d, hn::PromoteTo(di, hn::LowerHalf(half, codes)));
    const auto high = hn::ConvertTo(d, hn::PromoteTo(di, hn::UpperHalf(half, codes)));
    hn::StoreU(hn::MulAdd(low, factor, shift), d, destination);
    hn::StoreU(hn::MulAdd(high, factor, shift), d, destination + lanes);
}

// scale · code - scale · zero: both products are exact in f32 (11 bits times 8 bits).
template <int Bits>
void expandRun(const uint8_t* packed, int64_t count, float scale, float zero, float* destination)
{
    const Unpacker<Bits> unpack;
    const float offset = -scale * zero;
    int64_t i = 0;
    for (; i + shortLanes <= count; i += shortLanes)
        storeScaled(unpack(packed + i / 8 * Bits), scale, offset, destination + i);
    if (i < count) {
        float rest[shortLanes];
        storeScaled(unpack(packed + i / 8 * Bits), scale, offset, rest);
        std::copy(rest, rest + (count - i), destination + i);
    }
}

void expandCodes(int bits, const uint8_t* packed, int64_t count, float scale, float zero, float* destination)
{
    switch (bits) {
    case 2: return expandRun<2>(packed, count, scale, zero, destination);
    case 3: return expandRun<3>(packed, count, scale, zero, destination);
    case 4: return expandRun<4>(packed, count, scale, zero, destination);
    case 5: return expandRun<5>(packed, count, scale, zero, destination);
    case 6: return expandRun<6>(packed, count, scale, zero, destination);
    case 7: return expandRun<7>(packed, count, scale, zero, destination);
    default: return expandRun<8>(packed, count, scale, zero, destination);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(expandCodes);

const uint8_t* bytesOf(const Tensor& tensor)
{
    return reinterpret_cast<const uint8_t*>(tensor.bytes().data());
}

float halfAt(const uint8_t* halves, int64_t index)
{
    uint16_t half = 0;
    std::memcpy(&half, halves + index * 2, sizeof(half));
    return halfToFloat(half);
}

// Any group size, a code at a time.
void expandSlowly(const PackedView& view, int64_t row, int64_t column, int64_t count, float* destination)
{
    const std::span<const uint8_t> packed{view.codeRow(row), size_t(view.codeBytes)};
    for (int64_t i = 0; i < count;) {
        const int64_t group = (column + i) / view.groupSize;
        const int64_t end = std::min(count, (group + 1) * view.groupSize - column);
        const float scale = view.scale(row, group);
        const float zero = view.zero(row, group);
        for (; i < end; ++i) {
            uint8_t code = 0;
            unpackCodes(packed, view.bits, column + i, {&code, 1});
            destination[i] = scale * (float(code) - zero);
        }
    }
}

} // namespace

PackedView::PackedView(const PackedMatrix& matrix)
    : bits(matrix.bits), rows(matrix.rows), columns(matrix.columns), groupSize(matrix.groupSize),
      groups(matrix.groups()), codes(bytesOf(matrix.codes)), scales(bytesOf(matrix.scales)),
      zeros(matrix.symmetric ? nullptr : bytesOf(matrix.zeros)), codeBytes(columns * bits / 8),
      zeroBytes(packedBytes(groups, bits))
{
}

PackedView::PackedView(const AffineMatrix& matrix)
    : bits(matrix.bits), rows(matrix.rows), columns(matrix.columns), groupSize(matrix.groupSize),
      groups(matrix.groups()), codes(bytesOf(matrix.codes)), scales(bytesOf(matrix.scales.values)),
      zeros(bytesOf(matrix.zeros.values)), realZeros(true), codeBytes(matrix.rowBytes()), zeroBytes(2 * groups)
{
}

float PackedView::scale(int64_t row, int64_t group) const
{
    return halfAt(scales, row * groups + group);
}

float PackedView::zero(int64_t row, int64_t group) const
{
    if (!zeros) return symmetricZero();
    if (realZeros) return halfAt(zeros, row * groups + group);
    uint8_t code = 0;
    unpackCodes({zeros + row * zeroBytes, size_t(zeroBytes)}, bits, group, {&code, 1});
    return float(code);
}

const uint8_t* readableCodes(const PackedView& view, int64_t row, int64_t firstByte)
{
    if ((view.rows - row - 1) * view.codeBytes >= packedOverread) return view.codeRow(row) + firstByte;
    const auto count = size_t(view.codeBytes - firstByte);
    auto* copy = reinterpret_cast<uint8_t*>(
        workFloats(WorkSlot::Codes, (count + packedOverread) / sizeof(float) + 1));
    std::memcpy(copy, view.codeRow(row) + firstByte, count);
    std::memset(copy + count, 0, packedOverread);
    return copy;
}

void expandPackedRow(const PackedView& view, int64_t row, int64_t column, int64_t count, float* destination)
{
    if (view.groupSize % 8 != 0 && view.groups != 1) return expandSlowly(view, row, column, count, destination);
    const uint8_t* packed = readableCodes(view, row, column * view.bits / 8);
    for (int64_t i = 0; i < count;) {
        const int64_t group = (column + i) / view.groupSize;
        const int64_t end = std::min(count, (group + 1) * view.groupSize - column);
        HWY_DYNAMIC_DISPATCH(expandCodes)(view.bits, packed + i * view.bits / 8, end - i,
                                          view.scale(row, group), view.zero(row, group), destination + i);
        i = end;
    }
}

} // namespace paretoscope::cpu
#endif
