// Products with matrices of signs.
#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/sign_kernels.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

namespace {

// y = a ⊙ (S · (b ⊙ x)) + bias
void linearOneRow(const SignMatrix& weight, ConstMatrixView x, const float* bias, MatrixView y)
{
    const int64_t padded = (x.columns + signStep - 1) / signStep * signStep;
    float* scaled = workFloats(WorkSlot::Activations, size_t(padded));
    convertElements(DType::F16, reinterpret_cast<const uint8_t*>(weight.columnScales.bytes().data()), x.columns,
                    scaled);
    for (int64_t c = 0; c < x.columns; ++c) scaled[c] *= x.data[c];
    std::fill(scaled + x.columns, scaled + padded, 0.0f);
    const auto* rowScales = reinterpret_cast<const uint8_t*>(weight.rowScales.bytes().data());
    parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
        signDots(weight, begin, end - begin, scaled, y.data + begin);
        float* scales = workFloats(WorkSlot::Panel, size_t(end - begin));
        convertElements(DType::F16, rowScales + 2 * begin, end - begin, scales);
        for (int64_t n = begin; n < end; ++n) y.data[n] = y.data[n] * scales[n - begin] + (bias ? bias[n] : 0.0f);
    });
}

} // namespace

void linearSigns(ConstMatrixView x, const SignMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a map of signs [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (x.rows == 1) return linearOneRow(weight, x, bias, y);
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r) expandSigns(weight, row + r, column, {out + r * columns, size_t(columns)});
    });
}

} // namespace paretoscope::cpu
