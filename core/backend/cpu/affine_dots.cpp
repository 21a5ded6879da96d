// Packed codes with real zero points: one activation row times rows of them, and rows back to f32.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/affine_kernels.h"
#include "core/backend/cpu/packed_view.h"
#include "core/backend/cpu/work_buffer.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/affine_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/packed_unpack-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

// Unpacked codes as floats: one vector of them, or two halves where floats are wider than that.
constexpr int64_t partLanes = floatLanes < shortLanes ? shortLanes / 2 : shortLanes;
constexpr int64_t parts = shortLanes / partLanes;
using PartTag = hn::CappedTag<float, size_t(partLanes)>;
using PartVector = hn::Vec<PartTag>;
static_assert(hn::MaxLanes(PartTag()) == size_t(partLanes));

template <class Codes> HWY_INLINE void toFloats(Codes codes, PartVector* values)
{
    const PartTag d;
    const hn::RebindToSigned<PartTag> di;
    if constexpr (parts == 1) {
        values[0] = hn::ConvertTo(d, hn::PromoteTo(di, codes));
    } else {
        const hn::Half<ShortTag> half;
        values[0] = hn::ConvertTo(d, hn::PromoteTo(di, hn::LowerHalf(half, codes)));
        values[1] = hn::ConvertTo(d, hn::PromoteTo(di, hn::UpperHalf(half, codes)));
    }
}

template <int Bits>
void expandCodesOf(const uint8_t* packed, int64_t count, float scale, float offset, float* destination)
{
    const Unpacker<Bits> unpack;
    const PartTag d;
    const auto factor = hn::Set(d, scale), shift = hn::Set(d, offset);
    float rest[shortLanes];
    for (int64_t i = 0; i < count; i += shortLanes) {
        PartVector values[parts];
        toFloats(unpack(packed + i / 8 * Bits), values);
        float* to = i + shortLanes <= count ? destination + i : rest;
        for (int64_t p = 0; p < parts; ++p) hn::StoreU(hn::MulAdd(values[p], factor, shift), d, to + p * partLanes);
        if (to == rest) std::copy(rest, rest + (count - i), destination + i);
    }
}

// `count` codes from a byte boundary as scale · code + offset; reads packedOverread bytes past them.
void expandAffine(int bits, const uint8_t* packed, int64_t count, float scale, float offset, float* destination)
{
    switch (bits) {
    case 2: return expandCodesOf<2>(packed, count, scale, offset, destination);
    case 3: return expandCodesOf<3>(packed, count, scale, offset, destination);
    case 4: return expandCodesOf<4>(packed, count, scale, offset, destination);
    case 5: return expandCodesOf<5>(packed, count, scale, offset, destination);
    case 6: return expandCodesOf<6>(packed, count, scale, offset, destination);
    case 7: return expandCodesOf<7>(packed, count, scale, offset, destination);
    default: return expandCodesOf<8>(packed, count, scale, offset, destination);
    }
}

// A weight is made and multiplied in registers: scale · code + offset. Two groups at a time keep the
// sums apart.
template <int Bits>
float dotGroupsOf(const uint8_t* packed, int64_t groups, int64_t groupSize, const float* scales, const float* offsets,
                  const float* x)
{
    const Unpacker<Bits> unpack;
    const PartTag d;
    PartVector sums[2][parts];
    for (auto& sum : sums)
        for (PartVector& part : sum) part = hn::Zero(d);
    const auto add = [&](int64_t g, PartVector* sum) {
        const auto factor = hn::Set(d, scales[g]), shift = hn::Set(d, offsets[g]);
        for (int64_t k = g * groupSize; k < (g + 1) * groupSize; k += shortLanes) {
            PartVector values[parts];
            toFloats(unpack(packed + k / 8 * Bits), values);
            for (int64_t p = 0; p < parts; ++p)
                sum[p] = hn::MulAdd(hn::MulAdd(values[p], factor, shift), hn::LoadU(d, x + k + p * partLanes), sum[p]);
        }
    };
    int64_t g = 0;
    for (; g + 2 <= groups; g += 2) {
        add(g, sums[0]);
        add(g + 1, sums[1]);
    }
    if (g < groups) add(g, sums[0]);
    auto total = hn::Add(sums[0][0], sums[1][0]);
    for (int64_t p = 1; p < parts; ++p) total = hn::Add(total, hn::Add(sums[0][p], sums[1][p]));
    return hn::GetLane(hn::SumOfLanes(d, total));
}

