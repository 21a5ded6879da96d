// Products with matrices of signs. Layout: core/tensor/sign_layout.h.
#pragma once

#include "core/backend/matrix.h"
#include "core/tensor/sign_layout.h"

#include <cstdint>

namespace paretoscope::cpu {

void linearSigns(ConstMatrixView x, const SignMatrix& weight, const float* bias, MatrixView y);

constexpr int64_t signStep = 32; // inputs are padded with zeros to a multiple

// y[r] = Σ ± x over the columns, for rows [row, row + rows) whose scales are left out; x is padded to
// signStep.
void signDots(const SignMatrix& weight, int64_t row, int64_t rows, const float* x, float* y);

} // namespace paretoscope::cpu
