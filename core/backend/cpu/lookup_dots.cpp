// One activation row times codes of a table, looked up in registers.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/lookup_kernels.h"
#include "core/backend/cpu/work_buffer.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/lookup_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

using CodeTag = hn::Rebind<uint8_t, FloatTag>;
using IndexTag = hn::RebindToSigned<FloatTag>;

HWY_INLINE FloatVector lookUpCodes(const float* table, hn::Vec<CodeTag> codes)
{
    return hn::GatherIndex(FloatTag(), table, hn::PromoteTo(IndexTag(), codes));
}

// Sum of table[code] · x over `count` bytes of codes.
float dotByteCodes(const uint8_t* codes, const float* table, const float* x, int64_t count)
{
    const FloatTag d;
    auto sum = hn::Zero(d);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes)
        sum = hn::MulAdd(lookUpCodes(table, hn::LoadU(CodeTag(), codes + i)), hn::LoadU(d, x + i), sum);
    float total = sumLanes(d, sum);
    for (; i < count; ++i) total += table[codes[i]] * x[i];
    return total;
}

// The same over `count` codes of four bits.
float dotNibbleCodes(const uint8_t* codes, const float* table, const float* x, int64_t count)
{
    const FloatTag d;
    const CodeTag db;
    auto even = hn::Zero(d);
    auto odd = hn::Zero(d);
    int64_t i = 0;
    for (; i + 2 * floatLanes <= count; i += 2 * floatLanes) {
        const auto stored = hn::LoadU(db, codes + i / 2);
        FloatVector first;
        FloatVector second;
        hn::LoadInterleaved2(d, x + i, first, second);
        even = hn::MulAdd(lookUpCodes(table, hn::And(stored, hn::Set(db, uint8_t{15}))), first, even);
        odd = hn::MulAdd(lookUpCodes(table, hn::ShiftRight<4>(stored)), second, odd);
    }
    float total = sumLanes(d, hn::Add(even, odd));
    for (; i < count; ++i) total += table[(codes[i / 2] >> (4 * (i % 2))) & 15] * x[i];
    return total;
}

float sumOfGroup(const float* x, int64_t count)
{
    const FloatTag d;
    auto sum = hn::Zero(d);
    int64_t i = 0;
    for (; i + floatLanes <= count; i += floatLanes) sum = hn::Add(sum, hn::LoadU(d, x + i));
    float total = sumLanes(d, sum);
    for (; i < count; ++i) total += x[i];
    return total;
}

// `scales` and `offsets` (or null) are those of the row.
float dotCodesOfRow(const LookupMatrix& weight, const uint8_t* codes, const float* table, const float* scales,
             const float* offsets, const float* x)
{
    float total = 0;
    for (int64_t group = 0, begin = 0; begin < weight.columns; ++group, begin += weight.groupColumns) {
        const int64_t count = std::min(weight.groupColumns, weight.columns - begin);
        const float sum = weight.bits == 8 ? dotByteCodes(codes + begin, table, x + begin, count)
                                           : dotNibbleCodes(codes + begin / 2, table, x + begin, count);
        total += scales[group] * sum;
        if (offsets) total += offsets[group] * sumOfGroup(x + begin, count);
    }
    return total;
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(dotCodesOfRow);

} // namespace

void lookupDots(const LookupMatrix& weight, int64_t row, int64_t rows, const float* x, float* y)
{
    const int64_t groups = weight.scaleColumns();
    alignas(64) float table[256];
    weight.table.toFloats(0, {table, size_t(weight.table.count())});
    float* scales = workFloats(WorkSlot::Accumulator, size_t(2 * groups));
    float* offsets = weight.offsets.empty() ? nullptr : scales + groups;
    const auto* codes = reinterpret_cast<const uint8_t*>(weight.codes.bytes().data());
    int64_t loaded = -1;
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t scaleRow = (row + r) / weight.groupRows;
        if (scaleRow != loaded) {
            weight.scales.toFloats(scaleRow * groups, {scales, size_t(groups)});
            if (offsets) weight.offsets.toFloats(scaleRow * groups, {offsets, size_t(groups)});
            loaded = scaleRow;
        }
        y[r] = HWY_DYNAMIC_DISPATCH(dotCodesOfRow)(weight, codes + (row + r) * weight.rowBytes(), table, scales, offsets, x);
    }
}

} // namespace paretoscope::cpu
#endif
