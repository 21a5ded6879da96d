// GGML's block types: runs of a row's values stored together with their scales.
//
// Source: github.com/ggml-org/ggml, include/ggml.h (numbers), src/ggml-common.h (layouts) and
// src/ggml-quants.c (meaning). Numbers in blocks are little-endian.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace paretoscope {

struct BlockFormat {
    const char* name;      // as people write it: "Q4_K"
    uint32_t ggmlType;     // its number in GGUF files
    int64_t elements;      // values of a block
    int64_t bytes;         // of a block
    int scaleAt;           // byte of its F16 scale; -1 when it has none
    int minimumAt;         // byte of its F16 offset; -1 when it has none
    bool multiplied;       // products with one row unpack it in registers (core/backend/cpu)
    // One block to `elements` values; both may be unaligned.
    void (*decode)(const uint8_t* block, float* values);

    double bitsPerWeight() const { return 8.0 * double(bytes) / double(elements); }
};

// The block types that are read; rows never change and live as long as the program.
std::span<const BlockFormat> blockFormats();
const BlockFormat* blockFormatByType(uint32_t ggmlType); // null when not read
const BlockFormat* blockFormatByName(std::string_view name);

// W [rows, columns] whose rows are whole blocks, one after another.
struct BlockMatrix {
    const BlockFormat* format = nullptr;
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor blocks; // U8 [rows, rowBytes()]

    int64_t rowBytes() const { return columns / format->elements * format->bytes; }
};

// Checks extents against each other. Throws Error(BadFile) naming `what`.
void validateBlocks(const BlockMatrix& matrix, const std::string& what);

// False when a scale is NaN or infinite.
bool blocksAreFinite(const BlockMatrix& matrix);

// Values [begin, begin + destination.size()) of a row; `begin` is a multiple of the block's
// elements. The reference for every kernel.
void decodeRow(const BlockMatrix& matrix, int64_t row, int64_t begin, std::span<float> destination);

} // namespace paretoscope
