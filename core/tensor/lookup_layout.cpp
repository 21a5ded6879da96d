#include "core/tensor/lookup_layout.h"

#include "core/base/error.h"

#include <algorithm>

namespace paretoscope {

namespace {

// The table times a scale, where a whole group is expanded with it.
void lookUp(const uint8_t* codes, int bits, int64_t begin, const float* table, float scale, float offset,
            std::span<float> destination)
{
    const auto count = int64_t(destination.size());
    if (bits == 8) {
        for (int64_t i = 0; i < count; ++i) destination[size_t(i)] = scale * table[codes[begin + i]] + offset;
        return;
    }
    float scaled[16];
    for (int i = 0; i < 16; ++i) scaled[i] = scale * table[i] + offset;
    const uint8_t* at = codes + begin / 2;
    int64_t i = 0;
    for (; i + 2 <= count; i += 2, ++at) {
        destination[size_t(i)] = scaled[*at & 15];
        destination[size_t(i) + 1] = scaled[*at >> 4];
    }
    if (i < count) destination[size_t(i)] = scaled[*at & 15];
}

float at(const Tensor& tensor, int64_t index)
{
    float value = 0;
    tensor.toFloats(index, {&value, 1});
    return value;
}

} // namespace

void validateLookup(const LookupMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    check(matrix.bits == 4 || matrix.bits == 8, "bits must be 4 or 8");
    constexpr int64_t most = int64_t{1} << 40;
    check(matrix.rows > 0 && matrix.columns > 0 && matrix.columns < most, "an extent is not positive");
    check(matrix.columns * matrix.bits % 8 == 0, "a row of codes does not end on a byte");
    check(matrix.groupRows > 0 && matrix.groupColumns > 0, "a group is empty");
    check(matrix.groupColumns % 2 == 0 || matrix.groupColumns >= matrix.columns || matrix.bits == 8,
          "a group does not begin on a byte");
    const Shape scales{matrix.scaleRows(), matrix.scaleColumns()};
    const auto isNumbers = [](const Tensor& tensor) {
        return tensor.dtype() == DType::F32 || tensor.dtype() == DType::BF16 || tensor.dtype() == DType::F16;
    };
    check(matrix.codes.dtype() == DType::U8 && matrix.codes.shape() == Shape{matrix.rows, matrix.rowBytes()},
          "codes have the wrong shape");
    check(matrix.table.dtype() == DType::F32 && matrix.table.shape() == Shape{int64_t{1} << matrix.bits},
          "the table has the wrong shape");
    check(isNumbers(matrix.scales) && matrix.scales.shape() == scales, "scales have the wrong shape");
    if (!matrix.offsets.empty())
        check(isNumbers(matrix.offsets) && matrix.offsets.shape() == scales, "offsets have the wrong shape");
}

void lookUpRow(const LookupMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination)
{
    const auto* codes =
        reinterpret_cast<const uint8_t*>(matrix.codes.bytes().data()) + row * matrix.rowBytes();
    float table[256];
    matrix.table.toFloats(0, {table, size_t(matrix.table.count())});
    const int64_t scaleRow = row / matrix.groupRows * matrix.scaleColumns();
    const int64_t end = begin + int64_t(destination.size());
    for (int64_t column = begin; column < end;) {
        const int64_t group = column / matrix.groupColumns;
        const int64_t next = std::min(end, (group + 1) * matrix.groupColumns);
        const float offset = matrix.offsets.empty() ? 0.0f : at(matrix.offsets, scaleRow + group);
        lookUp(codes, matrix.bits, column, table, at(matrix.scales, scaleRow + group), offset,
               destination.subspan(size_t(column - begin), size_t(next - column)));
        column = next;
    }
}

} // namespace paretoscope
