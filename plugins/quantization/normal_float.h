// The 16 levels of NF4 and matrices stored with them.
//
// Source: Dettmers et al. 2023 (arXiv:2305.14314), section 3 and appendix E.
#pragma once

#include "core/tensor/lookup_layout.h"

#include <array>
#include <span>

namespace paretoscope::quantization {

// Ascending from -1 to 1, with an exact 0.
extern const std::array<float, 16> normalFloatLevels;

// The code whose level is nearest to x, which is within [-1, 1].
uint8_t nearestNormalFloat(float x);

// weights [rows, columns] in groups of `groupSize` columns, which divides them; a group's scale is
// its largest magnitude.
LookupMatrix normalFloat4(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize);

} // namespace paretoscope::quantization
