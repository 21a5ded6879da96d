// Rows of f32 to GGML's block types.
#pragma once

#include "core/tensor/block_format.h"

#include <span>
#include <string>

namespace paretoscope {

// What one block is made from.
struct BlockSource {
    const float* values = nullptr;     // [elements], finite
    const float* importance = nullptr; // [elements] of the inputs, not negative: mean x²; may be null
    float rowMeanSquare = 0;           // of the whole row's values
};

// One source to one block, with a small error weighted by importance; null for types that are only read.
using BlockEncoder = void (*)(const BlockSource& source, uint8_t* block);
BlockEncoder blockEncoder(const BlockFormat& format);

// Rows of finite values [rows, columns]; columns are whole blocks. `importance` is empty or [columns].
// Error(Unsupported) naming `what` when a scale does not fit 16 bits, Error(Internal) for a type that is
// only read and for wrong sizes.
BlockMatrix encodeBlocks(const BlockFormat& format, std::span<const float> values, int64_t rows, int64_t columns,
                         std::span<const float> importance, const std::string& what);

} // namespace paretoscope
