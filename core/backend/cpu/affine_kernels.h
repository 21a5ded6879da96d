// Parts of the products with affine and sparse forms, each on the calling thread. Layouts:
// core/tensor/affine_layout.h, sparse_layout.h.
#pragma once

#include "core/backend/cpu/kernels.h"
#include "core/tensor/affine_layout.h"
#include "core/tensor/sparse_layout.h"

#include <cstdint>

namespace paretoscope::cpu {

// Whole operations, as CompressedProducts describes them; they use all threads.
void linearAffine(ConstMatrixView x, const AffineMatrix& weight, const float* bias, MatrixView y);
void addSparse(ConstMatrixView x, const SparseRows& weight, MatrixView y);

// Whether affineDots takes groups of this size.
bool hasAffineDots(int64_t groupSize);
// y[n] = dot(row begin + n, x) for rows [begin, end).
void affineDots(const AffineMatrix& weight, int64_t begin, int64_t end, const float* x, float* y);
// f32 values [rows, count] of columns [column, column + count) of `rows` rows; codes at `column`
// begin on a byte.
void expandAffineRows(const AffineMatrix& weight, int64_t row, int64_t rows, int64_t column, int64_t count,
                      float* destination);

} // namespace paretoscope::cpu
