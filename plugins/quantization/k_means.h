// k-means by Lloyd's iteration.
//
// Source: Lloyd 1982, Least squares quantization in PCM.
#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <span>
#include <vector>

namespace paretoscope::quantization {

struct KMeansSettings {
    int64_t clusters = 256; // at most 256
    int iterations = 25;    // at most; ends when nothing moves
    uint64_t seed = 1;
};

struct KMeans {
    std::vector<float> centroids; // [clusters, dimension]
    std::vector<uint8_t> codes;   // [points]
    double error = 0;             // Σ |point - centroid|², of the last assignment
};

// points [n, dimension], finite. Centroids start at distinct points, or at all of them when there are no
// more than clusters; an empty cluster moves to the point that is farthest from its centroid. The error
// never grows from one iteration to the next.
KMeans kMeans(const Backend& backend, std::span<const float> points, int64_t dimension, const KMeansSettings& settings);

// Nearest centroid of each point, and the error.
KMeans assignNearest(const Backend& backend, std::span<const float> points, std::vector<float> centroids, int64_t dimension);

} // namespace paretoscope::quantization
