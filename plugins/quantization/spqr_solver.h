// SpQR of one matrix: GPTQ in small groups, with the weights that no grid fits kept apart.
//
// Source: Dettmers et al., SpQR, 2023, arXiv:2306.03078, algorithm 1; published code:
// spqr_engine.py.
#pragma once

#include "core/backend/backend.h"
#include "core/tensor/bilevel_layout.h"
#include "plugins/quantization/spqr_grid.h"

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct SpqrSettings {
    int bits = 3;
    int64_t groupSize = 16;       // divides the columns
    int statisticBits = 3;        // of scales and zero points; 0: they stay as they are
    int64_t tileRows = 16;        // that share the second level
    double outlierThreshold = 0.2; // of the mean sensitivity; infinite: no outliers
    bool simplified = false;       // no leave-one-out: grids are fitted to all weights
    bool actOrder = true;
    double damping = 1;            // of the covariance's mean diagonal
    bool halves = true;            // everything is rounded to the 16 bits in which it is stored
    int64_t blockColumns = 128;
};

// In the order of `order`'s columns when it is not empty.
struct SpqrResult {
    std::vector<uint8_t> codes;      // [rows, columns]
    std::vector<uint8_t> isOutlier;  // [rows, columns]
    std::vector<double> values;      // [rows, columns] ŵ, outliers as they are kept
    std::vector<FloatGrid> grids;    // [rows, groups]
    std::vector<NumberCodes> scales, zeros; // [tiles, groups] when statisticBits > 0
    std::vector<int32_t> order;
    double threshold = 0;
    int64_t rows = 0, columns = 0;

    int64_t outliers() const;
    // As stored; statisticBits must have been > 0. The outliers are what is added to the grid's value.
    BilevelMatrix matrix(const SpqrSettings& settings) const;
    SparseRows sparse() const; // of columns in the result's order
};

// weights [rows, columns], covariance [columns, columns] up to a factor. Error(Unsupported) naming
// `what` when no damping helps.
SpqrResult solveSpqr(const Backend& backend, const std::vector<float>& weights, int64_t rows, int64_t columns,
                     const std::vector<double>& covariance, const SpqrSettings& settings, const std::string& what);

} // namespace paretoscope::quantization
