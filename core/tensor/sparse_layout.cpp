#include "core/tensor/sparse_layout.h"

#include "core/base/error.h"

#include <algorithm>
#include <vector>

namespace paretoscope {

namespace {

Tensor aligned(const Tensor& tensor)
{
    if (reinterpret_cast<uintptr_t>(tensor.bytes().data()) % traits(tensor.dtype()).sizeBytes == 0) return tensor;
    Tensor copy = Tensor::zeros(tensor.dtype(), tensor.shape());
    auto* to = const_cast<std::byte*>(copy.bytes().data()); // fresh, not shared yet
    std::copy(tensor.bytes().begin(), tensor.bytes().end(), to);
    return copy;
}

} // namespace

SparseRows validatedSparse(SparseRows matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    check(matrix.rows > 0 && matrix.columns > 0, "an extent is not positive");
    check(matrix.columns <= mostSparseColumns, "it has more columns than 16 bits can name");
    check(matrix.offsets.dtype() == DType::U32 && matrix.offsets.shape() == Shape{matrix.rows + 1},
          "offsets of the outliers have the wrong shape");
    matrix.offsets = aligned(matrix.offsets);
    const std::span<const uint32_t> offsets = matrix.offsets.view<uint32_t>();
    check(offsets.front() == 0 && std::is_sorted(offsets.begin(), offsets.end()), "offsets of the outliers are not ascending");
    const Shape entries{int64_t(offsets.back())};
    check(matrix.indices.dtype() == DType::U16 && matrix.indices.shape() == entries,
          "columns of the outliers have the wrong shape");
    check(matrix.values.dtype() == DType::F16 && matrix.values.shape() == entries,
          "values of the outliers have the wrong shape");
    matrix.indices = aligned(matrix.indices);
    matrix.values = aligned(matrix.values);
    const std::span<const uint16_t> columns = matrix.indices.view<uint16_t>();
    for (size_t r = 0; r + 1 < offsets.size(); ++r)
        for (size_t i = offsets[r]; i < offsets[r + 1]; ++i) {
            check(columns[i] < matrix.columns, "an outlier lies behind the last column");
            check(i == offsets[r] || columns[i - 1] < columns[i], "outliers of a row are not in order");
        }
    return matrix;
}

void addSparseRow(const SparseRows& matrix, int64_t row, std::span<float> destination)
{
    const std::span<const uint32_t> offsets = matrix.offsets.view<uint32_t>();
    const std::span<const uint16_t> columns = matrix.indices.view<uint16_t>();
    const size_t begin = offsets[size_t(row)], end = offsets[size_t(row) + 1];
    std::vector<float> values(end - begin);
    matrix.values.toFloats(int64_t(begin), values);
    for (size_t i = begin; i < end; ++i) destination[columns[i]] += values[i - begin];
}

} // namespace paretoscope
