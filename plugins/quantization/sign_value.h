// Sign-value decomposition: W ≈ sign(W) ⊙ (a bᵀ).
//
// Source: Xu et al. 2024 (arXiv:2402.11295), section 3.2.
#pragma once

#include "core/tensor/sign_layout.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct Magnitudes {
    std::vector<float> rows;    // a
    std::vector<float> columns; // b, of mean square 1
};

// The rank-one matrix nearest to |W|: its first singular vectors, which are not negative.
Magnitudes rankOneMagnitudes(std::span<const float> weights, int64_t rows, int64_t columns);

// mean |W| in every place.
Magnitudes meanMagnitudes(std::span<const float> weights, int64_t rows, int64_t columns);

// Error(Unsupported) naming `what` when a magnitude does not fit 16 bits.
SignMatrix signMatrix(std::span<const float> weights, const Magnitudes& magnitudes, const std::string& what);

} // namespace paretoscope::quantization
