// One activation row times rows of signs: each bit becomes the sign bit of what is added.
#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/sign_kernels.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/sign_dots.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

using SignTag = hn::CappedTag<float, 32>; // at most a word of signs
constexpr int64_t signLanes = int64_t(hn::MaxLanes(SignTag()));

float dotSignsOfRow(const uint8_t* signs, int64_t rowBytes, int64_t columns, const float* x)
{
    const SignTag d;
    const hn::RebindToUnsigned<SignTag> du;
    const auto top = hn::Set(du, 0x80000000u);
    const auto places = hn::Sub(hn::Set(du, 31u), hn::Iota(du, 0)); // from its bit to the top
    hn::Vec<SignTag> sums[2] = {hn::Zero(d), hn::Zero(d)};
    for (int64_t at = 0; at < columns; at += signStep) {
        uint32_t word = 0;
        std::memcpy(&word, signs + at / 8, size_t(std::min<int64_t>(4, rowBytes - at / 8)));
        for (int64_t l = 0; l < signStep; l += signLanes) {
            const auto minus = hn::And(hn::Shl(hn::Set(du, word >> l), places), top);
            const auto value = hn::BitCast(du, hn::LoadU(d, x + at + l));
            auto& sum = sums[l / signLanes % 2];
            sum = hn::Add(sum, hn::BitCast(d, hn::Xor(value, minus)));
        }
    }
    return sumLanes(d, hn::Add(sums[0], sums[1]));
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(dotSignsOfRow);

} // namespace

void signDots(const SignMatrix& weight, int64_t row, int64_t rows, const float* x, float* y)
{
    const auto* signs = reinterpret_cast<const uint8_t*>(weight.signs.bytes().data());
    const int64_t rowBytes = weight.rowBytes();
    for (int64_t r = 0; r < rows; ++r)
        y[r] = HWY_DYNAMIC_DISPATCH(dotSignsOfRow)(signs + (row + r) * rowBytes, rowBytes, weight.columns, x);
}

} // namespace paretoscope::cpu
#endif
