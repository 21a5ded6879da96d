// Eight-bit weights times activations that are rounded to eight bits row by row.
//
// Weights are PackedMatrix codes of 8 bits, symmetric, with one scale a row: scale · (code - 128). An
// activation row is scale · q with q within ±127. Sums of code · q are exact in 32 bits.
#pragma once

#include "core/backend/cpu/kernels.h"

#include <cstdint>

namespace paretoscope::cpu {

// Whole operation, as CompressedProducts describes it; uses all threads.
void linearInt8(ConstMatrixView x, const PackedMatrix& weight, const float* bias, MatrixView y);

// Parts, each on the calling thread.

constexpr int64_t int8Step = 64; // rounded rows are padded with zeros to a multiple

struct Int8Row {
    float scale;
    int32_t sum; // of the row's integers
};

// x [columns] to values [columns padded to int8Step]. A row with a NaN or an infinity gets the scale NaN.
Int8Row roundToInt8(const float* x, int64_t columns, int8_t* values);

// sums[t · rows + r] = Σ codes of row r · values of token t, for `rows` rows of `columns` codes and
// `tokens` token rows int8Step-padded apart.
struct Int8Tile {
    const uint8_t* codes;
    const int8_t* values;
    int64_t columns;
    int64_t valueStride;
    int rows;   // 1 to 4
    int tokens; // 1 to 4
};
void int8Dots(const Int8Tile& tile, int32_t* sums);
// The same with AVX-512 VNNI; needs hasPackedVnni().
void int8DotsVnni(const Int8Tile& tile, int32_t* sums);

} // namespace paretoscope::cpu
