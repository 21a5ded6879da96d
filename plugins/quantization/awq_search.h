// What AWQ looks for in one matrix: the scales of its inputs and the clipping of its groups that
// change its outputs least.
//
// Source: Lin et al. 2023 (arXiv:2306.00978), sections 3.2 and 4; ranges of its published code.
#pragma once

#include "core/backend/backend.h"
#include "plugins/quantization/affine_quantizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

// A grid over the group's own range, which need not hold 0; the zero point is one of the codes.
AffineGrid rangeGrid(std::span<const float> weights, int bits);

// Every weight becomes ŵ of its group. weights [rows, columns]; groupSize divides the columns.
void roundInPlace(std::span<float> weights, int64_t groupSize, int bits);

// The scales of exponent `ratio` for inputs of these mean magnitudes: mean^ratio, with the geometric
// mean of the largest and the smallest at 1.
std::vector<float> scalesOf(std::span<const double> meanMagnitudes, double ratio);

// Q(W · diag(s)) · diag(s)⁻¹
std::vector<float> roundedUnderScales(std::span<const float> weights, std::span<const float> scales, int64_t groupSize,
                                      int bits);

// tr((W - Ŵ) H (W - Ŵ)ᵀ) for W [rows, columns] and H = Σ x xᵀ.
double outputLoss(const Backend& backend, std::span<const float> weights, std::span<const float> rounded,
                  std::span<const double> covariance, int64_t columns);

// Σ x xᵀ of inputs that were divided by the scales.
std::vector<double> scaledCovariance(std::span<const double> covariance, std::span<const float> scales);

struct ClipSettings {
    int steps = 20;          // of the whole range, at 1/steps each
    double mostShrink = 0.5; // share of the range that may be cut off
};

// For every group [rows, columns / groupSize] the largest magnitude to keep, of those tried, for which
// the group's part of the outputs changes least. Without any cutting, the largest there is.
std::vector<float> bestClips(const Backend& backend, std::span<const float> weights, int64_t columns,
                             std::span<const double> covariance, int64_t groupSize, int bits, const ClipSettings& settings);
void clipInPlace(std::span<float> weights, int64_t groupSize, std::span<const float> clips);

// Packed groups on grids of their own range.
PackedMatrix packOnRanges(std::span<const float> weights, int64_t rows, int64_t columns, int64_t groupSize, int bits,
                          const std::string& what);

} // namespace paretoscope::quantization
