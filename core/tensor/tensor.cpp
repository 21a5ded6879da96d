#include "core/tensor/tensor.h"

#include "core/base/error.h"

#include <cstring>
#include <fmt/ranges.h>
#include <new>
#include <numeric>

namespace paretoscope {

namespace {

constexpr std::align_val_t alignment{64}; // a cache line, and an AVX-512 vector

std::shared_ptr<const std::byte> allocate(size_t sizeBytes)
{
    // At least one byte, so that a tensor without elements is not an empty one.
    auto* bytes = static_cast<std::byte*>(::operator new(std::max<size_t>(1, sizeBytes), alignment));
    std::memset(bytes, 0, sizeBytes);
    return {bytes, [](const std::byte* p) { ::operator delete(const_cast<std::byte*>(p), alignment); }};
}

} // namespace

int64_t elementCount(std::span<const int64_t> shape, int64_t elementBytes)
{
    int64_t count = 1;
    for (const int64_t extent : shape) {
        if (extent < 0 || __builtin_mul_overflow(count, extent, &count))
            fail(ErrorCode::BadFile, "shape {} is not possible", shapeText(shape));
    }
    int64_t sizeBytes = 0;
    if (__builtin_mul_overflow(count, elementBytes, &sizeBytes))
        fail(ErrorCode::BadFile, "shape {} is too large", shapeText(shape));
    return count;
}

std::string shapeText(std::span<const int64_t> shape)
{
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

Tensor::Tensor(DType dtype, Shape shape, std::span<const std::byte> bytes,
               std::shared_ptr<const void> owner)
    : dtype_(dtype), shape_(std::move(shape)),
      count_(elementCount(shape_, int64_t(traits(dtype).sizeBytes))),
      bytes_(std::move(owner), bytes.data())
{
    if (int64_t(bytes.size()) != sizeBytes())
        fail(ErrorCode::BadFile, "a tensor of shape {} and type {} needs {} bytes, not {}",
             shapeText(shape_), traits(dtype).name, sizeBytes(), bytes.size());
    if (!bytes_) bytes_ = allocate(0);
}

Tensor Tensor::zeros(DType dtype, Shape shape)
{
    Tensor tensor;
    tensor.dtype_ = dtype;
    tensor.shape_ = std::move(shape);
    tensor.count_ = elementCount(tensor.shape_, int64_t(traits(dtype).sizeBytes));
    tensor.bytes_ = allocate(size_t(tensor.sizeBytes()));
    return tensor;
}

Tensor Tensor::fromFloats(Shape shape, std::span<const float> values)
{
    Tensor tensor = zeros(DType::F32, std::move(shape));
    if (tensor.count_ != int64_t(values.size()))
        fail(ErrorCode::Internal, "{} values do not fill a tensor of shape {}", values.size(),
             shapeText(tensor.shape_));
    std::copy(values.begin(), values.end(), tensor.fill<float>().begin());
    return tensor;
}

void Tensor::toFloats(int64_t begin, std::span<float> destination) const
{
    if (begin < 0 || begin + int64_t(destination.size()) > count_)
        fail(ErrorCode::Internal, "elements {} to {} of a tensor of {}", begin,
             begin + int64_t(destination.size()), count_);
    const DTypeTraits& row = traits(dtype_);
    if (!row.toFloat) fail(ErrorCode::Unsupported, "{} values are not numbers", row.name);
    row.toFloat(bytes_.get() + begin * int64_t(row.sizeBytes), destination.data(),
                int64_t(destination.size()));
}

std::vector<float> Tensor::toFloats() const
{
    std::vector<float> values(static_cast<size_t>(count_));
    toFloats(0, values);
    return values;
}

Tensor Tensor::reshaped(Shape shape) const
{
    if (elementCount(shape) != count_)
        fail(ErrorCode::BadFile, "a tensor of shape {} cannot take shape {}", shapeText(shape_),
             shapeText(shape));
    Tensor result = *this;
    result.shape_ = std::move(shape);
    return result;
}

Tensor Tensor::rows(int64_t begin, int64_t end) const
{
    if (shape_.empty() || begin < 0 || end < begin || end > shape_[0])
        fail(ErrorCode::Internal, "rows {} to {} of a tensor of shape {}", begin, end, shapeText(shape_));
    const int64_t rowCount = shape_[0] == 0 ? 0 : count_ / shape_[0];
    Tensor result = *this;
    result.shape_[0] = end - begin;
    result.count_ = (end - begin) * rowCount;
    result.bytes_ = {bytes_, bytes_.get() + begin * rowCount * int64_t(traits(dtype_).sizeBytes)};
    return result;
}

void Tensor::requireView(size_t elementBytes, size_t elementAlignment) const
{
    const bool aligned = reinterpret_cast<uintptr_t>(bytes_.get()) % elementAlignment == 0;
    if (!bytes_ || elementBytes != traits(dtype_).sizeBytes || !aligned)
        fail(ErrorCode::Internal, "a {} tensor cannot be seen as elements of {} bytes",
             traits(dtype_).name, elementBytes);
}

} // namespace paretoscope
