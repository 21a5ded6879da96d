// Weights as -1, 0 or 1 times the mean magnitude of their group.
//
// Source: Ma et al. 2024 (arXiv:2402.17764), equations 1 to 3; by group in the MiniCPM4 report
// (arXiv:2506.07900).
#pragma once

#include "core/model/linear_weight.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// Absmean: the mean magnitude, as in BitNet. LeastSquares: the scale with the smallest squared error after
// rounding (Li, Zhang, Liu, Ternary Weight Networks, 2016, arXiv:1605.04711, section 2.2, solved exactly).
enum class TernaryScale { Absmean, LeastSquares };

// The scale of each group [rows, columns / groupSize]; with `wholeMatrix` that of all weights, in every
// place. groupSize divides the columns.
std::vector<float> ternaryScales(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize,
                                 bool wholeMatrix, TernaryScale scale);

// round(weight / scale) within -1 and 1.
int nearestTrit(double weight, double scale);

// One matrix of trits [rows, columns] with their groups' scales.
struct TernaryMatrix {
    int64_t rows = 0, columns = 0, groupSize = 0;
    std::vector<int8_t> trits;
    std::vector<float> scales; // [rows, columns / groupSize]
};

TernaryMatrix roundToTernary(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize,
                             bool wholeMatrix, TernaryScale scale);

// Two bits a weight and a 16-bit scale a group. Error(Unsupported) naming `what` for a scale beyond 16 bits.
LinearWeightPtr packedTernary(const TernaryMatrix& matrix, const std::string& what);

// TQ1_0 or TQ2_0; groups are whole blocks of 256. Error(Unsupported) as above.
LinearWeightPtr ternaryBlocks(const TernaryMatrix& matrix, const BlockFormat& format, const std::string& what);

} // namespace paretoscope::quantization
