// Products with weights that are codes of a table.
#include "core/backend/cpu/linear_panels.h"
#include "core/backend/cpu/lookup_kernels.h"
#include "core/base/error.h"
#include "core/tensor/lookup_layout.h"

namespace paretoscope::cpu {

void linearLookup(ConstMatrixView x, const LookupMatrix& weight, const float* bias, MatrixView y)
{
    if (weight.columns != x.columns || weight.rows != y.columns || x.rows != y.rows)
        fail(ErrorCode::Internal, "a map of codes [{}, {}] cannot take [{}, {}] to [{}, {}]", weight.rows,
             weight.columns, x.rows, x.columns, y.rows, y.columns);
    if (y.rows == 0) return;
    if (x.rows == 1) {
        parallelFor(y.columns, rowGrain(x.columns, 1), [&](int64_t begin, int64_t end) {
            lookupDots(weight, begin, end - begin, x.data, y.data + begin);
            if (bias)
                for (int64_t n = begin; n < end; ++n) y.data[n] += bias[n];
        });
        return;
    }
    static_assert(fewRowsBlock % 2 == 0); // strips begin on bytes
    linearByPanels(x, bias, y, [&](int64_t row, int64_t rows, int64_t column, int64_t columns, float* out) {
        for (int64_t r = 0; r < rows; ++r)
            lookUpRow(weight, row + r, column, {out + r * columns, size_t(columns)});
    });
}

} // namespace paretoscope::cpu
