#include "core/tensor/codebook_layout.h"

#include "core/base/error.h"
#include "core/tensor/packed_layout.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace paretoscope {

void validateCodebooks(const CodebookMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    constexpr int64_t most = int64_t{1} << 31;
    check(matrix.bits >= minPackedBits && matrix.bits <= maxPackedBits, "bits must be 2 to 8");
    check(matrix.books >= 1 && matrix.books <= 16, "there must be 1 to 16 codebooks");
    check(matrix.groupSize >= 1 && matrix.groupSize <= 64 && std::has_single_bit(uint64_t(matrix.groupSize)),
          "the group size must be a power of two up to 64");
    check(matrix.rows > 0 && matrix.columns > 0 && matrix.rows <= most && matrix.columns <= most, "an extent is not positive");
    check(matrix.columns % matrix.groupSize == 0, "the group size does not divide the columns");
    check(matrix.setRows > 0, "no rows share a set of codebooks");
    check(matrix.codes.dtype() == DType::U8 && matrix.codes.shape() == Shape{matrix.rows, matrix.rowBytes()},
          "codes have the wrong shape");
    check(matrix.codebooks.dtype() == DType::F16 &&
              matrix.codebooks.shape() == Shape{matrix.sets(), matrix.books, matrix.entries(), matrix.groupSize},
          "codebooks have the wrong shape");
    if (matrix.scales.empty()) return;
    check(matrix.scales.dtype() == DType::F16 && matrix.scales.shape() == Shape{matrix.rows}, "scales have the wrong shape");
}

void decodeRow(const CodebookMatrix& matrix, int64_t row, std::span<float> destination)
{
    const auto width = size_t(matrix.rowBytes());
    std::vector<uint8_t> codes(static_cast<size_t>(matrix.codesOfRow()));
    unpackCodes(matrix.codes.view<uint8_t>().subspan(size_t(row) * width, width), matrix.bits, 0, codes);
    std::vector<float> books(static_cast<size_t>(matrix.setFloats()));
    matrix.codebooks.toFloats(row / matrix.setRows * matrix.setFloats(), books);
    float scale = 1;
    if (!matrix.scales.empty()) matrix.scales.toFloats(row, {&scale, 1});
    const auto size = size_t(matrix.groupSize), count = size_t(matrix.books), entries = size_t(matrix.entries());
    std::fill(destination.begin(), destination.end(), 0.0f);
    for (size_t i = 0; i < codes.size(); ++i) {
        const float* vector = books.data() + (i % count * entries + codes[i]) * size;
        for (size_t k = 0; k < size; ++k) destination[i / count * size + k] += vector[k];
    }
    for (float& value : destination) value *= scale;
}

} // namespace paretoscope
