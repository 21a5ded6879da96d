// GGML blocks as bytes with scales and offsets: what products in integers and with rare formats work on.
#pragma once

#include "core/tensor/block_format.h"

#include <cstdint>

namespace paretoscope::cpu {

// Columns that share scale and offset once a block of this format is unpacked: 16, 32 or 128.
int64_t codeBlock(const BlockFormat& format);

// Columns [column, column + columns) of a row, both multiples of the format's elements: a weight is
// scale · code + offset. codes [columns], scales and offsets [columns / codeBlock].
void unpackBlockCodes(const BlockMatrix& weight, int64_t row, int64_t column, int64_t columns, uint8_t* codes,
                      float* scales, float* offsets);

// Whether one activation row is multiplied by unpacked codes (dotBlockCodes) and not by a kernel of the format's own.
bool dotsByCodes(const BlockFormat& format);
// sums [columns / codeBlock] of x's runs, which dotBlockCodes wants.
void sumCodeBlocks(const float* x, int64_t columns, int64_t block, float* sums);
// y[r] = dot of row `row` + r with x, on the calling thread.
void dotBlockCodes(const BlockMatrix& weight, int64_t row, int64_t rows, const float* x, const float* sums, float* y);

} // namespace paretoscope::cpu