float dotAffine(int bits, const uint8_t* packed, int64_t groups, int64_t groupSize, const float* scales,
                const float* offsets, const float* x)
{
    switch (bits) {
    case 2: return dotGroupsOf<2>(packed, groups, groupSize, scales, offsets, x);
    case 3: return dotGroupsOf<3>(packed, groups, groupSize, scales, offsets, x);
    case 4: return dotGroupsOf<4>(packed, groups, groupSize, scales, offsets, x);
    case 5: return dotGroupsOf<5>(packed, groups, groupSize, scales, offsets, x);
    case 6: return dotGroupsOf<6>(packed, groups, groupSize, scales, offsets, x);
    case 7: return dotGroupsOf<7>(packed, groups, groupSize, scales, offsets, x);
    default: return dotGroupsOf<8>(packed, groups, groupSize, scales, offsets, x);
    }
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(expandAffine);
HWY_EXPORT(dotAffine);

// Byte `first` of row `row` of [rows, rowBytes], with packedOverread bytes to read behind the row.
// A copy in `copy` at the tensor's end.
const uint8_t* readable(const Tensor& tensor, int64_t row, int64_t first, uint8_t* copy)
{
    const auto rowBytes = tensor.extent(1);
    const auto* start = reinterpret_cast<const uint8_t*>(tensor.bytes().data()) + row * rowBytes;
    if ((tensor.extent(0) - row - 1) * rowBytes >= packedOverread) return start + first;
    std::memcpy(copy, start + first, size_t(rowBytes - first));
    std::memset(copy + rowBytes - first, 0, packedOverread);
    return copy;
}

size_t floatsFor(int64_t bytes)
{
    return size_t(bytes + packedOverread) / sizeof(float) + 1;
}

// The numbers of a range of groups, for one row after another.
class NumberReader {
public:
    // `memory` has floatsNeeded() floats.
    NumberReader(const GroupNumbers& numbers, int64_t first, int64_t count, float* memory)
        : numbers_(numbers), first_(first), count_(count), grids_(memory),
          copy_(reinterpret_cast<uint8_t*>(memory + 2 * count))
    {
    }

    static size_t floatsNeeded(const GroupNumbers& numbers, int64_t count)
    {
        return numbers.twoLevel() ? 2 * size_t(count) + floatsFor(numbers.codes.extent(1)) : 0;
    }

    void read(int64_t row, float* destination)
    {
        if (!numbers_.twoLevel()) {
            const int64_t begin = row * numbers_.values.extent(1) + first_;
            convertElements(DType::F16, bytesOf(numbers_.values) + 2 * begin, count_, destination);
            return;
        }
        const int64_t gridRow = row / numbers_.sharedRows;
        if (gridRow != loaded_) {
            const int64_t begin = (gridRow * numbers_.grids.extent(1) + first_) * 2;
            convertElements(DType::F16, bytesOf(numbers_.grids) + 2 * begin, 2 * count_, grids_);
            loaded_ = gridRow;
        }
        // Codes of a byte boundary on; those before `first_` are at most seven.
        const int64_t skipped = first_ % 8;
        float ahead[8];
        const uint8_t* packed = readable(numbers_.codes, row, first_ / 8 * numbers_.bits, copy_);
        if (skipped == 0) {
            HWY_DYNAMIC_DISPATCH(expandAffine)(numbers_.bits, packed, count_, 1, 0, destination);
        } else {
            HWY_DYNAMIC_DISPATCH(expandAffine)(numbers_.bits, packed, 8, 1, 0, ahead);
            const int64_t few = std::min(8 - skipped, count_);
            std::copy_n(ahead + skipped, few, destination);
            if (count_ > few)
                HWY_DYNAMIC_DISPATCH(expandAffine)
                (numbers_.bits, packed + numbers_.bits, count_ - few, 1, 0, destination + few);
        }
        for (int64_t i = 0; i < count_; ++i)
            destination[i] = grids_[2 * i] * (destination[i] - grids_[2 * i + 1]);
    }

private:
    static const uint8_t* bytesOf(const Tensor& tensor)
    {
        return reinterpret_cast<const uint8_t*>(tensor.bytes().data());
    }

    const GroupNumbers& numbers_;
    int64_t first_, count_;
    float* grids_;
    uint8_t* copy_;
    int64_t loaded_ = -1;
};

// Scales and -scale · zero of a range of groups, for one row after another. In this thread's buffers
// (WorkSlot::Accumulator and WorkSlot::Codes).
struct GroupTerms {
    int64_t count;
    float* scales;
    float* offsets;
    NumberReader scaleReader, zeroReader;

    GroupTerms(const AffineMatrix& weight, int64_t first, int64_t groups)
        : count(groups),
          scales(workFloats(WorkSlot::Accumulator, 2 * size_t(groups) + NumberReader::floatsNeeded(weight.scales, groups) +
                                                       NumberReader::floatsNeeded(weight.zeros, groups))),
          offsets(scales + groups), scaleReader(weight.scales, first, groups, offsets + groups),
          zeroReader(weight.zeros, first, groups,
                     offsets + groups + NumberReader::floatsNeeded(weight.scales, groups))
    {
    }

    void read(int64_t row)
    {
        scaleReader.read(row, scales);
        zeroReader.read(row, offsets);
        for (int64_t g = 0; g < count; ++g) offsets[g] *= -scales[g];
    }
};

uint8_t* codeCopy(const AffineMatrix& weight)
{
    return reinterpret_cast<uint8_t*>(workFloats(WorkSlot::Codes, floatsFor(weight.rowBytes())));
}

} // namespace

