// Packed codes of 2 to 8 bits whose groups have real zero points, stored in 16 bits or as codes again.
//
// A matrix [rows, columns] is stored as
//   codes        U8  [rows, columns * bits / 8]   low bits first, as in packed_layout.h
// and, for its scales and likewise for its zeros, a number for each of groups = columns / groupSize:
//   values       F16 [rows, groups]
// or, two-level, codes with a grid of their own that `sharedRows` rows have in common:
//   codes        U8  [rows, ceil(groups * bits / 8)]
//   grids        F16 [ceil(rows / sharedRows), groups, 2]   scale and zero of these codes
// A weight is scale * (code - zero); a number of two levels likewise from its own grid. Unlike in
// packed_layout.h, a zero need not be one of the codes. Rows and groups begin on bytes.
#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

// One number for each group of each row.
struct GroupNumbers {
    Tensor values;          // F16; empty when two-level
    int bits = 0;           // of a two-level code
    int64_t sharedRows = 1; // rows with one second-level grid
    Tensor codes;
    Tensor grids;

    bool twoLevel() const { return values.empty(); }
    int64_t storedBytes() const;
    // Numbers of groups [begin, begin + destination.size()) of a row.
    void read(int64_t row, int64_t begin, std::span<float> destination) const;
};

struct AffineMatrix {
    int bits = 4;
    int64_t groupSize = 64;
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor codes;
    GroupNumbers scales;
    GroupNumbers zeros;

    int64_t groups() const { return columns / groupSize; }
    int64_t rowBytes() const { return columns * bits / 8; }
    int64_t storedBytes() const { return codes.sizeBytes() + scales.storedBytes() + zeros.storedBytes(); }
};

// Checks every extent and dtype against the others. Throws Error(BadFile) naming `what`.
void validateAffine(const AffineMatrix& matrix, const std::string& what);

// Row `row` into `destination` (columns values). The reference for every kernel.
void dequantizeRow(const AffineMatrix& matrix, int64_t row, std::span<float> destination);

} // namespace paretoscope
