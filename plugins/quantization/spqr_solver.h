// SpQR of one matrix: the column solver on small groups whose scales and zeros are quantized in turn,
// with the weights that would cost most kept apart.
//
// Source: Dettmers et al. 2023 (arXiv:2306.03078), algorithm 1; defaults of its published code.
#pragma once

#include "core/backend/backend.h"
#include "plugins/quantization/real_grid.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct SpqrSettings {
    int bits = 3;
    int64_t groupSize = 16; // divides the columns
    int scaleBits = 3;      // of quantized scales and zeros; 0 keeps them in 16 bits
    int zeroBits = 3;
    int64_t sharedRows = 16; // rows whose scales (and zeros) of a group share a grid
    bool outliers = true;
    double outlierThreshold = 0.2; // of the mean variance of a column over its sensitivity
    bool leaveOneOut = true;       // fit groups without their likely outliers
    bool actOrder = true;          // columns with the largest inputs first
    double damping = 1;            // of the covariance's mean diagonal
    bool roundNumbers = true;      // to the 16 bits in which scales, zeros and grids are stored
};

// Everything by column in the order of `order`, where it is not empty.
struct SpqrResult {
    std::vector<uint8_t> codes;        // [rows, columns]; that of 0 where an outlier is
    std::vector<RealGrid> groups;      // [rows, columns / groupSize] as they are read back
    std::vector<uint8_t> scaleCodes;   // [rows, columns / groupSize], empty with 16-bit scales
    std::vector<uint8_t> zeroCodes;
    std::vector<RealGrid> scaleGrids;  // [ceil(rows / sharedRows), columns / groupSize]
    std::vector<RealGrid> zeroGrids;
    std::vector<uint8_t> outlierMask;  // [rows, columns]
    std::vector<float> outlierWeights; // [rows, columns], where the mask is set: the weight itself
    std::vector<int32_t> order;        // column i of the result is column order[i] of the weights
    double loss = 0;                   // as ColumnSolution
    double damping = 0;
    double threshold = 0;              // cost above which a weight is kept apart
};

// weights [rows, columns], covariance [columns, columns] up to a factor. Errors as solveColumns.
SpqrResult solveSpqr(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                     std::vector<double> covariance, const SpqrSettings& settings, const std::string& what);

} // namespace paretoscope::quantization