bool hasAffineDots(int64_t groupSize)
{
    return groupSize % 16 == 0; // the most codes that are unpacked at once
}

void affineDots(const AffineMatrix& weight, int64_t begin, int64_t end, const float* x, float* y)
{
    GroupTerms terms(weight, 0, weight.groups());
    uint8_t* copy = codeCopy(weight);
    for (int64_t row = begin; row < end; ++row) {
        terms.read(row);
        y[row - begin] = HWY_DYNAMIC_DISPATCH(dotAffine)(weight.bits, readable(weight.codes, row, 0, copy), weight.groups(),
                                                         weight.groupSize, terms.scales, terms.offsets, x);
    }
}

void expandAffineRows(const AffineMatrix& weight, int64_t row, int64_t rows, int64_t column, int64_t count,
                      float* destination)
{
    const int64_t first = column / weight.groupSize;
    GroupTerms terms(weight, first, (column + count - 1) / weight.groupSize - first + 1);
    uint8_t* copy = codeCopy(weight);
    for (int64_t r = row; r < row + rows; ++r, destination += count) {
        terms.read(r);
        const uint8_t* packed = readable(weight.codes, r, column * weight.bits / 8, copy);
        for (int64_t i = 0; i < count;) {
            const int64_t group = (column + i) / weight.groupSize;
            const int64_t end = std::min(count, (group + 1) * weight.groupSize - column);
            HWY_DYNAMIC_DISPATCH(expandAffine)(weight.bits, packed + i * weight.bits / 8, end - i,
                                               terms.scales[group - first], terms.offsets[group - first],
                                               destination + i);
            i = end;
        }
    }
}

} // namespace paretoscope::cpu
#endif
