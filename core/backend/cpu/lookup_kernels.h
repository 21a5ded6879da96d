// One activation row times rows of codes. Layout: core/tensor/lookup_layout.h.
#pragma once

#include "core/tensor/lookup_layout.h"

#include <cstdint>

namespace paretoscope::cpu {

// y[r] = dot of row `row` + r with x [columns], for `rows` rows.
void lookupDots(const LookupMatrix& weight, int64_t row, int64_t rows, const float* x, float* y);

} // namespace paretoscope::cpu
