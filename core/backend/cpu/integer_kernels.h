// Packed codes of few bits times activations that are rounded to few bits token by token.
#pragma once

#include "core/backend/compressed_products.h"
#include "core/backend/cpu/int8_kernels.h"

namespace paretoscope::cpu {

// As CompressedProducts describes it; uses all threads.
void linearInteger(ConstMatrixView x, const PackedMatrix& weight, const ActivationRounding& rounding, const float* bias,
                   MatrixView y);

// Parts, each on the calling thread.

// x [columns] to values [columns padded to int8Step], at most ±largest: x / scale rounded, where `largest`
// stands for `clip` of the row's peak. A row with a NaN or an infinity gets the scale NaN.
Int8Row roundToLevels(const float* x, int64_t columns, int largest, float clip, int8_t* values);

// `count` codes of four bits, low bits first, as bytes; count is even.
void unpackNibbles(const uint8_t* codes, int64_t count, uint8_t* bytes);

} // namespace paretoscope::cpu
