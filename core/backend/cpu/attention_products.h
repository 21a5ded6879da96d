// The products of attention for tiles of many query rows. Heads are narrow (32 to 128 columns), too
// narrow for a general matrix product to be worth its packing.
#pragma once

#include "core/backend/matrix.h"

#include <cstdint>

namespace paretoscope::cpu {

// Keys of a panel, or columns of one product: two vectors.
int64_t attentionPanel();

// Panels [begin, end) of one head's keys, transposed: panel p, key j, column c is
// panels[(p * dim + c) * width + j], 0 behind the last of `count` keys.
void packKeyPanels(const float* keys, int64_t stride, int64_t count, int64_t dim, int64_t begin, int64_t end,
                   float* panels);

// c = a · b, or += when accumulate, for attentionPanel() columns of c. b is [a.columns, panel], its
// rows bStride apart.
void multiplyPanel(ConstMatrixView a, const float* b, int64_t bStride, bool accumulate, MatrixView c);

} // namespace paretoscope::cpu
