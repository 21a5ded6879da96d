#include "core/tensor/packed_layout.h"

#include "core/base/error.h"
#include "core/base/half.h"

#include <algorithm>
#include <vector>

namespace paretoscope {

void packCodes(std::span<const uint8_t> codes, int bits, std::span<uint8_t> destination)
{
    std::fill(destination.begin(), destination.end(), uint8_t{0});
    size_t bit = 0;
    for (const uint8_t code : codes) {
        const uint32_t shifted = uint32_t(code) << (bit % 8);
        destination[bit / 8] = uint8_t(destination[bit / 8] | shifted);
        if (shifted > 0xff) destination[bit / 8 + 1] = uint8_t(shifted >> 8);
        bit += size_t(bits);
    }
}

void unpackCodes(std::span<const uint8_t> packed, int bits, int64_t begin, std::span<uint8_t> codes)
{
    size_t bit = size_t(begin) * size_t(bits);
    const uint32_t mask = (1u << bits) - 1;
    for (uint8_t& code : codes) {
        const size_t byte = bit / 8;
        const uint32_t high = byte + 1 < packed.size() ? packed[byte + 1] : 0u;
        code = uint8_t(((packed[byte] | (high << 8)) >> (bit % 8)) & mask);
        bit += size_t(bits);
    }
}

int64_t PackedMatrix::storedBytes() const
{
    return codes.sizeBytes() + scales.sizeBytes() + (symmetric ? 0 : zeros.sizeBytes());
}

void validatePacked(const PackedMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    check(matrix.bits >= minPackedBits && matrix.bits <= maxPackedBits, "bits must be 2 to 8");
    check(matrix.rows > 0 && matrix.columns > 0, "an extent is not positive");
    check(matrix.groupSize > 0 && matrix.columns % matrix.groupSize == 0,
          "the group size does not divide the columns");
    check(matrix.columns * matrix.bits % 8 == 0, "a row of codes does not end on a byte");
    const Shape codes{matrix.rows, matrix.columns * matrix.bits / 8};
    const Shape scales{matrix.rows, matrix.groups()};
    const Shape zeros{matrix.rows, packedBytes(matrix.groups(), matrix.bits)};
    check(matrix.codes.dtype() == DType::U8 && matrix.codes.shape() == codes, "codes have the wrong shape");
    check(matrix.scales.dtype() == DType::F16 && matrix.scales.shape() == scales,
          "scales have the wrong shape");
    if (matrix.symmetric) return;
    check(matrix.zeros.dtype() == DType::U8 && matrix.zeros.shape() == zeros,
          "zero points have the wrong shape");
}

void dequantizeRow(const PackedMatrix& matrix, int64_t row, std::span<float> destination)
{
    const auto groups = size_t(matrix.groups());
    std::vector<uint8_t> codes(size_t(matrix.columns));
    std::vector<uint8_t> zeros(groups, uint8_t(1u << (matrix.bits - 1)));
    std::vector<float> scales(groups);
    const auto bytesOfRow = [row](const Tensor& tensor) {
        const std::span<const uint8_t> all = tensor.view<uint8_t>();
        const auto width = size_t(tensor.extent(1));
        return all.subspan(size_t(row) * width, width);
    };
    unpackCodes(bytesOfRow(matrix.codes), matrix.bits, 0, codes);
    if (!matrix.symmetric) unpackCodes(bytesOfRow(matrix.zeros), matrix.bits, 0, zeros);
    matrix.scales.toFloats(row * matrix.groups(), scales);
    for (size_t column = 0; column < codes.size(); ++column) {
        const size_t group = column / size_t(matrix.groupSize);
        destination[column] = scales[group] * float(int(codes[column]) - int(zeros[group]));
    }
}

} // namespace paretoscope
