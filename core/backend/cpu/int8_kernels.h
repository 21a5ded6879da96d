// Products of bytes: codes without a sign times integers with one, exact in 32 bits.
#pragma once

#include "core/backend/cpu/kernels.h"

#include <cstdint>

namespace paretoscope::cpu {

constexpr int64_t int8Step = 64; // rounded rows are padded with zeros to a multiple

struct Int8Row {
    float scale;
    int32_t sum; // of the row's integers
};

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
