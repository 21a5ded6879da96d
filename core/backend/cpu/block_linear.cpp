// Products with weights stored as GGML blocks.
#include "core/backend/cpu/block_kernels.h"
#include "core/backend/cpu/linear_panels.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

namespace {

void linearOneRow(const BlockMatrix& weight, ConstMatrixView x, const float* bias, MatrixView y)
{
    float* sums = workFloats(WorkSlot::Activations, size_t(x.columns / blockSumLength));
    sumRuns(x.data, x.columns, sums);
    const BlockActivations activations{x.data, sums};
    parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
        blockDots(weight, begin, end - begin, activations, y.data + begin);
        if (bias)
            for (int64_t n = begin; n < end; ++n) y.data[n] += bias[n];
    });
}

} // namespace

void linearBlocks(ConstMatrixView x, const BlockMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a map of blocks [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    if (x.rows == 1 && weight.format->multiplied) {
        linearOneRow(weight, x, bias, y);
        return;
    }
    // Strips start at multiples of fewRowsBlock, which every block length divides.
    static_assert(fewRowsBlock % 256 == 0);
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r)
            decodeRow(weight, row + r, column, {out + r * columns, size_t(columns)});
    });
}

} // namespace paretoscope::cpu
