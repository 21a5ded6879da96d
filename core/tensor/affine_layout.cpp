#include "core/tensor/affine_layout.h"

#include "core/base/error.h"
#include "core/tensor/packed_layout.h"

#include <vector>

namespace paretoscope {

namespace {

std::span<const uint8_t> bytesOfRow(const Tensor& tensor, int64_t row)
{
    const auto width = size_t(tensor.extent(1));
    return tensor.view<uint8_t>().subspan(size_t(row) * width, width);
}

void validateNumbers(const GroupNumbers& numbers, int64_t rows, int64_t groups, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{} {}", what, reason);
    };
    if (!numbers.twoLevel()) {
        check(numbers.values.dtype() == DType::F16 && numbers.values.shape() == Shape{rows, groups},
              "have the wrong shape");
        return;
    }
    check(numbers.bits >= minPackedBits && numbers.bits <= maxPackedBits, "must have 2 to 8 bits");
    check(numbers.sharedRows > 0, "are shared by no rows");
    check(numbers.codes.dtype() == DType::U8 && numbers.codes.shape() == Shape{rows, packedBytes(groups, numbers.bits)},
          "have codes of the wrong shape");
    const int64_t grids = (rows - 1) / numbers.sharedRows + 1;
    check(numbers.grids.dtype() == DType::F16 && numbers.grids.shape() == Shape{grids, groups, 2},
          "have grids of the wrong shape");
}

} // namespace

int64_t GroupNumbers::storedBytes() const
{
    return twoLevel() ? codes.sizeBytes() + grids.sizeBytes() : values.sizeBytes();
}

void GroupNumbers::read(int64_t row, int64_t begin, std::span<float> destination) const
{
    if (!twoLevel()) {
        values.toFloats(row * values.extent(1) + begin, destination);
        return;
    }
    std::vector<uint8_t> unpacked(destination.size());
    unpackCodes(bytesOfRow(codes, row), bits, begin, unpacked);
    std::vector<float> pairs(2 * destination.size());
    grids.toFloats((row / sharedRows * grids.extent(1) + begin) * 2, pairs);
    for (size_t i = 0; i < destination.size(); ++i) destination[i] = pairs[2 * i] * (float(unpacked[i]) - pairs[2 * i + 1]);
}

void validateAffine(const AffineMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    check(matrix.bits >= minPackedBits && matrix.bits <= maxPackedBits, "bits must be 2 to 8");
    constexpr int64_t most = int64_t{1} << 40;
    check(matrix.rows > 0 && matrix.columns > 0 && matrix.rows < most && matrix.columns < most,
          "an extent is not positive");
    check(matrix.groupSize > 0 && matrix.columns % matrix.groupSize == 0, "the group size does not divide the columns");
    check(matrix.columns * matrix.bits % 8 == 0, "a row of codes does not end on a byte");
    check(matrix.groups() == 1 || matrix.groupSize * matrix.bits % 8 == 0, "a group does not begin on a byte");
    check(matrix.codes.dtype() == DType::U8 && matrix.codes.shape() == Shape{matrix.rows, matrix.rowBytes()},
          "codes have the wrong shape");
    validateNumbers(matrix.scales, matrix.rows, matrix.groups(), what + ": scales");
    validateNumbers(matrix.zeros, matrix.rows, matrix.groups(), what + ": zeros");
}

void dequantizeRow(const AffineMatrix& matrix, int64_t row, std::span<float> destination)
{
    std::vector<uint8_t> codes(size_t(matrix.columns));
    unpackCodes(bytesOfRow(matrix.codes, row), matrix.bits, 0, codes);
    std::vector<float> scales(size_t(matrix.groups())), zeros(scales.size());
    matrix.scales.read(row, 0, scales);
    matrix.zeros.read(row, 0, zeros);
    for (size_t column = 0; column < codes.size(); ++column) {
        const size_t group = column / size_t(matrix.groupSize);
        destination[column] = scales[group] * (float(codes[column]) - zeros[group]);
    }
}

} // namespace paretoscope
