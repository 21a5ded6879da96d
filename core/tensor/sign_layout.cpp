#include "core/tensor/sign_layout.h"

#include "core/base/error.h"

namespace paretoscope {

void validateSigns(const SignMatrix& matrix, const std::string& what)
{
    const auto check = [&](bool good, const char* reason) {
        if (!good) fail(ErrorCode::BadFile, "{}: {}", what, reason);
    };
    constexpr int64_t most = int64_t{1} << 40;
    check(matrix.rows > 0 && matrix.columns > 0 && matrix.columns < most, "an extent is not positive");
    check(matrix.signs.dtype() == DType::U8 && matrix.signs.shape() == Shape{matrix.rows, matrix.rowBytes()},
          "signs have the wrong shape");
    check(matrix.rowScales.dtype() == DType::F16 && matrix.rowScales.shape() == Shape{matrix.rows},
          "scales of rows have the wrong shape");
    check(matrix.columnScales.dtype() == DType::F16 && matrix.columnScales.shape() == Shape{matrix.columns},
          "scales of columns have the wrong shape");
}

void expandSigns(const SignMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination)
{
    const auto* signs = reinterpret_cast<const uint8_t*>(matrix.signs.bytes().data()) + row * matrix.rowBytes();
    float scale = 0;
    matrix.rowScales.toFloats(row, {&scale, 1});
    matrix.columnScales.toFloats(begin, destination);
    for (size_t i = 0; i < destination.size(); ++i) {
        const int64_t column = begin + int64_t(i);
        destination[i] *= (signs[column / 8] >> (column % 8)) & 1 ? -scale : scale;
    }
}

} // namespace paretoscope
