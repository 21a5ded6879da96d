// A tensor: dtype, shape and shared bytes.
#pragma once

#include "core/tensor/dtype.h"

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

// Row-major extents, outermost first. Empty = a scalar.
using Shape = std::vector<int64_t>;

// Product of the extents. Throws Error(BadFile) when an extent is negative or the product, or the
// product times `elementBytes`, does not fit in int64.
int64_t elementCount(std::span<const int64_t> shape, int64_t elementBytes = 1);
std::string shapeText(std::span<const int64_t> shape); // "[512, 192]"

// A value: copying shares the bytes. Bytes may belong to a mapped file, may be unaligned, and are
// never changed once other code can see the tensor; thread-safe to read.
class Tensor {
public:
    Tensor() = default; // empty() is true

    // Shares `bytes` (kept alive by `owner`); size must match exactly.
    Tensor(DType dtype, Shape shape, std::span<const std::byte> bytes,
           std::shared_ptr<const void> owner);
    static Tensor zeros(DType dtype, Shape shape); // own memory, 64-byte aligned
    static Tensor fromFloats(Shape shape, std::span<const float> values); // F32 copy
    static Tensor fromFloats(Shape shape, std::initializer_list<float> values)
    {
        return fromFloats(std::move(shape), std::span(values.begin(), values.size()));
    }

    bool empty() const { return !bytes_; }
    DType dtype() const { return dtype_; }
    const Shape& shape() const { return shape_; }
    int64_t extent(size_t dimension) const { return shape_.at(dimension); }
    int64_t count() const { return count_; }
    int64_t sizeBytes() const { return count_ * int64_t(traits(dtype_).sizeBytes); }
    std::span<const std::byte> bytes() const { return {bytes_.get(), size_t(sizeBytes())}; }

    // Typed view. Throws Error(Internal) unless the size of T is the element's and it is aligned.
    template <class T> std::span<const T> view() const
    {
        requireView(sizeof(T), alignof(T));
        return {reinterpret_cast<const T*>(bytes_.get()), size_t(count_)};
    }
    // For the code that fills a fresh tensor from zeros(), before sharing it.
    template <class T> std::span<T> fill()
    {
        requireView(sizeof(T), alignof(T));
        return {reinterpret_cast<T*>(const_cast<std::byte*>(bytes_.get())), size_t(count_)};
    }

    // Elements [begin, begin + destination.size()) as f32. Throws Error(Unsupported) for Bool.
    void toFloats(int64_t begin, std::span<float> destination) const;
    std::vector<float> toFloats() const;

    // The same bytes with another shape of equal count.
    Tensor reshaped(Shape shape) const;
    // Rows [begin, end) of the outermost dimension, sharing bytes.
    Tensor rows(int64_t begin, int64_t end) const;

private:
    void requireView(size_t elementBytes, size_t alignment) const;

    DType dtype_ = DType::F32;
    Shape shape_;
    int64_t count_ = 0;
    std::shared_ptr<const std::byte> bytes_;
};

} // namespace paretoscope
