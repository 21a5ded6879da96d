// Grids whose zero point is a real number and whose range need not hold 0:
//   q = clamp(round(w / s + z), 0, 2^bits - 1),   ŵ = s · (q - z),   ties to even.
// Source: Dettmers et al. 2023 (arXiv:2306.03078) and HQQ (Badri, Shaji 2023).
#pragma once

#include "core/tensor/affine_layout.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

namespace paretoscope::quantization {

struct RealGrid {
    double scale = 1;
    double zero = 0;
};

// From low to high in 2^bits - 1 steps. A single point other than 0 gets the range to 0, the point 0
// a grid that holds it. With `half` scale and zero are what 16 bits store; a range too far from 0 for
// its zero to be stored well is then widened to 0.
RealGrid gridOfRange(double low, double high, int bits, bool half);

inline int quantize(double value, const RealGrid& grid, int bits)
{
    const double code = std::nearbyint(value / std::max(grid.scale, 1e-9) + grid.zero);
    return int(std::clamp(code, 0.0, double((1 << bits) - 1)));
}
inline double dequantize(int code, const RealGrid& grid)
{
    return grid.scale * (code - grid.zero);
}

// What 16 bits keep of a number.
double halfOf(double value);

// Numbers [rows, groups] as F16. Error(Unsupported) naming `what` when one does not fit.
GroupNumbers plainNumbers(std::span<const double> values, int64_t rows, int64_t groups, const std::string& what);
// Codes [rows, groups] of `bits` with grids [ceil(rows / sharedRows), groups].
GroupNumbers twoLevelNumbers(std::span<const uint8_t> codes, std::span<const RealGrid> grids, int bits,
                             int64_t sharedRows, int64_t rows, int64_t groups, const std::string& what);
// U8 [rows, columns * bits / 8] of codes [rows, columns].
Tensor packedRows(std::span<const uint8_t> codes, int bits, int64_t rows, int64_t columns);

} // namespace paretoscope::quantization
