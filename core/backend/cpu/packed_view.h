// Raw pointers into a packed matrix, and its two kernels. Layout: core/tensor/packed_layout.h.
#pragma once

#include "core/tensor/affine_layout.h"
#include "core/tensor/packed_layout.h"

#include <cstdint>

namespace paretoscope::cpu {

// Non-owning. Pointers may be unaligned.
struct PackedView {
    int bits = 0;
    int64_t rows = 0;
    int64_t columns = 0;
    int64_t groupSize = 0;
    int64_t groups = 0;
    const uint8_t* codes = nullptr;  // [rows, codeBytes]
    const uint8_t* scales = nullptr; // [rows, groups] F16
    const uint8_t* zeros = nullptr;  // [rows, zeroBytes]; null when symmetric
    bool realZeros = false;          // [rows, groups] F16 instead
    int64_t codeBytes = 0;
    int64_t zeroBytes = 0;

    explicit PackedView(const PackedMatrix& matrix);
    explicit PackedView(const AffineMatrix& matrix); // whose numbers are plain

    const uint8_t* codeRow(int64_t row) const { return codes + row * codeBytes; }
    float symmetricZero() const { return float(1 << (bits - 1)); }
    float scale(int64_t row, int64_t group) const;
    float zero(int64_t row, int64_t group) const;
};

// Unpacking loads 16 bytes for every 8 codes, so fewer than this many bytes behind a row are read.
constexpr int64_t packedOverread = 32;

// Row `row` from code byte `firstByte` on, where packedOverread bytes behind it may be read: the
// row itself, or a copy of it when it lies at the very end of the tensor.
const uint8_t* readableCodes(const PackedView& view, int64_t row, int64_t firstByte);

// f32 values of columns [column, column + count) of one row; column is a multiple of 8.
void expandPackedRow(const PackedView& view, int64_t row, int64_t column, int64_t count, float* destination);

// One activation row, rounded to 16-bit integers with a scale for every block of `block` columns.
// The rounding error is at most a 65024th of each block's largest value. A block that holds NaN or an
// infinity gets the scale NaN.
struct RoundedActivations {
    int64_t block = 0;
    int64_t blocks = 0;
    int16_t* values = nullptr; // [columns], within ±32512 so that the high byte is below 128
    int8_t* high = nullptr;    // [columns] values = 256 · high + low, in the order of packed_vnni.h; null
                               // where the kernels want no bytes
    int8_t* low = nullptr;
    float* scales = nullptr;   // [blocks]
    float* sums = nullptr;     // [blocks] sum of the block's integers
};

// The block length for this group size: its largest divisor among 128, 64 and 32, or 0.
int64_t activationBlock(int64_t groupSize);
// x [view.columns], for products with this view or one of its shape. In this thread's buffer
// (WorkSlot::Activations), valid until the next call.
RoundedActivations roundActivations(const PackedView& view, const float* x, int64_t block);

// y[n] = dot(row n, x) + bias[n] for rows [begin, end), by exact integer sums within blocks.
void packedDots(const PackedView& view, const RoundedActivations& x, int64_t begin, int64_t end,
                const float* bias, float* y);

} // namespace paretoscope::cpu
