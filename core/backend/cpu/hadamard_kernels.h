// Rotations of activations, in place.
#pragma once

#include "core/backend/matrix.h"
#include "core/tensor/hadamard.h"

namespace paretoscope::cpu {

// As CompressedProducts describes it; uses all threads.
void rotate(const HadamardMatrix& matrix, bool transposed, int64_t inner, MatrixView x);

} // namespace paretoscope::cpu
