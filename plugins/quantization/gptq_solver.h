// GPTQ of one matrix: the column solver with the nearest code of each column.
//
// Source: Frantar et al. 2022 (arXiv:2210.17323), algorithm 1; defaults of its published code.
#pragma once

#include "core/backend/backend.h"
#include "plugins/quantization/affine_quantizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct GptqSettings {
    AffineSettings grid;
    int64_t groupSize = 128;    // divides the columns
    bool actOrder = false;      // columns with the largest inputs first
    bool staticGroups = false;  // grids from the original weights, in the original order
    double damping = 0.01;      // of the covariance's mean diagonal
    bool roundScales = true;    // to the 16 bits in which they are stored
    int64_t blockColumns = 128; // whose updates of later columns are made at once
};

// Codes and grids in the order of `order`'s columns when it is not empty (act-order without static
// groups), else in the original order.
struct GptqResult {
    std::vector<uint8_t> codes;     // [rows, columns]
    std::vector<AffineGrid> grids;  // [rows, columns / groupSize]
    std::vector<int32_t> order;     // column i of the result is column order[i] of the weights
    double loss = 0;                // Σ ((w - ŵ) / U_ii)², tr((W - Ŵ) H (W - Ŵ)ᵀ)
    double damping = 0;             // what was needed for a positive definite covariance
    int64_t deadColumns = 0;        // inputs that are always 0
};

// weights [rows, columns], covariance [columns, columns] up to a factor. Error(Unsupported) naming
// `what` when no damping helps.
GptqResult solveGptq(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                     std::vector<double> covariance, const GptqSettings& settings, const std::string& what);

} // namespace paretoscope::quantization
