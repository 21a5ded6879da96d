#include "core/backend/cpu/simd_targets.h"

#include "core/backend/cpu/kernels.h"
#include "core/base/error.h"
#include "core/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/backend/cpu/conversions.cpp"
#include <hwy/foreach_target.h>

#include "core/backend/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace paretoscope::cpu::HWY_NAMESPACE {

template <class Stored> void convertStored(const uint8_t* source, int64_t count, float* destination)
{
    const FloatTag d;
    forVectors(
        count,
        [&](int64_t i) { hn::StoreU(Stored::load(d, source + i * Stored::elementBytes), d, destination + i); },
        [&](int64_t i, int64_t rest) {
            const auto v = loadTail<Stored>(d, source + i * Stored::elementBytes, rest);
            storeTail(d, v, destination + i, rest);
        });
}

void convertHalves(DType dtype, const uint8_t* source, int64_t count, float* destination)
{
    if (dtype == DType::F16) convertStored<StoredFloat16>(source, count, destination);
    else convertStored<StoredBfloat16>(source, count, destination);
}

void scaleRow(float scale, int64_t count, float* row)
{
    const FloatTag d;
    const auto factor = hn::Set(d, scale);
    forVectors(
        count, [&](int64_t i) { hn::StoreU(hn::Mul(hn::LoadU(d, row + i), factor), d, row + i); },
        [&](int64_t i, int64_t rest) {
            storeTail(d, hn::Mul(loadFloatTail(d, row + i, rest), factor), row + i, rest);
        });
}

const char* targetName()
{
    return hwy::TargetName(HWY_TARGET);
}

} // namespace paretoscope::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace paretoscope::cpu {

namespace {

HWY_EXPORT(convertHalves);
HWY_EXPORT(scaleRow);
HWY_EXPORT(targetName);

const uint8_t* bytesAt(const Tensor& tensor, int64_t element)
{
    const auto* bytes = reinterpret_cast<const uint8_t*>(tensor.bytes().data());
    return bytes + element * int64_t(traits(tensor.dtype()).sizeBytes);
}

} // namespace

std::string simdTargetName()
{
    return HWY_DYNAMIC_DISPATCH(targetName)();
}

void convertElements(DType dtype, const uint8_t* source, int64_t count, float* destination)
{
    if (dtype == DType::F32) std::memcpy(destination, source, size_t(count) * sizeof(float));
    else if (dtype == DType::F16 || dtype == DType::BF16)
        HWY_DYNAMIC_DISPATCH(convertHalves)(dtype, source, count, destination);
    else if (const auto toFloat = traits(dtype).toFloat)
        toFloat(reinterpret_cast<const std::byte*>(source), destination, count);
    else fail(ErrorCode::Unsupported, "elements of type {} are not numbers", traits(dtype).name);
}

void convert(const Tensor& tensor, int64_t begin, std::span<float> result)
{
    if (begin < 0 || begin + int64_t(result.size()) > tensor.count())
        fail(ErrorCode::Internal, "conversion of elements beyond a tensor");
    parallelFor(int64_t(result.size()), 1 << 16, [&](int64_t first, int64_t last) {
        convertElements(tensor.dtype(), bytesAt(tensor, begin + first), last - first, result.data() + first);
    });
}

void embed(const Tensor& table, std::span<const int32_t> ids, float scale, MatrixView y)
{
    const int64_t width = table.extent(1);
    for (const int32_t id : ids)
        if (id < 0 || id >= table.extent(0)) fail(ErrorCode::Internal, "token {} is not in the table", id);
    parallelFor(int64_t(ids.size()), 1 + (1 << 16) / width, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) {
            convertElements(table.dtype(), bytesAt(table, ids[size_t(i)] * width), width, y.row(i));
            if (scale != 1.0f) HWY_DYNAMIC_DISPATCH(scaleRow)(scale, width, y.row(i));
        }
    });
}

} // namespace paretoscope::cpu
#endif
