// Products with panels: some columns of the right operand, transposed so that they lie side by side in
// two vectors. Attention multiplies by panels of keys, linear maps by panels of weight rows.
#pragma once

#include "core/backend/matrix.h"

#include <cstdint>

namespace paretoscope::cpu {

// Rows of a panel, which are the columns of one product: two vectors.
int64_t panelColumns();

// The panel of `count` rows of `dim` numbers, transposed: row j, column c is panel[c * panelColumns() + j],
// 0 behind the last row. Rows that a panel has no room for are left out.
void packPanel(const float* rows, int64_t stride, int64_t count, int64_t dim, float* panel);

// c = a · b, or += when accumulate, for panelColumns() columns of c. b is [a.columns, panelColumns()], its
// rows bStride apart.
void multiplyByPanel(ConstMatrixView a, const float* b, int64_t bStride, bool accumulate, MatrixView c);

// c = a · bᵀ, or += when accumulate, for many rows of a: a matrix product for weights that lie row by row.
// Runs on the calling thread. Without wide vectors OpenBLAS does it.
void multiplyByRows(ConstMatrixView a, ConstMatrixView b, bool accumulate, MatrixView c);

} // namespace paretoscope::cpu
