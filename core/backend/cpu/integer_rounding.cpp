// Rounding activations to few levels, and codes of four bits as bytes.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/integer_kernels.h"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/integer_rounding.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Compared as integers, so that a NaN counts as the largest value.
uint32_t largestBits(const float* x, int64_t columns)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    auto largest = hn::Zero(di);
    int64_t k = 0;
    for (; k + floatLanes <= columns; k += floatLanes)
        largest = hn::Max(largest, hn::BitCast(di, hn::Abs(hn::LoadU(d, x + k))));
    if (k < columns) largest = hn::Max(largest, hn::BitCast(di, hn::Abs(loadFloatTail(d, x + k, columns - k))));
    return uint32_t(hn::GetLane(hn::MaxOfLanes(di, largest)));
}

int32_t roundLimited(const float* x, int64_t columns, float factor, int largest, int8_t* values)
{
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const hn::Rebind<int8_t, FloatTag> db;
    const auto factors = hn::Set(d, factor), high = hn::Set(d, float(largest)), low = hn::Set(d, -float(largest));
    auto total = hn::Zero(di);
    const auto round = [&](FloatVector from, int8_t* to) {
        const auto rounded = hn::NearestInt(hn::Min(high, hn::Max(low, hn::Mul(from, factors))));
        total = hn::Add(total, rounded);
        hn::StoreU(hn::DemoteTo(db, rounded), db, to);
    };
    int64_t k = 0;
    for (; k + floatLanes <= columns; k += floatLanes) round(hn::LoadU(d, x + k), values + k);
    if (k < columns) {
        int8_t stored[floatLanes];
        round(loadFloatTail(d, x + k, columns - k), stored);
        std::copy(stored, stored + (columns - k), values + k);
    }
    return hn::GetLane(hn::SumOfLanes(di, total));
}

void splitNibbles(const uint8_t* codes, int64_t count, uint8_t* bytes)
{
    const hn::CappedTag<uint8_t, 16> d;
    constexpr auto lanes = int64_t(hn::MaxLanes(hn::CappedTag<uint8_t, 16>()));
    const auto mask = hn::Set(d, uint8_t{15});
    int64_t i = 0;
    for (; 2 * (i + lanes) <= count; i += lanes) {
        const auto both = hn::LoadU(d, codes + i);
        hn::StoreInterleaved2(hn::And(both, mask), hn::And(hn::ShiftRight<4>(both), mask), d, bytes + 2 * i);
    }
    for (; 2 * i < count; ++i) {
        bytes[2 * i] = codes[i] & 15;
        bytes[2 * i + 1] = codes[i] >> 4;
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(largestBits);
HWY_EXPORT(roundLimited);
HWY_EXPORT(splitNibbles);

} // namespace

Int8Row roundToLevels(const float* x, int64_t columns, int largest, float clip, int8_t* values)
{
    std::fill(values, values + (columns + int8Step - 1) / int8Step * int8Step, int8_t{0});
    const uint32_t bits = HWY_DYNAMIC_DISPATCH(largestBits)(x, columns);
    if (bits >= 0x7f800000u) return {std::numeric_limits<float>::quiet_NaN(), 0};
    float peak = 0;
    std::memcpy(&peak, &bits, sizeof(peak));
    peak *= clip;
    if (!(peak > 1e-30f)) return {0, 0};
    const auto levels = float(largest);
    return {peak / levels, HWY_DYNAMIC_DISPATCH(roundLimited)(x, columns, levels / peak, largest, values)};
}

void unpackNibbles(const uint8_t* codes, int64_t count, uint8_t* bytes)
{
    HWY_DYNAMIC_DISPATCH(splitNibbles)(codes, count, bytes);
}

} // namespace paretoscope::cpu
#endif
