// Groups of codes whose scales and zero points are codes themselves, and sparse rows of numbers.
//
// Source: Dettmers et al., SpQR, 2023, arXiv:2306.03078, section 4.
#pragma once

#include "core/base/half.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace paretoscope {

// A weight is scale · (code - zero). Scale and zero of a (row, group) are first + step · code, with
// step and first shared by `tileRows` rows:
//   codes       U8  [rows, columns * bits / 8]     as in packed_layout.h
//   scaleCodes  U8  [rows, ceil(groups * statisticBits / 8)]
//   zeroCodes   U8  the same
//   statistics  F16 [tiles, groups, 4]             scale step, scale first, zero step, zero first
// with groups = columns / groupSize and tiles = ceil(rows / tileRows).
struct BilevelMatrix {
    int bits = 3;
    int statisticBits = 3;
    int64_t groupSize = 16;
    int64_t tileRows = 16;
    int64_t rows = 0;
    int64_t columns = 0;
    Tensor codes, scaleCodes, zeroCodes, statistics;

    int64_t groups() const { return columns / groupSize; }
    int64_t tiles() const { return (rows + tileRows - 1) / tileRows; }
    int64_t storedBytes() const;
};

// Error(BadFile) naming `what`.
void validateBilevel(const BilevelMatrix& matrix, const std::string& what);
void expandBilevelRow(const BilevelMatrix& matrix, int64_t row, std::span<float> destination); // [columns]

// Numbers at a few places of each row: row r has entries [offsets[r], offsets[r + 1]).
struct SparseRows {
    int64_t rows = 0;
    int64_t width = 0; // columns of the matrix, at most 65536
    Tensor offsets;    // I32 [rows + 1]
    Tensor places;     // I16 [entries], read as unsigned
    Tensor values;     // F16 [entries]

    int64_t entries() const { return values.count(); }
    int64_t storedBytes() const { return offsets.sizeBytes() + places.sizeBytes() + values.sizeBytes(); }
};

// Error(BadFile) naming `what`: offsets that do not rise or leave the table, places outside a row.
void validateSparse(const SparseRows& sparse, const std::string& what);
// visit(column, value) for every entry of a row.
template <class Visit> void visitSparseRow(const SparseRows& sparse, int64_t row, const Visit& visit)
{
    const auto offsets = sparse.offsets.view<int32_t>();
    const auto places = sparse.places.view<uint16_t>();
    const auto values = sparse.values.view<uint16_t>();
    for (int32_t i = offsets[size_t(row)]; i < offsets[size_t(row) + 1]; ++i)
        visit(int64_t(places[size_t(i)]), halfToFloat(values[size_t(i)]));
}

} // namespace paretoscope
