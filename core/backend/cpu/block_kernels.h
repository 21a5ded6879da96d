// Products with rows of GGML blocks. Layouts: core/tensor/block_format.h.
#pragma once

#include "core/tensor/block_format.h"

#include <cstdint>

namespace paretoscope::cpu {

constexpr int64_t blockSumLength = 32; // columns of one sum in BlockActivations

// One activation row and the sums of its runs of 32, which offsets of blocks multiply.
struct BlockActivations {
    const float* values = nullptr; // [columns]
    const float* sums = nullptr;   // [columns / 32]
};

// y[r] = dot of row `row` + r with x, for `rows` rows of a format that says `multiplied`.
void blockDots(const BlockMatrix& weight, int64_t row, int64_t rows, const BlockActivations& x, float* y);
void sumRuns(const float* x, int64_t columns, float* sums);

} // namespace paretoscope::cpu
