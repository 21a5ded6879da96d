// Products with packed weights.
#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/packed_view.h"
#include "core/base/error.h"

namespace paretoscope::cpu {

void linearPacked(ConstMatrixView x, const PackedMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a packed map [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    const PackedView view(weight);
    const int64_t block = activationBlock(view.groupSize);
    if (x.rows == 1 && block > 0) {
        const RoundedActivations rounded = roundActivations(view, x.data, block);
        parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
            packedDots(view, rounded, begin, end, bias, y.data + begin);
        });
        return;
    }
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r) expandPackedRow(view, row + r, column, columns, out + r * columns);
    });
}

} // namespace paretoscope::cpu
