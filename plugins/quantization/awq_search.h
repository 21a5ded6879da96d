// The two searches of AWQ on plain matrices: how much to scale the columns that matter, and where
// to clip a group.
//
// Source: Lin et al., AWQ, 2023, arXiv:2306.00978; published code: auto_scale.py, auto_clip.py,
// quantizer.py.
#pragma once

#include "core/backend/backend.h"
#include "core/tensor/packed_layout.h"
#include "plugins/quantization/affine_quantizer.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

constexpr int awqGridSteps = 20;

struct AwqGroups {
    int bits = 4;
    int64_t groupSize = 128;
};

// W [rows, columns], f32 row-major.
struct AwqMatrix {
    std::span<const float> weights;
    int64_t rows = 0, columns = 0;
};

// The grid of AWQ: the group's own smallest and largest weight, zero not forced in between, and a
// zero point within the codes.
AffineGrid fitRawGrid(std::span<const float> weights, int bits);

// meanMagnitude^ratio, limited and normalized so that largest times smallest is one.
std::vector<float> awqScales(std::span<const double> meanMagnitude, double ratio);

// Q(W · diag(scales)) · diag(scales)⁻¹; scales may be empty.
std::vector<float> roundedScaled(const AwqMatrix& matrix, std::span<const float> scales, const AwqGroups& groups);

// tr((W - Ŵ) H (W - Ŵ)ᵀ): the summed squared change of the outputs. covariance [columns, columns].
double outputChange(const Backend& backend, const AwqMatrix& matrix, std::span<const float> other,
                    std::span<const double> covariance);

// Weights with each group clipped to the share of its largest magnitude that changes the group's own
// part of the outputs least once rounded: shares 1, 0.95, ... 0.55.
std::vector<float> clippedGroups(const AwqMatrix& matrix, std::span<const double> covariance, const AwqGroups& groups);

// Error(Unsupported) naming `what` when a scale does not fit 16 bits.
PackedMatrix packRawGroups(const AwqMatrix& matrix, const AwqGroups& groups, const std::string& what);

} // namespace paretoscope::quantization
