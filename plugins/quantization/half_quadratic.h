// Half-quadratic quantization of one group: the zero point that suits most weights best, however far
// off a few of them are.
//
// Minimizes Σ |w - ŵ|^p over the real zero point z, at the scale of the group's range, by turns:
//   e = shrink(w - ŵ),   z = mean(q - (w - e) / s).
// Source: Badri, Shaji, Half-Quadratic Quantization of Large Machine Learning Models, 2023. Unlike the
// published code, which stops all groups of a matrix together, each group keeps its own best zero.
#pragma once

#include "plugins/quantization/real_grid.h"

#include <span>

namespace paretoscope::quantization {

struct HalfQuadraticSettings {
    int bits = 4;
    double power = 0.7;    // p; 1 is the soft threshold
    double strength = 10;  // β of the first turn
    double growth = 1.01;  // κ: β grows by this factor with each turn
    int64_t iterations = 20; // 0: the range's own grid
};

// sign(x) · max(0, |x| - |x|^(p-1) / β)
double shrink(double x, double strength, double power);
// The zero point after one turn from `grid`.
double improvedZero(std::span<const float> weights, const RealGrid& grid, double strength,
                    const HalfQuadraticSettings& settings);
double meanAbsoluteError(std::span<const float> weights, const RealGrid& grid, int bits);

// The grid with the smallest mean |w - ŵ| among the turns, until one no longer lowers it. With `half`
// scale and zero are what 16 bits store.
RealGrid fitHalfQuadratic(std::span<const float> weights, const HalfQuadraticSettings& settings, bool half);

} // namespace paretoscope::quantization
