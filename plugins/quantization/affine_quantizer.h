// Affine quantization of groups of weights: the arithmetic that every group-wise method shares.
//
// A group of weights w is stored as codes q with one scale s and one zero point z,
//   q = clamp(round(w / s) + z, 0, 2^bits - 1),   ŵ = s · (q - z),
// with ties rounded to even. Scales are stored in 16 bit; ŵ always means the stored scale.
// Source: Frantar et al. 2022 (arXiv:2210.17323), the quantizer of its published code.
#pragma once

#include "core/tensor/packed_layout.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct AffineSettings {
    int bits = 4;
    bool symmetric = false;  // range [-max|w|, max|w|], zero point 2^(bits-1)
    bool mseClip = false;    // shrink the range where that lowers Σ|w - ŵ|^2.4
};

struct AffineGrid {
    double scale = 1;
    int zero = 0;
};

// The grid of one group. An all-zero group gets the range [-1, 1].
AffineGrid fitGrid(std::span<const float> weights, const AffineSettings& settings);
int quantize(double weight, const AffineGrid& grid, int bits);
inline double dequantize(int code, const AffineGrid& grid)
{
    return grid.scale * double(code - grid.zero);
}

// A PackedMatrix under construction, filled row by row.
class PackedMatrixBuilder {
public:
    PackedMatrixBuilder(int64_t rows, int64_t columns, int bits, int64_t groupSize, bool symmetric);

    // codes [columns], grids [columns / groupSize] of one row. Error(Unsupported) naming `what`
    // when a scale does not fit 16 bits. Rows may be set from several threads.
    void setRow(int64_t row, std::span<const uint8_t> codes, std::span<const AffineGrid> grids,
                const std::string& what);
    PackedMatrix take() { return std::move(matrix_); }

private:
    PackedMatrix matrix_;
};

// Round-to-nearest of a whole matrix [rows, columns], f32 row-major.
PackedMatrix quantizeToNearest(std::span<const float> weights, int64_t rows, int64_t columns,
                               int64_t groupSize, const AffineSettings& settings,
                               const std::string& what);

} // namespace paretoscope::quantization
